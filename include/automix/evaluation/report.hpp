// SPDX-License-Identifier: Apache-2.0
// The report of one router on one table: performance, cost (answers and verification apart), IBC, lift, share routed,
// draws, gap recovered and excess (AutoMix, section 4.2 and equation 1). An undefined metric holds the reason. The file
// also has the mean prices that a report is based on. O(rows).
#pragma once

#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/metrics/ibc.hpp>

#include <Eigen/Core>

#include <string>
#include <vector>

namespace automix {

/// The mean prices of a further verifier.
struct VerifierPrice {
    std::string name{};
    double draw = 0.0;          ///< price of one draw
    double verification = 0.0;  ///< price of the most draws of an answer together
    PriceOrigin origin = PriceOrigin::standard;
};

/// Mean prices of one model.
struct ModelPrices {
    std::string model{};
    double answer = 0.0;
    PriceOrigin answer_origin = PriceOrigin::standard;
    bool verified = false;      ///< if false, the prices of verification are unused
    double draw = 0.0;          ///< price of one draw
    double verification = 0.0;  ///< price of all logged draws of an answer together
    PriceOrigin verification_origin = PriceOrigin::standard;
    std::vector<VerifierPrice> further{};  ///< of further verifiers of its answers
};

/// Returns the mean prices of each model, in the order of the data set. Throws `ArgumentError` if the prices belong to
/// another data set.
std::vector<ModelPrices> summarise_prices(const Dataset& data, const PriceTable& prices);

/// Scores and prices of the two end models, one value a row. IBC is measured against them.
struct EndModels {
    Eigen::ArrayXd small_score{}, small_cost{}, large_score{}, large_cost{};

    [[nodiscard]] OperatingPoint small() const { return {small_score.mean(), small_cost.mean()}; }
    [[nodiscard]] OperatingPoint large() const { return {large_score.mean(), large_cost.mean()}; }

    template <class Rows>
    [[nodiscard]] EndModels select_rows(const Rows& rows) const {
        return {small_score(rows), small_cost(rows), large_score(rows), large_cost(rows)};
    }
};

/// Returns the first and the last model of the log. Throws `DataError` if the data set has no rows, and `ArgumentError`
/// if the prices belong to another one.
EndModels end_models(const Dataset& data, const PriceTable& prices);

/// The figures of a router: means per query, and metrics of these means.
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

    /// Returns why IBC or lift is undefined; empty if both are defined.
    [[nodiscard]] const std::string& undefined() const noexcept;
};

/// Sums up a replay against the two end models on the same rows.
Report summarise(const Replay& replay, const EndModels& ends);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/detail/report_inl.hpp>
#endif
