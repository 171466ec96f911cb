// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/loop.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/loop.hpp>
#include <automix/routing/source.hpp>

#include <cmath>
#include <string>

namespace automix::detail {

AUTOMIX_INLINE void require_cost(double cost) {
    if (!(cost >= 0.0 && std::isfinite(cost))) {
        throw ProtocolError("source: expected a finite cost of at least 0, found " + format_number(cost));
    }
}

AUTOMIX_INLINE void require_clusters(int samples, int largest_cluster) {
    if (largest_cluster < 0 || largest_cluster > samples) {
        throw ProtocolError("source: " + std::to_string(samples) +
                            " samples are known, the largest cluster holds " +
                            std::to_string(largest_cluster));
    }
}

AUTOMIX_INLINE void require_counts(const Drawn& drawn, int asked) {
    const bool may_fall_short = asked == all_draws || drawn.logged_confidence;
    const int min_drawn = !drawn.failure.empty() ? 0 : may_fall_short ? 1 : asked;
    if (drawn.drawn < min_drawn || (asked != all_draws && drawn.drawn > asked)) {
        throw ProtocolError(
            "source: asked for " + (asked == all_draws ? "all" : std::to_string(asked)) +
            " draws, a round brought " + std::to_string(drawn.drawn) +
            (drawn.failure.empty() ? " and no failure" : " and the failure " + in_quotes(drawn.failure)));
    }
    if (drawn.positive < 0 || drawn.positive > drawn.parsed || drawn.parsed > drawn.drawn) {
        throw ProtocolError("source: a round brought " + std::to_string(drawn.drawn) + " draws, " +
                            std::to_string(drawn.parsed) + " of them parsed and " +
                            std::to_string(drawn.positive) + " positive");
    }
    require_clusters(drawn.samples, drawn.largest_cluster);
    require_cost(drawn.cost);
    if (drawn.logged_confidence && !(*drawn.logged_confidence >= 0.0 && *drawn.logged_confidence <= 1.0)) {
        throw ProtocolError("source: expected a confidence in [0, 1], found " +
                            format_number(*drawn.logged_confidence));
    }
}

AUTOMIX_INLINE void add_draws(VerifierEvidence& verifier, const Drawn& drawn) {
    verifier.drawn += drawn.drawn;
    verifier.parsed += drawn.parsed;
    verifier.positive += drawn.positive;
    if (drawn.logged_confidence) verifier.logged_confidence = drawn.logged_confidence;
    verifier.samples = drawn.samples;
    verifier.largest_cluster = drawn.largest_cluster;
}

}  // namespace automix::detail
