// SPDX-License-Identifier: Apache-2.0
// The figures of one router on one table: performance, cost (answers and verification apart), IBC, lift, share routed,
// draws, gap recovered and excess (AutoMix, section 4.2 and equation 1). Figures that do not exist say why. O(rows).
#pragma once

#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/metrics/ibc.hpp>

#include <Eigen/Core>

#include <string>

namespace automix {

/// Scores and prices of the two end models, one value a row: what IBC is measured against.
struct EndModels {
    Eigen::ArrayXd small_score{}, small_cost{}, large_score{}, large_cost{};

    [[nodiscard]] OperatingPoint small() const { return {small_score.mean(), small_cost.mean()}; }
    [[nodiscard]] OperatingPoint large() const { return {large_score.mean(), large_cost.mean()}; }

    template <class Rows>
    [[nodiscard]] EndModels select_rows(const Rows& rows) const {
        return {small_score(rows), small_cost(rows), large_score(rows), large_cost(rows)};
    }
};

/// Throws `DataError` where the data set has no rows, `ArgumentError` where the prices are of another one.
EndModels end_models(const Dataset& data, const PriceTable& prices);

/// Means per query.
struct Report {
    Index rows = 0;
    double performance = 0.0;
    double cost = 0.0;  ///< answers and verification
    double answer_cost = 0.0;
    double verification_cost = 0.0;
    double routed = 0.0;  ///< share of queries for which a model beyond the first was asked
    double draws = 0.0;
    double rounds = 0.0;
    OptionalMetric ibc = OptionalMetric::undefined("not computed");            ///< score per unit of cost
    OptionalMetric ibc_lift = OptionalMetric::undefined("not computed");       ///< ratio
    OptionalMetric gap_recovered = OptionalMetric::undefined("not computed");  ///< ratio
    OptionalMetric excess = OptionalMetric::undefined("not computed");         ///< per cent
    OptionalMetric mixing_performance =
        OptionalMetric::undefined("not computed");  ///< of random mixing at the same cost

    [[nodiscard]] OperatingPoint point() const noexcept { return {performance, cost}; }

    /// Why IBC or lift is undefined; empty where both are defined.
    [[nodiscard]] const std::string& undefined() const noexcept;
};

/// The figures of a replay (of columns like those of `Replay`) against the two end models on the same rows.
Report summarise(const Replay& replay, const EndModels& ends);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/detail/report_inl.hpp>
#endif
