// SPDX-License-Identifier: Apache-2.0
// The best policy for one lambda. Backward induction solves a tree of evidence that is laid out. If there is none, the
// engine solves the same problem (point_based_routing.hpp).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/routing/belief/detail/backward_induction.hpp>
#include <automix/routing/belief/detail/point_based_routing.hpp>
#include <automix/routing/belief/detail/routing_solution.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/detail/solve_rule.hpp>
#include <automix/routing/belief/policy.hpp>
#include <automix/routing/belief/prices.hpp>

#include <utility>
#include <vector>

namespace automix::detail {

/// Solves for one lambda, exactly if the tree is laid out.
inline RoutingSolution solve_routing(const RoutingTree& tree, const RoutingPrices& prices,
                                     const SolveRule& rule) {
    if (tree.layout) {
        SolvedTree solved = BackwardInduction(tree, prices, rule).solved();
        return {RoutingPolicy(tree.layout, std::move(solved.cells), solved.first_model), solved.value, 0.0,
                std::move(solved.starts)};
    }
    return solve_point_based(*tree.belief, prices, rule);
}

/// Returns the policy that asks one model and accepts its answer.
inline RoutingSolution accept_at_once(const RoutingTree& tree, const RoutingPrices& prices, Index first) {
    if (!tree.layout) return accept_by_vectors(*tree.belief, prices, first);
    const RoutingLayout& layout = *tree.layout;
    double score = tree.last_alone;
    if (first < layout.last_model()) {
        const CascadeModel& model = layout.models()[as_size(first)];
        const Index root = layout.node(layout.root(first)).first_cell;
        score = tree.current(root);
        if (model.strata > 1) {
            score = 0.0;
            for (Index n = layout.root(first); n < layout.root(first) + model.strata; ++n)
                score += tree.arrival(n) * tree.current(layout.node(n).first_cell);
        }
        if (model.first().kind == VerificationKind::samples)
            score = tree.failed * score + (1.0 - tree.failed) * tree.current(root + 1);
    }
    return {RoutingPolicy(tree.layout, std::vector<CellPolicy>(as_size(layout.cells())), first),
            {score, prices.answers[as_size(first)], 0.0, 0.0}};
}

}  // namespace automix::detail
