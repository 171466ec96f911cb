// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/belief/detail/query_solver.hpp.
#pragma once

#include <automix/context/signal_model.hpp>
#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/routing/belief/detail/backward_induction.hpp>
#include <automix/routing/belief/detail/query_solver.hpp>
#include <automix/routing/belief/detail/query_trees.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/evidence.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

/// Returns the number of solutions of that many cells to remember: some 256 kB, and at most 64.
inline std::size_t remembered_solutions(Index cells) {
    constexpr double bytes = 256e3;
    return static_cast<std::size_t>(std::clamp(
        bytes / (static_cast<double>(sizeof(CellPolicy)) * static_cast<double>(cells)), 1.0, 64.0));
}

AUTOMIX_INLINE QuerySolver::QuerySolver(std::shared_ptr<const QueryTrees> trees, SolveRule rule)
    : trees_(std::move(trees)), rule_(std::move(rule)) {
    const std::size_t strata = rule_.verify ? trees_->strata().means.size() : 0;
    cache_ = std::make_shared<QueryCache<SolvedTree>>(strata > 0 ? strata
                                                                 : remembered_solutions(layout()->cells()));
}

AUTOMIX_INLINE QuerySolver::QuerySolver(RoutingTree tree, RoutingPrices prices, SolveRule rule,
                                        std::vector<double> mean_scores)
    : QuerySolver(
          std::make_shared<const QueryTrees>(std::move(tree), std::move(prices), std::move(mean_scores)),
          std::move(rule)) {}

AUTOMIX_INLINE std::shared_ptr<const QueryProblem> QuerySolver::problem(const QueryForecast& forecast) const {
    return trees_->problem(trees_->solved_at(forecast, true), true);
}

AUTOMIX_INLINE SolvedTree QuerySolver::solve(const QueryForecast& forecast) const {
    const std::shared_ptr<const QueryProblem> query = problem(forecast);
    return BackwardInduction(query->tree, query->prices, rule_).solved();
}

AUTOMIX_INLINE std::shared_ptr<const SolvedTree> QuerySolver::solved(const QueryForecast& forecast) const {
    const SolvedForecast at = trees_->solved_at(forecast, rule_.verify);
    return cache_->get(at.forecast, at.key, [&] {
        const std::shared_ptr<const QueryProblem> query = trees_->problem(at, rule_.verify);
        return BackwardInduction(query->tree, query->prices, rule_).solved();
    });
}

AUTOMIX_INLINE void QuerySolver::set_strata(Evidence& evidence) const {
    const std::vector<SignalModel>& signals = tree().belief->signals;
    for (std::size_t m = 0; m < signals.size(); ++m) {
        ModelEvidence& known = evidence.models[m];
        known.stratum = 0;
        if (known.answered) known.stratum = signals[m].stratum(known.signals);
    }
}

}  // namespace automix::detail
