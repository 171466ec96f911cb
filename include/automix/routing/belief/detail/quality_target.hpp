// SPDX-License-Identifier: Apache-2.0
// The choice of a policy for a quality target: the cheapest mixture of two candidates that meets the target with a
// margin. Candidates are evaluated on held-out rows, never by the score that the belief expects. O(candidates^2).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/routing/belief/detail/policy_estimate.hpp>
#include <automix/routing/belief/detail/routing_solution.hpp>
#include <automix/routing/belief/detail/routing_solver.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

namespace automix::detail {

/// Number of standard errors by which held-out quality must exceed its target.
inline constexpr double quality_margin = 0.5;

/// A policy, and its estimate on held-out rows, whose metric is the quality above the target.
struct QualityCandidate {
    double lambda = 0.0;
    RoutingSolution solution{};  ///< fitted to all rows
    PolicyEstimate held_out{};

    /// Returns the quality above the target, less the margin.
    [[nodiscard]] double slack() const {
        return held_out.mean_metric() - quality_margin * held_out.standard_error();
    }
    [[nodiscard]] double cost() const { return held_out.mean().cost; }
};

/// Two candidates by number, and the probability with which the second is used.
struct QualityMixture {
    std::size_t poor = 0;
    std::size_t good = 0;
    double share = 1.0;
};

/// Returns the cheapest mixture that meets the target on average: one candidate, or one that falls short and one that
/// does not. Of several at the same cost, returns the one of the highest quality, and nothing if all fall short.
inline std::optional<QualityMixture> cheapest_mixture(const std::vector<QualityCandidate>& candidates) {
    std::optional<QualityMixture> chosen;
    double min_cost = 0.0;
    double max_slack = 0.0;
    for (std::size_t good = 0; good < candidates.size(); ++good) {
        const double above = candidates[good].slack();
        if (above < 0.0) continue;
        for (std::size_t poor = 0; poor < candidates.size(); ++poor) {
            const double below = -candidates[poor].slack();
            const double share = poor == good || below <= 0.0 ? 1.0 : below / (below + above);
            const double cost = share * candidates[good].cost() + (1.0 - share) * candidates[poor].cost();
            const double slack = share * above - (1.0 - share) * below;
            if (chosen && (nearly_equal(cost, min_cost) ? slack <= max_slack : cost > min_cost)) continue;
            min_cost = cost;
            max_slack = slack;
            chosen = {poor, good, share};
        }
    }
    return chosen;
}

/// Returns the candidate that comes closest to the target, alone. Requires a candidate.
inline QualityMixture closest_candidate(const std::vector<QualityCandidate>& candidates) {
    const auto best = std::max_element(candidates.begin(), candidates.end(),
                                       [](const auto& a, const auto& b) { return a.slack() < b.slack(); });
    const auto number = as_size(best - candidates.begin());
    return {number, number, 1.0};
}

}  // namespace automix::detail
