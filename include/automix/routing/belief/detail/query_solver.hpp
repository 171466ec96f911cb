// SPDX-License-Identifier: Apache-2.0
// A policy that reads the query: it solves the routing POMDP of each query, or of its stratum, at the belief and the
// prices that the forecast gives. The last solutions are remembered, so a query is solved once for all of its actions.
// O(cells * (levels + outcomes)) a query.
#pragma once

#include <automix/context/query_forecast.hpp>
#include <automix/core/numerics.hpp>
#include <automix/routing/belief/detail/backward_induction.hpp>
#include <automix/routing/belief/detail/query_cache.hpp>
#include <automix/routing/belief/detail/query_trees.hpp>
#include <automix/routing/belief/detail/routing_layout.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/detail/solve_rule.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/evidence.hpp>

#include <memory>
#include <vector>

namespace automix::detail {

class QuerySolver {
 public:
    /// Takes the trees of queries and the rule of their solution.
    QuerySolver(std::shared_ptr<const QueryTrees> trees, SolveRule rule);

    /// Takes the tree and the prices of all queries, and the mean forecast of each model's score. Requires a tree that
    /// is laid out and has a belief.
    QuerySolver(RoutingTree tree, RoutingPrices prices, SolveRule rule, std::vector<double> mean_scores);

    /// Returns tree and prices of a query. Requires a forecast for the models of the tree.
    [[nodiscard]] std::shared_ptr<const QueryProblem> problem(const QueryForecast& forecast) const;

    /// Returns the best actions of a query on the tree with its verdicts. Requires a forecast for the models of the tree.
    [[nodiscard]] SolvedTree solve(const QueryForecast& forecast) const;

    /// Returns the best actions of a query until a verdict is known, over `layout()`. Requires a forecast for the models
    /// of the tree.
    [[nodiscard]] std::shared_ptr<const SolvedTree> solved(const QueryForecast& forecast) const;

    /// Returns the layout of `solved`. It has no verdicts if none may be drawn.
    [[nodiscard]] const std::shared_ptr<const RoutingLayout>& layout() const noexcept {
        return trees_->layout(rule_.verify);
    }

    /// Sets the strata of the signals in some evidence.
    void set_strata(Evidence& evidence) const;

    [[nodiscard]] const std::shared_ptr<const QueryTrees>& trees() const noexcept { return trees_; }
    [[nodiscard]] const RoutingTree& tree() const noexcept { return trees_->tree(); }
    [[nodiscard]] const RoutingPrices& prices() const noexcept { return trees_->prices(); }
    [[nodiscard]] const SolveRule& rule() const noexcept { return rule_; }
    [[nodiscard]] const std::vector<double>& mean_scores() const noexcept { return trees_->mean_scores(); }
    [[nodiscard]] const std::vector<CascadeModel>& models() const noexcept { return tree().layout->models(); }

 private:
    std::shared_ptr<const QueryTrees> trees_;
    SolveRule rule_;
    std::shared_ptr<QueryCache<SolvedTree>> cache_;
};

}  // namespace automix::detail

#ifndef AUTOMIX_COMPILED
#include <automix/routing/belief/detail/query_solver_inl.hpp>
#endif
