// SPDX-License-Identifier: Apache-2.0
// Definitions of stream/rehearse.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/verification.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/stream/inverse_propensity.hpp>
#include <automix/stream/rehearse.hpp>
#include <automix/stream/seen_rows.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace automix {

AUTOMIX_INLINE std::vector<ModelShape> shapes_for_both(const std::vector<ModelShape>& one,
                                                       const std::vector<ModelShape>& other) {
    if (names_of(one) != names_of(other))
        throw ArgumentError("policies: expected the same models, found " + joined(names_of(one)) + " and " +
                            joined(names_of(other)));
    std::vector<ModelShape> both = one;
    for (std::size_t m = 0; m < both.size(); ++m) {
        const ModelShape& more = other[m];
        if (both[m].kind == VerificationKind::none) {
            both[m].kind = more.kind;
            both[m].verifier = more.verifier;
        } else if (more.kind != VerificationKind::none &&
                   (more.kind != both[m].kind || more.verifier != both[m].verifier)) {
            throw ArgumentError("policies: expected the same verification of " + in_quotes(more.name));
        }
        both[m].draws = std::max(both[m].draws, more.draws);
        for (const VerifierShape& verifier : more.further) {
            const auto known = std::find_if(both[m].further.begin(), both[m].further.end(),
                                            [&](const auto& mine) { return mine.name == verifier.name; });
            if (known == both[m].further.end()) {
                both[m].further.push_back(verifier);
            } else {
                known->draws = std::max(known->draws, verifier.draws);
            }
        }
    }
    return both;
}

AUTOMIX_INLINE PolicyFigures weighted_figures(const Replay& replay, std::span<const double> weights,
                                              double level) {
    return {weighted_mean(replay.performance, weights, level),
            weighted_mean(replay.answer_cost + replay.verification_cost, weights, level),
            weighted_mean(replay.routed, weights, level)};
}

AUTOMIX_INLINE Rehearsal rehearse(const PomdpRouter& next, const PomdpRouter* now, const SeenRows& rows,
                                  const RehearsalOptions& options) {
    if (!(options.min_rows >= 2.0))
        throw ArgumentError("min_rows: expected a number of at least 2, found " +
                            format_number(options.min_rows));
    Rehearsal rehearsal;
    rehearsal.rows = rows.data.rows();
    rehearsal.effective_rows = effective_rows(rows.weights);
    rehearsal.level = options.level;
    if (rehearsal.effective_rows < options.min_rows)
        throw DataError("too little was explored to say what a policy would have done: " +
                        std::to_string(rehearsal.rows) + " of " + std::to_string(rows.counts.requests) +
                        " requests were seen whole and scored, which count as " +
                        format_significant(rehearsal.effective_rows, 3) + " rows; " +
                        format_number(options.min_rows) + " are needed (--min-rows)" +
                        (rows.notes().empty() ? "" : ". " + joined(rows.notes(), ". ")));
    const PriceTable prices =
        resolve_prices(rows.data, prices_or_trained(rows.data, {}, next.trained().prices, next.models()));
    const Replay ahead = replay(next, rows.data, prices);
    rehearsal.next = weighted_figures(ahead, rows.weights, options.level);
    if (now == nullptr) return rehearsal;
    const Replay served = replay(*now, rows.data, prices);
    rehearsal.now = weighted_figures(served, rows.weights, options.level);
    Replay gain = ahead;
    gain.performance -= served.performance;
    gain.answer_cost -= served.answer_cost;
    gain.verification_cost -= served.verification_cost;
    gain.routed -= served.routed;
    rehearsal.gain = weighted_figures(gain, rows.weights, options.level);
    return rehearsal;
}

}  // namespace automix
