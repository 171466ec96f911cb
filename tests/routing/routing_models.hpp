// SPDX-License-Identifier: Apache-2.0
// Small random beliefs of the routing POMDP, and their best value by brute force over all sequences of verdicts, with the
// joint distribution of all hidden levels written out.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/verification.hpp>
#include <automix/routing/belief/detail/belief_model.hpp>
#include <automix/routing/belief/detail/level_distribution.hpp>
#include <automix/routing/belief/detail/solve_rule.hpp>
#include <automix/routing/belief/prices.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace automix::test {

inline Eigen::VectorXd random_distribution(Random& random, Index size) {
    Eigen::VectorXd p(size);
    for (Index i = 0; i < size; ++i) p(i) = 0.05 + random.uniform();
    return p / p.sum();
}

/// A belief over models of which all but the last are verified by at most `draws` verdicts.
inline detail::BeliefModel random_belief(Random& random, Index models, int draws, Index levels) {
    detail::BeliefModel belief;
    belief.mean_scores.resize(models);
    for (Index m = 0; m < models; ++m) belief.mean_scores(m) = 0.2 + 0.6 * random.uniform();
    for (Index m = 0; m + 1 < models; ++m) {
        detail::LevelDistribution level;
        level.verifiers = {{VerificationKind::verdicts, draws, levels, {}}};
        level.weight = random_distribution(random, levels);
        level.right = Eigen::VectorXd::NullaryExpr(levels, [&](Index) { return random.uniform(); });
        level.scores =
            Eigen::MatrixXd::NullaryExpr(levels, models, [&](Index, Index) { return random.uniform(); });
        belief.verified.push_back(m);
        if (m == 0) {
            belief.priors.push_back(level.weight);
        } else {
            Eigen::MatrixXd step(levels, levels);
            for (Index g = 0; g < levels; ++g) step.row(g) = random_distribution(random, levels).transpose();
            belief.priors.push_back(step.transpose() * belief.priors.back());
            belief.transitions.push_back(step);
        }
        belief.levels.push_back(std::move(level));
    }
    return belief;
}

inline RoutingPrices random_prices(Random& random, Index models) {
    RoutingPrices prices;
    double price = 0.2 + random.uniform();
    for (Index m = 0; m < models; ++m) {
        prices.answers.push_back(price);
        prices.draws.push_back(m + 1 < models ? 0.3 * price * random.uniform() : 0.0);
        price *= 1.5 + 3.0 * random.uniform();
    }
    return prices;
}

/// The best value by trying every action after every sequence of verdicts. The state is a joint distribution over the
/// levels of all verified models, by mixed radix, first model slowest.
class BruteForce {
 public:
    BruteForce(const detail::BeliefModel& belief, const RoutingPrices& prices, detail::SolveRule rule)
        : belief_(belief), prices_(prices), rule_(std::move(rule)) {
        std::size_t size = 1;
        for (const detail::LevelDistribution& level : belief.levels) size *= as_size(level.levels());
        joint_.assign(size, 0.0);
        for (std::size_t i = 0; i < size; ++i) {
            double p = belief.priors.front()(level_of(i, 0));
            for (std::size_t k = 1; k < belief.levels.size(); ++k)
                p *= belief.transitions[k - 1](level_of(i, k - 1), level_of(i, k));
            joint_[i] = p;
        }
    }

    [[nodiscard]] double value() const {
        double best = last_alone();
        for (std::size_t m = 0; m < belief_.levels.size(); ++m)
            best = std::max(best, after_answer(joint_, m, 0) - rule_.lambda * prices_.answers[m]);
        return best;
    }

 private:
    using Joint = std::vector<double>;  // not normalised: its sum is the probability of what was seen

    [[nodiscard]] Index level_of(std::size_t i, std::size_t k) const {
        for (std::size_t later = belief_.levels.size(); later-- > k + 1;)
            i /= as_size(belief_.levels[later].levels());
        return static_cast<Index>(i % as_size(belief_.levels[k].levels()));
    }
    [[nodiscard]] double last_alone() const {
        return belief_.mean_scores(belief_.mean_scores.size() - 1) - rule_.lambda * prices_.answers.back();
    }
    template <class Value>
    [[nodiscard]] double mean(const Joint& joint, Value value) const {
        double sum = 0.0;
        for (std::size_t i = 0; i < joint.size(); ++i) sum += joint[i] * value(i);
        return sum;
    }

    /// Value times the probability of what was seen, model m having answered and `drawn` verdicts of it being known.
    [[nodiscard]] double after_answer(const Joint& joint, std::size_t m, int drawn) const {
        const detail::LevelDistribution& level = belief_.levels[m];
        const double probability = mean(joint, [](std::size_t) { return 1.0; });
        double best = mean(joint, [&](std::size_t i) { return level.right(level_of(i, m)); });
        const double last =
            mean(joint, [&](std::size_t i) { return level.scores(level_of(i, m), level.scores.cols() - 1); });
        best = std::max(best, last - rule_.lambda * prices_.answers.back() * probability);
        for (std::size_t to = m + 1; to < belief_.levels.size(); ++to)
            best =
                std::max(best, after_answer(joint, to, 0) - rule_.lambda * prices_.answers[to] * probability);
        for (const int batch : rule_.batches) {
            if (drawn + batch > level.first().draws) break;
            const double paid = rule_.lambda * (batch * prices_.draws[m] + prices_.round);
            best = std::max(best, after_verdicts(joint, m, drawn, batch) - paid * probability);
        }
        return best;
    }

    [[nodiscard]] double after_verdicts(const Joint& joint, std::size_t m, int drawn, int batch) const {
        if (batch == 0) return after_answer(joint, m, drawn);
        double sum = 0.0;
        for (const bool positive : {false, true}) {
            Joint seen = joint;
            for (std::size_t i = 0; i < seen.size(); ++i) {
                const double g = (static_cast<double>(level_of(i, m)) + 0.5) /
                                 static_cast<double>(belief_.levels[m].levels());
                seen[i] *= positive ? g : 1.0 - g;
            }
            sum += after_verdicts(seen, m, drawn + 1, batch - 1);
        }
        return sum;
    }

    const detail::BeliefModel& belief_;
    const RoutingPrices& prices_;
    detail::SolveRule rule_;
    Joint joint_;
};

}  // namespace automix::test
