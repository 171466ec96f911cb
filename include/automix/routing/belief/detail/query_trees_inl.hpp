// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/belief/detail/query_trees.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/verification.hpp>
#include <automix/routing/belief/detail/query_belief.hpp>
#include <automix/routing/belief/detail/query_trees.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace automix::detail {

/// Returns the number of trees of that many cells to remember: some 8 MB, and at most 4096.
inline std::size_t remembered_trees(Index cells) {
    constexpr double bytes = 8e6;
    constexpr double belief = 1e4;    // of levels and transitions
    constexpr double of_cell = 50.0;  // of all columns
    return static_cast<std::size_t>(
        std::clamp(bytes / (belief + of_cell * static_cast<double>(cells)), 1.0, 4096.0));
}

AUTOMIX_INLINE BeliefModel limit_draws(BeliefModel belief, int draws) {
    for (LevelDistribution& levels : belief.levels) {
        for (VerifierLevels& verifier : levels.verifiers) {
            if (verifier.kind != VerificationKind::confidence) {
                verifier.draws = std::min(verifier.draws, draws);
            } else if (draws == 0) {
                verifier = {VerificationKind::verdicts, 0, verifier.levels, {}};
            }
        }
    }
    return belief;
}

AUTOMIX_INLINE BeliefModel limit_cells(BeliefModel belief, double max_cells) {
    int draws = 0;
    for (const LevelDistribution& levels : belief.levels) {
        for (const VerifierLevels& verifier : levels.verifiers) draws = std::max(draws, verifier.draws);
    }
    while (draws > 0 && RoutingLayout::count_cells(routed_models(belief)) > max_cells)
        belief = limit_draws(std::move(belief), --draws);
    return belief;
}

AUTOMIX_INLINE QueryTrees::QueryTrees(RoutingTree tree, RoutingPrices prices, std::vector<double> mean_scores,
                                      ForecastStrata strata)
    : tree_(std::move(tree)),
      prices_(std::move(prices)),
      mean_scores_(std::move(mean_scores)),
      strata_(std::move(strata)),
      unverified_(limit_draws(*tree_.belief, 0)),
      unverified_layout_(std::make_shared<const RoutingLayout>(routed_models(unverified_))) {
    const std::size_t slots =
        strata_.means.empty() ? remembered_trees(tree_.layout->cells()) : strata_.means.size();
    verified_cache_ = std::make_unique<Cache>(slots);
    unverified_cache_ = std::make_unique<Cache>(remembered_trees(unverified_layout_->cells()));
}

AUTOMIX_INLINE SolvedForecast QueryTrees::solved_at(const QueryForecast& forecast, bool verdicts) const {
    if (!verdicts || strata_.means.empty()) return {forecast, hash_of(forecast)};
    const std::size_t stratum = strata_.nearest(forecast);
    return {strata_.means[stratum], stratum};
}

AUTOMIX_INLINE std::shared_ptr<const QueryProblem> QueryTrees::problem(const SolvedForecast& at,
                                                                       bool verdicts) const {
    Cache& cache = verdicts ? *verified_cache_ : *unverified_cache_;
    return cache.get(at.forecast, at.key, [&] {
        const BeliefModel& all = verdicts ? *tree_.belief : unverified_;
        return QueryProblem{
            make_tree(std::make_shared<const BeliefModel>(belief_of_query(all, at.forecast, mean_scores_)),
                      layout(verdicts)),
            prices_of_query(prices_, at.forecast)};
    });
}

}  // namespace automix::detail
