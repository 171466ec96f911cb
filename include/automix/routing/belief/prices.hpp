// SPDX-License-Identifier: Apache-2.0
// The prices of a policy: means over the training rows, and the base slope, which is the price of quality that follows
// from the first and the best model.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/core/price.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>
#include <automix/metrics/ibc.hpp>

#include <vector>

namespace automix {

/// Mean prices of a further verifier of a model's answers.
struct VerifierPrices {
    double draw = 0.0;               ///< price of one draw, or of a logged confidence
    double draws_per_verdict = 1.0;  ///< mean draws for each parsed verdict
};

/// Mean prices of answers, draws and rounds.
struct RoutingPrices {
    std::vector<double> answers{};  ///< one a model
    std::vector<double> draws{};    ///< price of one draw, or of a logged confidence; one a model
    double round = 0.0;             ///< price of a round of draws, for the policy; not part of the cost
    std::vector<double>
        draws_per_verdict{};  ///< mean draws for each parsed verdict, one a model; empty: 1 for all
    std::vector<VerifierPrices> further{};  ///< of further verifiers, model by model

    /// Returns the mean number of draws for each parsed verdict, 1 for other kinds of verification.
    [[nodiscard]] double draws_per_verdict_of(VerificationKind kind, Index model) const;
};

/// Returns the mean number of draws for each parsed verdict, for each model: 1 if all were parsed, and at most the
/// number of draws. Tables assume that every draw may be parsed, so a policy that uses nearly all draws overestimates
/// its cost.
std::vector<double> mean_draws_per_verdict(const FoldStatistics& sums, const std::vector<ModelShape>& models);

/// Returns the mean prices of further verifiers, model by model. Requires rows.
std::vector<VerifierPrices> mean_verifier_prices(const FoldStatistics& sums,
                                                 const std::vector<ModelShape>& models);

/// Returns the mean prices of answers and of the first verifiers over the rows of statistics. Requires rows.
RoutingPrices mean_prices(const FoldStatistics& sums, double round_price = 0.0);

/// Returns the prices at which a log is charged for a policy over `models` that was trained before: the given ones, else
/// those in the log, else the policy's own.
Prices prices_or_trained(const Dataset& data, Prices given, const RoutingPrices& trained,
                         const std::vector<ModelShape>& models);

/// Returns the mean score and mean price of a model alone. Requires rows.
OperatingPoint alone(const FoldStatistics& sums, const RoutingPrices& prices, Index model);

/// Returns the model with the highest mean score less lambda times its price; the first such one. Requires rows.
Index best_alone(const FoldStatistics& sums, const RoutingPrices& prices, double lambda);

/// Returns the gain of the best model over the first per unit of extra cost. The best model is the last one, unless
/// that is dominated. It is undefined, with a reason that names the models, if no model is better than the first, or if
/// the best one is no more expensive. Requires rows.
OptionalMetric base_slope(const FoldStatistics& sums, const RoutingPrices& prices,
                          const std::vector<ModelShape>& models);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/routing/belief/detail/prices_inl.hpp>
#endif
