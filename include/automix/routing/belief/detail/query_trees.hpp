// SPDX-License-Identifier: Apache-2.0
// The trees of queries, each at the belief and the prices that the query's forecast gives. They do not depend on lambda,
// so policies of several lambdas share them, and the last ones are remembered. A tree that is too large is that of the
// query's stratum. If nothing may be verified, the tree has no verdicts and is much smaller. O(cells * levels) a query.
#pragma once

#include <automix/context/query_forecast.hpp>
#include <automix/core/numerics.hpp>
#include <automix/routing/belief/detail/belief_model.hpp>
#include <automix/routing/belief/detail/forecast_strata.hpp>
#include <automix/routing/belief/detail/query_cache.hpp>
#include <automix/routing/belief/detail/routing_layout.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/prices.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace automix::detail {

/// The tree and the prices of one query.
struct QueryProblem {
    RoutingTree tree{};
    RoutingPrices prices{};
};

/// A forecast at which a problem is solved, with the key of its slot in a cache.
struct SolvedForecast {
    const QueryForecast& forecast;
    std::uint64_t key = 0;
};

/// Returns a belief of which at most `draws` verdicts are drawn of an answer. A confidence counts as one.
BeliefModel limit_draws(BeliefModel belief, int draws);

/// Returns a belief whose tree has at most that many cells, with as many draws of each answer as fit.
BeliefModel limit_cells(BeliefModel belief, double max_cells);

class QueryTrees {
 public:
    /// Takes the tree and the prices of all queries, the mean forecast of each model's score, and the strata of queries,
    /// if there are any. Requires a tree that is laid out and has a belief.
    QueryTrees(RoutingTree tree, RoutingPrices prices, std::vector<double> mean_scores,
               ForecastStrata strata = {});

    /// Returns the forecast at which a query is solved: its own, or the mean of its stratum if verdicts are drawn and there
    /// are strata.
    [[nodiscard]] SolvedForecast solved_at(const QueryForecast& forecast, bool verdicts) const;

    /// Returns tree and prices of a forecast as `solved_at` returns it, without verdicts if `verdicts` is false.
    [[nodiscard]] std::shared_ptr<const QueryProblem> problem(const SolvedForecast& at, bool verdicts) const;

    /// Returns the layout of all trees with or without verdicts.
    [[nodiscard]] const std::shared_ptr<const RoutingLayout>& layout(bool verdicts) const noexcept {
        return verdicts ? tree_.layout : unverified_layout_;
    }

    [[nodiscard]] const RoutingTree& tree() const noexcept { return tree_; }
    [[nodiscard]] const RoutingPrices& prices() const noexcept { return prices_; }
    [[nodiscard]] const std::vector<double>& mean_scores() const noexcept { return mean_scores_; }
    [[nodiscard]] const ForecastStrata& strata() const noexcept { return strata_; }

 private:
    using Cache = QueryCache<QueryProblem>;

    RoutingTree tree_;
    RoutingPrices prices_;
    std::vector<double> mean_scores_;
    ForecastStrata strata_;
    BeliefModel unverified_;
    std::shared_ptr<const RoutingLayout> unverified_layout_;
    std::unique_ptr<Cache> verified_cache_;
    std::unique_ptr<Cache> unverified_cache_;
};

}  // namespace automix::detail

#ifndef AUTOMIX_COMPILED
#include <automix/routing/belief/detail/query_trees_inl.hpp>
#endif
