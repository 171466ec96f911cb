// SPDX-License-Identifier: Apache-2.0
// Sums of what the requests of one log show, from which a policy learns without the log. Sums of several logs add up, in
// any order, to those of all their requests, so that gateways need to share nothing else. Rows count by the inverse of the
// probability with which they were seen, as those of seen_rows.hpp. What all logs together decide is left open until the
// end: the share of explorations that ended, whether requests that could not be explored count, and the number of
// effective rows. O(cells).
//     TrafficSums all = traffic_sums(mine, learning);
//     all += traffic_sums(theirs, learning);
//     const automix::LearnedPolicy next = automix::learn(policy.router, policy.statistics, all);
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/statistics.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/stream/learn.hpp>
#include <automix/stream/request_record.hpp>

#include <optional>
#include <vector>

namespace automix {

/// Sums over rows, each multiplied by its weight.
struct WeightedSums {
    Index rows = 0;
    double weights = 0.0;                    ///< sum of the weights
    double squares = 0.0;                    ///< sum of their squares
    std::optional<Statistics> statistics{};  ///< nothing: there are no rows

    /// Returns the effective number of rows, as that of weights.
    [[nodiscard]] double effective_rows() const { return squares > 0.0 ? weights * weights / squares : 0.0; }

    WeightedSums& operator+=(const WeightedSums& other);
    /// Multiplies the weights.
    WeightedSums& operator*=(double factor);
};

struct TrafficSums {
    WeightedSums by_policy{};     ///< requests of which the policy by itself saw everything
    WeightedSums explored{};      ///< requests of which exploration saw the rest
    WeightedSums unexplorable{};  ///< requests seen whole that had no chance of exploration
    Index missed = 0;             ///< requests without a chance of exploration that were not seen whole
    Index drawn = 0;              ///< requests for which exploration was drawn
    Index finished = 0;           ///< of these, those of which it ended

    TrafficSums& operator+=(const TrafficSums& other);

    /// Returns the sums of all rows that count, by their probabilities.
    [[nodiscard]] WeightedSums rows() const;
};

/// Returns the sums of requests, as a policy with these statistics learns from them at its own prices. Requests that
/// failed or are not scored are left out. Throws as `seen_rows`.
TrafficSums traffic_sums(const std::vector<RequestRecord>& requests, const PomdpRouter& policy,
                         const Statistics& statistics);

/// Throws `ArgumentError` for a policy that reads queries or signals, of which sums hold nothing.
void require_summable(const PomdpRouter& policy);

/// Returns the policy that a trained one becomes by traffic, at its own prices. Throws as `learn` of rows and
/// as `require_summable`.
LearnedPolicy learn(const PomdpRouter& before, const Statistics& statistics, const TrafficSums& traffic,
                    const LearnOptions& options = {});

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/stream/detail/traffic_sums_inl.hpp>
#endif
