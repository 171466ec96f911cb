// SPDX-License-Identifier: Apache-2.0
// Chooses whether a policy that is trained on statistics alone reads a query's stratum. It does if its policies gain over
// those without on held-out rows, by more than chance would in one of ten. O(folds * strata * solution).
#pragma once

#include <automix/context/context_fields.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/statistics.hpp>
#include <automix/routing/belief/context_choice.hpp>
#include <automix/routing/belief/detail/context_training.hpp>
#include <automix/routing/belief/detail/cross_fit.hpp>
#include <automix/routing/belief/detail/forecast_strata.hpp>
#include <automix/routing/belief/detail/guard.hpp>
#include <automix/routing/belief/detail/routing_solution.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/detail/stratum_rows.hpp>
#include <automix/routing/belief/detail/training_context.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace automix::detail {

/// Standard errors that the gain of policies which read the stratum must have: chance has as many in one of ten.
inline constexpr double stratum_gain_deviate = 1.2816;

/// Returns true if statistics have strata that a policy may read.
inline bool has_strata(const Statistics& statistics) { return statistics.strata.size() > 1; }

/// Prepares a context whose policies read the stratum of a query.
inline TrainingContext read_strata(const TrainingContext& base) {
    TrainingContext read = base;
    const Statistics& statistics = base.statistics;
    const bool priced = priced_by_stratum(statistics);
    std::vector<QueryForecast> forecasts;
    for (const StratumStatistics& stratum : statistics.strata)
        forecasts.push_back(shrunk_forecast(stratum_total(stratum, statistics.models), base.total, priced));
    read.reader =
        std::make_shared<const ContextModel>(stratum_reader(statistics, base.total, forecasts, priced));
    read.strata =
        std::make_shared<const StratumRows>(make_stratum_rows(statistics, base.total, *read.reader, priced));
    for (std::size_t fold = 0; fold < base.folds.folds(); ++fold) {
        if (const std::optional<RoutingTree>& tree = base.folds.tree(fold))
            read.folds.set_tree(fold, make_tree(judged_belief(*tree->belief), base.max_cells));
    }
    ForecastStrata solved;  // of a large tree; a query of no stratum is solved as the nearest one
    if (static_cast<double>(base.tree->layout->cells()) > max_query_cells &&
        read.strata->forecasts.size() <= max_strata) {
        solved.means = read.strata->forecasts;
        solved.price = price_unit(base.prices);
    }
    prepare_queries(read, std::move(solved));
    return read;
}

/// Returns the context whose policies read the stratum of a query, if that pays on held-out rows or the user asks for it.
/// Else returns `base`, without a decision.
inline std::pair<TrainingContext, std::optional<HeldOutDecision>> choose_strata(const TrainingContext& base,
                                                                                const ContextChoice& choice,
                                                                                std::optional<double> lambda,
                                                                                bool guarded) {
    TrainingContext read = read_strata(base);
    const HeldOutDecision plain = decide_on_held_out_rows(base, lambda);
    HeldOutDecision decision = decide_on_held_out_rows(read, lambda);
    if (verifies(base.statistics) && decision.units >= 2.0) {
        TrainingContext blind = read;
        blind.rule.verify = false;
        HeldOutDecision without = decide_on_held_out_rows(blind, lambda);
        if (without.guard.mean > decision.guard.mean) {
            read.rule.verify = false;
            decision = std::move(without);
        }
    }
    bool pays = !choice.best;
    if (choice.best && decision.units >= 2.0) {
        const double slope = base.base_slope ? *base.base_slope : *lambda;
        const std::vector<RoutingSolution> with = solve_folds(read, slope);
        const std::vector<RoutingSolution> without = solve_folds(base, slope);
        const RowMetric gain{std::vector<double>(base.statistics.models.size(), 0.0), -slope, 0.0, {}};
        const PolicyEstimate gained =
            estimate_on_folds(read, gain, [&](std::size_t fold) -> std::vector<PolicyShare> {
                return {
                    {1.0, with[fold].policy},
                    {-1.0, restrict_first_model(without[fold], plain.min_first_model, slope, base.prices)}};
            });
        const bool refused = guarded && !decision.guard.passed && plain.guard.passed;
        pays = !refused && gained.mean_metric() > stratum_gain_deviate * gained.standard_error();
    }
    const ContextFields dataset{.dataset = true};
    const std::vector<ContextWorth> worth{{{}, plain.guard.mean, plain.guard.se, !pays},
                                          {dataset, decision.guard.mean, decision.guard.se, pays}};
    if (!pays) {
        TrainingContext unread = base;
        unread.worth = worth;
        return {std::move(unread), std::nullopt};
    }
    read.worth = worth;
    return {std::move(read), std::move(decision)};
}

}  // namespace automix::detail
