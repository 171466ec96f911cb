// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/belief/detail/query_solver.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/routing/belief/detail/backward_induction.hpp>
#include <automix/routing/belief/detail/query_belief.hpp>
#include <automix/routing/belief/detail/query_solver.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/prices.hpp>

#include <memory>

namespace automix::detail {

AUTOMIX_INLINE QueryProblem QuerySolver::problem(const QueryForecast& forecast) const {
    return {make_tree(std::make_shared<const BeliefModel>(belief_of_query(*tree_.belief, forecast)),
                      tree_.layout),
            prices_of_query(prices_, forecast)};
}

AUTOMIX_INLINE RoutingSolution QuerySolver::solve(const QueryForecast& forecast) const {
    const QueryProblem query = problem(forecast);
    return BackwardInduction(query.tree, query.prices, rule_).solution();
}

}  // namespace automix::detail
