// SPDX-License-Identifier: Apache-2.0
// Probabilities and expected scores of the routing POMDP for each cell of its tree. None depends on prices. With Z(x)
// the sum over levels of belief times likelihood of state x, the next verdict is positive with probability p(n,c) =
// Z(n+1,c+1)/Z(n,c). O(cells * levels).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/routing/belief/detail/belief_model.hpp>
#include <automix/routing/belief/detail/level_distribution.hpp>
#include <automix/routing/belief/detail/odds.hpp>
#include <automix/routing/belief/detail/routing_layout.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace automix::detail {

struct RoutingTree {
    using Array = Eigen::ArrayXd;

    std::shared_ptr<const RoutingLayout> layout{};  ///< null if it would be too large: see `make_tree`
    /// Cells x verifiers: probability that the next draw of a verifier adds one to its count. For a confidence that was
    /// seen it is that of its cell, given all else.
    Eigen::ArrayXXd probability{};
    Array current{};  ///< expected score of the answer that may be accepted
    Array last{};     ///< expected score of the last model
    Array arrival{};  ///< probability of a node's stratum when its model has answered; empty without signals
    /// Cells x models: expected price of an answer after a route, over that when the current model had just answered;
    /// empty if it is 1 everywhere.
    Eigen::ArrayXXd price_factors{};
    double failed = 0.0;      ///< probability that the first answer has failed, if samples are known
    double last_alone = 0.0;  ///< expected score of the last model before any evidence
    std::shared_ptr<const BeliefModel> belief{};  ///< source of the numbers; null for pluralities

    [[nodiscard]] double price_factor(Index cell, Index model) const {
        return price_factors.size() == 0 ? 1.0 : price_factors(cell, model);
    }
};

/// A belief over the levels of one model of the chain; unknown before any verified model was asked.
struct LevelBelief {
    Index position = -1;       ///< position in `BeliefModel::verified`
    Eigen::VectorXd levels{};  ///< sums to 1

    [[nodiscard]] bool known() const noexcept { return position >= 0; }
};

/// The updates of beliefs as models answer and evidence arrives.
class BeliefChain {
    using Vector = Eigen::VectorXd;
    using Matrix = Eigen::MatrixXd;
    using Levels = LevelDistribution;

 public:
    using Belief = LevelBelief;

    explicit BeliefChain(const BeliefModel& belief) : belief_(belief) {
        for (const Levels& model : belief.levels) likelihoods_.push_back(model.likelihood());
        for (std::size_t from = 0; from < belief.levels.size(); ++from) {
            auto& row = transitions_.emplace_back();
            for (std::size_t to = from + 1; to < belief.levels.size(); ++to) {
                const Matrix& step = belief.transitions[to - 1];
                row.push_back(to == from + 1 ? step : Matrix(row.back() * step));
            }
        }
    }

    /// Returns the position of a model in the chain, -1 if it is not verified.
    [[nodiscard]] Index position(Index model) const {
        for (Index k = 0; k < std::ssize(belief_.verified); ++k) {
            if (belief_.verified[as_size(k)] == model) return k;
        }
        return -1;
    }

    /// Returns the belief after `model` has answered, from the belief before.
    [[nodiscard]] Belief arrive(const Belief& before, Index model) const {
        const Index to = position(model);
        if (to < 0) return before;
        if (!before.known()) return {to, belief_.priors[as_size(to)]};
        return {to, transitions_[as_size(before.position)][as_size(to - before.position - 1)].transpose() *
                        before.levels};
    }

    /// Returns the belief after evidence of that state on the model that it is about.
    [[nodiscard]] Belief observe(const Belief& before, Index state) const {
        Belief after{before.position,
                     likelihood(before.position).row(state).transpose().cwiseProduct(before.levels)};
        after.levels /= after.levels.sum();
        return after;
    }

    /// Returns the likelihood of states by level, of the model at that position.
    [[nodiscard]] const Matrix& likelihood(Index at) const { return likelihoods_[as_size(at)]; }

    /// Returns the expected score of a model for each level of the model at that position.
    [[nodiscard]] Vector score_by_level(Index at, Index model) const {
        const Levels& levels = belief_.levels[as_size(at)];
        return position(model) == at ? levels.right : Vector(levels.scores.col(model));
    }

    /// Returns the expected score of a model at one level of the model at that position.
    [[nodiscard]] double score_at(Index at, Index level, Index model) const {
        const Levels& levels = belief_.levels[as_size(at)];
        return position(model) == at ? levels.right(level) : levels.scores(level, model);
    }

    /// Returns the expected score of a model. Requires a model that is not verified, or the one that the belief is
    /// about.
    [[nodiscard]] double score(const Belief& about, Index model) const {
        return about.known() ? about.levels.dot(score_by_level(about.position, model))
                             : belief_.mean_scores(model);
    }

 private:
    const BeliefModel& belief_;
    std::vector<Matrix> likelihoods_;
    std::vector<std::vector<Matrix>> transitions_;
};

/// Returns the probabilities of a node's states for the next draw of a verifier, from their likelihoods Z.
inline Eigen::ArrayXd state_probabilities(const CascadeModel& model, Index verifier,
                                          const Eigen::ArrayXd& z) {
    const VerifierStates& of_verifier = model.verifiers[as_size(verifier)];
    const Index stride = model.stride(verifier);
    Eigen::ArrayXd probability = Eigen::ArrayXd::Zero(z.size());
    const auto for_each = [&](Index part, auto use) {
        for (Index outer = part * stride; outer < z.size(); outer += stride * of_verifier.states()) {
            for (Index state = outer; state < outer + stride; ++state) use(state);
        }
    };
    if (of_verifier.kind == VerificationKind::confidence) {
        for (Index seen = 0; seen < of_verifier.states(); ++seen)
            for_each(seen, [&](Index state) { probability(state) = z(state) / z(state - seen * stride); });
        return probability;
    }
    for (int parsed = 0; parsed < of_verifier.draws; ++parsed) {
        for (int positive = 0; positive <= parsed; ++positive) {
            const Index part = of_verifier.state(parsed, positive);
            const Index step = (of_verifier.state(parsed + 1, positive + 1) - part) * stride;
            for_each(part, [&](Index state) { probability(state) = z(state + step) / z(state); });
        }
    }
    return probability;
}

/// Returns the shapes of a belief's models.
inline std::vector<CascadeModel> routed_models(const BeliefModel& belief) {
    std::vector<CascadeModel> models(as_size(belief.mean_scores.size()));
    for (std::size_t k = 0; k < belief.verified.size(); ++k) {
        std::vector<VerifierStates>& verifiers = models[as_size(belief.verified[k])].verifiers;
        verifiers.clear();
        for (const VerifierLevels& verifier : belief.levels[k].verifiers)
            verifiers.push_back({verifier.kind, verifier.draws, verifier.boundaries});
    }
    for (Index model = 0; model < belief.mean_scores.size(); ++model)
        models[as_size(model)].strata = belief.strata(model);
    return models;
}

/// The belief when a model has answered, and what the signals of all answers so far tell of each model.
struct ArrivalBelief {
    LevelBelief levels{};
    Eigen::VectorXd odds{};  ///< factor of the odds that each model's answer is right; empty without signals
};

/// Sets the beliefs of the nodes from `n` on, one for each stratum of the signals of a model that has just answered, and
/// the probabilities of these strata.
inline void arrive_at(std::vector<ArrivalBelief>& beliefs, RoutingTree& tree, Index n,
                      ArrivalBelief arrived) {
    const BeliefModel& belief = *tree.belief;
    if (belief.signals.empty()) {
        beliefs[as_size(n)] = std::move(arrived);
        return;
    }
    const Index model = tree.layout->node(n).model;
    const auto models = belief.mean_scores.size();
    if (arrived.odds.size() == 0) arrived.odds.setOnes(models);
    const bool verified =
        arrived.levels.known() && belief.verified[as_size(arrived.levels.position)] == model;
    Eigen::ArrayXd right;  // of the answer, by level
    if (verified) {
        const Eigen::ArrayXd before = belief.levels[as_size(arrived.levels.position)].right.array();
        right = scale_odds(before, arrived.odds(model));
        // Signals of smaller models tell of this answer, and so of its levels.
        const Eigen::ArrayXd weight =
            arrived.levels.levels.array() * (1.0 + (arrived.odds(model) - 1.0) * before);
        arrived.levels.levels = weight / weight.sum();
    }
    const SignalModel& signals = belief.signals[as_size(model)];
    for (Index stratum = 0; stratum < signals.strata(); ++stratum) {
        ArrivalBelief& here = beliefs[as_size(n + stratum)];
        here = arrived;
        if (signals.strata() == 1) continue;
        const Eigen::ArrayXd weight =
            arrived.levels.levels.array() *
            (signals.right(stratum, model) * right + signals.wrong(stratum, model) * (1.0 - right));
        tree.arrival(n + stratum) = weight.sum();
        here.levels.levels = weight / weight.sum();
        const Eigen::MatrixXd& scores = belief.levels[as_size(arrived.levels.position)].scores;
        for (Index of = 0; of < models; ++of) {
            const double ratio = signals.right(stratum, of) / signals.wrong(stratum, of);
            if (of == model) {
                here.odds(of) *= ratio;
                continue;
            }
            // The levels have moved the other model's score already; the factor adds what is left of the ratio.
            const Eigen::ArrayXd by_level = scale_odds(Eigen::ArrayXd(scores.col(of)), arrived.odds(of));
            const double before = arrived.levels.levels.dot(by_level.matrix());
            const double after = here.levels.levels.dot(by_level.matrix());
            const double moved = after * (1.0 - before) / (before * (1.0 - after));
            here.odds(of) *= moved > 0.0 && std::isfinite(moved) ? ratio / moved : ratio;
        }
    }
}

/// Returns the tree of a belief over a layout of its models.
inline RoutingTree make_tree(std::shared_ptr<const BeliefModel> fitted,
                             std::shared_ptr<const RoutingLayout> laid_out) {
    using Array = Eigen::ArrayXd;
    RoutingTree tree;
    tree.belief = std::move(fitted);
    tree.layout = std::move(laid_out);
    const BeliefModel& belief = *tree.belief;
    const RoutingLayout& layout = *tree.layout;
    tree.last_alone = belief.mean_scores(belief.mean_scores.size() - 1);
    const detail::BeliefChain chain(belief);
    const Index last = layout.last_model();
    for (auto* column : {&tree.current, &tree.last}) column->setZero(layout.cells());
    tree.probability.setZero(layout.cells(), layout.max_verifiers());

    const bool has_signals = !belief.signals.empty();
    const bool has_prices =
        std::any_of(belief.levels.begin(), belief.levels.end(),
                    [](const LevelDistribution& levels) { return levels.prices.size() > 0; });
    if (has_signals) tree.arrival.setOnes(layout.nodes());
    if (has_prices) tree.price_factors.setOnes(layout.cells(), belief.mean_scores.size());

    std::vector<ArrivalBelief> beliefs(as_size(layout.nodes()));
    for (Index first = 0; first < last; ++first)
        arrive_at(beliefs, tree, layout.root(first), {chain.arrive({}, first), {}});
    for (Index n = 0; n < layout.nodes(); ++n) {
        const RoutingNode& node = layout.node(n);
        const ArrivalBelief& arrived = beliefs[as_size(n)];
        const Index states = layout.states(node.model);
        const bool verified = chain.position(node.model) >= 0;
        const auto shifted = [&](Index model, const Array& scores) -> Array {
            return has_signals ? scale_odds(scores, arrived.odds(model)) : scores;
        };
        if (verified) {
            const Index position = arrived.levels.position;
            const Eigen::MatrixXd& likelihood = chain.likelihood(position);
            const auto expected = [&](const Array& values) -> Array {
                return likelihood * arrived.levels.levels.cwiseProduct(values.matrix());
            };
            const Array z = likelihood * arrived.levels.levels;
            const auto scores = [&](Index model) -> Array {
                return expected(shifted(model, chain.score_by_level(position, model).array())) / z;
            };
            const CascadeModel& shape = layout.models()[as_size(node.model)];
            for (Index v = 0; v < std::ssize(shape.verifiers); ++v)
                tree.probability.col(v).segment(node.first_cell, states) = state_probabilities(shape, v, z);
            tree.current.segment(node.first_cell, states) = scores(node.model);
            tree.last.segment(node.first_cell, states) = scores(last);
            const Eigen::MatrixXd& prices = belief.levels[as_size(position)].prices;
            for (Index to = node.model + 1; prices.size() > 0 && to <= last; ++to) {
                const Array factor = expected(prices.col(to).array()) / z;
                tree.price_factors.col(to).segment(node.first_cell, states) = factor / factor(0);
            }
        } else {
            const auto score = [&](Index model) {
                return shifted(model, Array::Constant(1, chain.score(arrived.levels, model)))(0);
            };
            tree.current(node.first_cell) = score(node.model);
            tree.last(node.first_cell) = score(last);
        }
        if (node.model + 1 == last) continue;
        for (Index state = 0; state < states; ++state) {
            const LevelBelief left = verified ? chain.observe(arrived.levels, state) : arrived.levels;
            for (Index to = node.model + 1; to < last; ++to)
                arrive_at(beliefs, tree, layout.child(n, state, to), {chain.arrive(left, to), arrived.odds});
        }
    }
    return tree;
}

/// Returns the tree of a belief. If it would have more than `max_cells` cells, the layout is null, and the engine has
/// to solve the belief.
inline RoutingTree make_tree(BeliefModel fitted, double max_cells) {
    auto belief = std::make_shared<const BeliefModel>(std::move(fitted));
    std::vector<CascadeModel> models = routed_models(*belief);
    if (RoutingLayout::count_cells(models) > max_cells) {
        RoutingTree tree;
        tree.last_alone = belief->mean_scores(belief->mean_scores.size() - 1);
        tree.belief = std::move(belief);
        return tree;
    }
    return make_tree(std::move(belief), std::make_shared<const RoutingLayout>(std::move(models)));
}

}  // namespace automix::detail
