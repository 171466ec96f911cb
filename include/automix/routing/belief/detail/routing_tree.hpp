// SPDX-License-Identifier: Apache-2.0
// Probabilities and expected scores of the routing POMDP for each cell of its tree. None depends on prices. With Z(x)
// the sum over levels of belief times likelihood of state x, the next verdict is positive with probability p(n,c) =
// Z(n+1,c+1)/Z(n,c). O(cells * levels).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/routing/belief/detail/belief_model.hpp>
#include <automix/routing/belief/detail/level_distribution.hpp>
#include <automix/routing/belief/detail/routing_layout.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace automix::detail {

struct RoutingTree {
    using Array = Eigen::ArrayXd;

    std::shared_ptr<const RoutingLayout> layout{};  ///< null if it would be too large: see `make_tree`
    /// Probability that the next draw adds one to the count. For a confidence that was seen it is that of its cell.
    Array probability{};
    Array current{};          ///< expected score of the answer that may be accepted
    Array last{};             ///< expected score of the last model
    double failed = 0.0;      ///< probability that the first answer has failed, if samples are known
    double last_alone = 0.0;  ///< expected score of the last model before any evidence
    std::shared_ptr<const BeliefModel> belief{};  ///< source of the numbers; null for pluralities
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

/// Returns the probabilities of a node's states from their likelihoods Z.
inline Eigen::ArrayXd state_probabilities(const CascadeModel& model, const Eigen::ArrayXd& z) {
    if (model.kind == VerificationKind::confidence) return z / z(0);
    Eigen::ArrayXd probability = Eigen::ArrayXd::Zero(z.size());
    for (int parsed = 0; parsed < model.draws; ++parsed) {
        for (int positive = 0; positive <= parsed; ++positive) {
            const Index state = model.state(parsed, positive);
            probability(state) = z(model.state(parsed + 1, positive + 1)) / z(state);
        }
    }
    return probability;
}

/// Returns the shapes of a belief's models.
inline std::vector<CascadeModel> routed_models(const BeliefModel& belief) {
    std::vector<CascadeModel> models(as_size(belief.mean_scores.size()));
    for (std::size_t k = 0; k < belief.verified.size(); ++k) {
        const LevelDistribution& levels = belief.levels[k];
        models[as_size(belief.verified[k])] = {levels.kind, levels.draws, levels.boundaries};
    }
    return models;
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
    for (auto* column : {&tree.probability, &tree.current, &tree.last}) column->setZero(layout.cells());

    std::vector<LevelBelief> beliefs(as_size(layout.nodes()));  // on arrival at each node
    for (Index first = 0; first < last; ++first)
        beliefs[as_size(RoutingLayout::root(first))] = chain.arrive({}, first);
    for (Index n = 0; n < layout.nodes(); ++n) {
        const RoutingNode& node = layout.node(n);
        const LevelBelief& arrived = beliefs[as_size(n)];
        const Index states = layout.states(node.model);
        const bool verified = chain.position(node.model) >= 0;
        if (verified) {
            const Eigen::MatrixXd& likelihood = chain.likelihood(arrived.position);
            const auto expected = [&](Index model) -> Array {
                return likelihood *
                       arrived.levels.cwiseProduct(chain.score_by_level(arrived.position, model));
            };
            const Array z = likelihood * arrived.levels;
            tree.probability.segment(node.first_cell, states) =
                state_probabilities(layout.models()[as_size(node.model)], z);
            tree.current.segment(node.first_cell, states) = expected(node.model) / z;
            tree.last.segment(node.first_cell, states) = expected(last) / z;
        } else {
            tree.current(node.first_cell) = chain.score(arrived, node.model);
            tree.last(node.first_cell) = chain.score(arrived, last);
        }
        if (node.model + 1 == last) continue;
        for (Index state = 0; state < states; ++state) {
            const LevelBelief left = verified ? chain.observe(arrived, state) : arrived;
            for (Index to = node.model + 1; to < last; ++to)
                beliefs[as_size(layout.child(n, state, to))] = chain.arrive(left, to);
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
