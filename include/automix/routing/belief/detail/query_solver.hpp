// SPDX-License-Identifier: Apache-2.0
// A policy that reads the query: it solves the routing POMDP of each query at the belief and the prices that the
// query's forecast gives. The tree of evidence is the same for all queries. O(cells * (levels + outcomes)) a query.
#pragma once

#include <automix/context/query_forecast.hpp>
#include <automix/core/numerics.hpp>
#include <automix/routing/belief/detail/backward_induction.hpp>
#include <automix/routing/belief/detail/query_belief.hpp>
#include <automix/routing/belief/detail/routing_layout.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/detail/solve_rule.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/evidence.hpp>

#include <utility>
#include <vector>

namespace automix::detail {

/// The tree and the prices of one query.
struct QueryProblem {
    RoutingTree tree{};
    RoutingPrices prices{};
};

class QuerySolver {
 public:
    /// Takes the tree and the prices of all queries, and the mean forecast of each model's score. Requires a tree that
    /// is laid out and has a belief.
    QuerySolver(RoutingTree tree, RoutingPrices prices, SolveRule rule, std::vector<double> mean_scores)
        : tree_(std::move(tree)),
          prices_(std::move(prices)),
          rule_(std::move(rule)),
          mean_scores_(std::move(mean_scores)) {}

    /// Returns tree and prices of a query. Requires a forecast for the models of the tree.
    [[nodiscard]] QueryProblem problem(const QueryForecast& forecast) const;

    /// Returns the best actions of a query. Requires a forecast for the models of the tree.
    [[nodiscard]] SolvedTree solve(const QueryForecast& forecast) const;

    /// Sets the strata of the signals in some evidence. Throws `ProtocolError` for an answer that came without the signals
    /// that the policy reads.
    void set_strata(Evidence& evidence) const;

    [[nodiscard]] const RoutingTree& tree() const noexcept { return tree_; }
    [[nodiscard]] const RoutingPrices& prices() const noexcept { return prices_; }
    [[nodiscard]] const SolveRule& rule() const noexcept { return rule_; }
    [[nodiscard]] const std::vector<double>& mean_scores() const noexcept { return mean_scores_; }
    [[nodiscard]] const std::vector<CascadeModel>& models() const noexcept { return tree_.layout->models(); }

 private:
    RoutingTree tree_;
    RoutingPrices prices_;
    SolveRule rule_;
    std::vector<double> mean_scores_;
};

}  // namespace automix::detail

#ifndef AUTOMIX_COMPILED
#include <automix/routing/belief/detail/query_solver_inl.hpp>
#endif
