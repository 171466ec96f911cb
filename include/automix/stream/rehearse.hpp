// SPDX-License-Identifier: Apache-2.0
// Estimates what a policy would have cost and scored on traffic that another one has served. It is replayed on the
// requests that were seen whole, and their figures are weighted as inverse_propensity.hpp tells. Figures of two policies,
// and their differences, are of the same requests. If too little was seen, nothing is said. O(rows * draws).
//     const automix::Rehearsal figures = automix::rehearse(next.router, &now.router, rows);
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/stream/inverse_propensity.hpp>
#include <automix/stream/seen_rows.hpp>

#include <optional>
#include <span>
#include <vector>

namespace automix {

struct RehearsalOptions {
    double level = 0.95;      ///< of the intervals
    double min_rows = 100.0;  ///< effective rows below which nothing is said
};

/// The figures of a policy on traffic, means per request.
struct PolicyFigures {
    WeightedMean score{};
    WeightedMean cost{};    ///< of answers and verification
    WeightedMean routed{};  ///< probability that a model beyond the first is asked
};

struct Rehearsal {
    Index rows = 0;
    double effective_rows = 0.0;
    double level = 0.95;
    PolicyFigures next{};
    std::optional<PolicyFigures> now{};   ///< of the other policy, if there is one
    std::optional<PolicyFigures> gain{};  ///< of the next policy less those of the other one
};

/// Returns the shapes of models of which both policies are satisfied by what was seen. Throws `ArgumentError` unless they
/// are over the same models with the same first verifiers.
std::vector<ModelShape> shapes_for_both(const std::vector<ModelShape>& one,
                                        const std::vector<ModelShape>& other);

/// Returns the figures of a replay under weights.
PolicyFigures weighted_figures(const Replay& replay, std::span<const double> weights, double level = 0.95);

/// Returns the figures of a policy, and those of the one that it would replace; `now` may be null. Both are charged the
/// logged prices, or those of the next policy if none are logged. Throws `DataError` if too little was seen, with the
/// effective number of rows, and the errors of a replay. Throws `ArgumentError` for options that make no sense.
Rehearsal rehearse(const PomdpRouter& next, const PomdpRouter* now, const SeenRows& rows,
                   const RehearsalOptions& options = {});

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/stream/detail/rehearse_inl.hpp>
#endif
