// SPDX-License-Identifier: Apache-2.0
// What a policy pays and what is asked of it: mean prices over the training rows, the rule of one solution, and the base slope
// that the end models themselves ask.
#pragma once

#include <automix/data/model_shape.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>
#include <automix/metrics/ibc.hpp>

#include <cstddef>
#include <vector>

namespace automix {

/// Mean prices of what a policy may ask for.
struct RoutingPrices {
    std::vector<double> answers{};  ///< one a model
    std::vector<double> draws{};    ///< of one draw, one a model; of the whole of a lone confidence
    double round = 0.0;             ///< of a round of draws, apart from cost: it steers the policy only
    std::vector<double>
        draws_per_verdict{};  ///< draws that a readable verdict takes, one a model; none: 1 for all

    /// Draws to be paid for each that tells something.
    [[nodiscard]] double draws_per_verdict_of(VerificationKind kind, int model) const;
};

/// Draws that a verdict that can be read takes on average, a model each; 1 where all can be. At most all draws. Tables count
/// on as many readable verdicts as there are draws: a policy that uses most of them up expects to pay too much.
std::vector<double> mean_draws_per_verdict(const FoldStatistics& sums, const std::vector<ModelShape>& models);

/// Mean prices over the rows of statistics. Requires rows.
RoutingPrices mean_prices(const FoldStatistics& sums, double round_price = 0.0);

/// Mean score and mean price of a model alone. Requires rows.
OperatingPoint alone(const FoldStatistics& sums, const RoutingPrices& prices, std::size_t model);

/// What the last model gains over the first for each unit that it costs more; undefined where it is no better or no
/// dearer. Requires rows.
OptionalMetric base_slope(const FoldStatistics& sums, const RoutingPrices& prices);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/routing/belief/detail/prices_inl.hpp>
#endif
