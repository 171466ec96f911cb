// SPDX-License-Identifier: Apache-2.0
// The best policy for one lambda. Backward induction solves a tree of evidence that is laid out. If there is none, the
// engine's point-based value iteration solves the same problem as a `pomdp_model`, up to a gap. Its effort is bounded
// by the number of alpha vectors and not by time, so that a log gives the same policy everywhere.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/pomdp/solvers/sarsop.hpp>
#include <automix/routing/belief/detail/backward_induction.hpp>
#include <automix/routing/belief/detail/policy_walk.hpp>
#include <automix/routing/belief/detail/routing_pomdp.hpp>
#include <automix/routing/belief/detail/routing_solution.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/detail/solve_rule.hpp>
#include <automix/routing/belief/detail/vector_policy.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/belief/routing_value.hpp>

#include <cstddef>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

namespace automix::detail {

inline constexpr double point_based_gap = 1e-3;  ///< gap in net score at which the engine stops

/// Draws under a belief: their probabilities follow from the levels' likelihoods.
template <class Model>
class ExpectedDraws {
    using LevelBelief = typename Model::LevelBelief;

 public:
    explicit ExpectedDraws(const Model& model) : model_(model) {}

    void arrive(Index from, const ModelEvidence& left, Index to) {
        LevelBelief before;
        if (from >= 0) {
            before = beliefs_.back();
            const CascadeModel& shape = model_.models()[as_size(from)];
            if (shape.kind != VerificationKind::none) before = chain().observe(before, shape.state(left));
        }
        beliefs_.push_back(to == model_.last_model() ? std::move(before) : chain().arrive(before, to));
        likelihoods_.emplace_back();
        if (chain().position(to) >= 0)
            likelihoods_.back() = chain().likelihood(beliefs_.back().position) * beliefs_.back().levels;
    }
    void leave() {
        beliefs_.pop_back();
        likelihoods_.pop_back();
    }

    [[nodiscard]] static int max_parsed(Index) { return std::numeric_limits<int>::max(); }
    [[nodiscard]] double draws_per_verdict(Index model, int) const {
        return model_.prices().draws_per_verdict_of(VerificationKind::verdicts, model);
    }
    [[nodiscard]] double positive(Index, int drawn, int count) const {
        return likelihoods_.back()(first_count(drawn + 1) + count + 1) /
               likelihoods_.back()(first_count(drawn) + count);
    }
    [[nodiscard]] std::vector<std::pair<double, double>> confidences(Index model) const {
        const std::vector<double>& boundaries = model_.models()[as_size(model)].boundaries;
        std::vector<std::pair<double, double>> cells;
        for (std::size_t b = 0; b <= boundaries.size(); ++b) {
            cells.emplace_back(b < boundaries.size() ? boundaries[b] : 1.0,
                               likelihoods_.back()(static_cast<Index>(b) + 1) / likelihoods_.back()(0));
        }
        return cells;
    }
    void accept(Index model, const ModelEvidence& left, double probability) {
        LevelBelief about = beliefs_.back();
        if (chain().position(model) >= 0)
            about = chain().observe(about, model_.models()[as_size(model)].state(left));
        score_ += probability * chain().score(about, model);
    }

    [[nodiscard]] double score() const noexcept { return score_; }

 private:
    [[nodiscard]] const typename Model::Chain& chain() const { return model_.chain(); }

    const Model& model_;
    std::vector<LevelBelief> beliefs_;
    std::vector<decltype(LevelBelief::levels)> likelihoods_;
    double score_ = 0.0;
};

/// Returns the expected value of a policy from the start, under its own belief.
template <class Model>
RoutingValue expected_value(const RoutingPolicy& policy, const Model& model, const RoutingPrices& prices) {
    detail::ExpectedDraws<Model> draws(model);
    ExpectedUsage usage;
    PolicyWalk(policy, prices, draws).run(1.0, usage);
    return {draws.score(), usage.cost, usage.draws, usage.rounds};
}

/// Solves for one lambda by the engine, up to a gap.
inline RoutingSolution solve_point_based(const BeliefModel& belief, const RoutingPrices& prices,
                                         const SolveRule& rule) {
    const auto model = std::make_shared<const RoutingPomdp>(belief, prices, rule);
    pomdp::SarsopOptions options;
    options.stop.gap = point_based_gap;
    options.stop.vector_limit = rule.vectors;
    options.stop.time_limit = std::numeric_limits<double>::infinity();
    pomdp::Solution solved = pomdp::solve_sarsop(*model, options);
    RoutingSolution solution;
    solution.policy = RoutingPolicy(std::make_shared<const VectorPolicy>(model, std::move(solved.policy)));
    if (rule.with_value) solution.value = expected_value(solution.policy, *model, prices);
    solution.gap = solved.gap();
    return solution;
}

/// Solves for one lambda, exactly if the tree is laid out.
inline RoutingSolution solve_routing(const RoutingTree& tree, const RoutingPrices& prices,
                                     const SolveRule& rule) {
    if (tree.layout) return detail::BackwardInduction(tree, prices, rule).solution();
    return solve_point_based(*tree.belief, prices, rule);
}

/// Returns the policy that asks one model and accepts its answer.
inline RoutingSolution accept_at_once(const RoutingTree& tree, const RoutingPrices& prices, Index first) {
    const double price = prices.answers[as_size(first)];
    if (!tree.layout) {
        // After that model has answered, a route to it is impossible and counts as accepting.
        using Model = RoutingPomdp;
        const auto model = std::make_shared<const Model>(*tree.belief, prices, SolveRule{0.0, {1}, first});
        pomdp::ValueFunction ask(model->states());
        ask.add({Eigen::VectorXd::Zero(model->states()), static_cast<int>(1 + first)});
        const typename Model::Chain& chain = model->chain();
        const double score = chain.score(
            first < model->last_model() ? chain.arrive({}, first) : typename Model::LevelBelief{}, first);
        return {RoutingPolicy(std::make_shared<const VectorPolicy>(model, pomdp::Policy(std::move(ask)))),
                {score, price, 0.0, 0.0}};
    }
    const RoutingLayout& layout = *tree.layout;
    double score = tree.last_alone;
    if (first < layout.last_model()) {
        const CascadeModel& model = layout.models()[as_size(first)];
        const Index root = layout.node(RoutingLayout::root(first)).first_cell;
        score = tree.current(root);
        if (model.kind == VerificationKind::samples)
            score = tree.failed * score + (1.0 - tree.failed) * tree.current(root + 1);
    }
    return {RoutingPolicy(tree.layout, std::vector<CellPolicy>(as_size(layout.cells())), first),
            {score, price, 0.0, 0.0}};
}

}  // namespace automix::detail
