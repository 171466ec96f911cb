// SPDX-License-Identifier: Apache-2.0
// Chooses one of many policies by the scores and costs that they reach on the training rows: what an objective means for
// the recipes of prompt routers and cascades, which sweep thresholds. O(policies).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/objective.hpp>
#include <automix/routing/training.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace automix::detail {

/// Returns the number of the policy that serves the objective best; nothing if none is feasible. Ties go to the first.
/// `small` and `large` are the first and the last model alone. If the last is no better or costs no more, the base slope
/// counts as 0.
inline std::optional<std::size_t> choose_policy(const std::vector<OperatingPoint>& policies,
                                                const Objective& objective, const OperatingPoint& small,
                                                const OperatingPoint& large) {
    double lambda = objective.value;
    if (objective.kind == ObjectiveKind::base_slope)
        lambda = std::max(0.0, base_ibc(small, large).value_or(0.0));
    /// The quantity that is maximised; nothing for a policy that is not feasible.
    const auto worth = [&](const OperatingPoint& policy) -> std::optional<double> {
        switch (objective.kind) {
            case ObjectiveKind::base_slope:
            case ObjectiveKind::lambda:
                return policy.performance - lambda * policy.cost;
            case ObjectiveKind::budget:
                if (policy.cost > objective.value && !nearly_equal(policy.cost, objective.value))
                    return std::nullopt;
                return policy.performance;
            case ObjectiveKind::quality: {
                const double wanted = objective.value * large.performance;
                if (policy.performance < wanted && !nearly_equal(policy.performance, wanted))
                    return std::nullopt;
                return -policy.cost;
            }
            case ObjectiveKind::max_ibc:
            case ObjectiveKind::promise_quality:  // refused before
            case ObjectiveKind::promise_error:
                break;
        }
        const OptionalMetric found = ibc(policy, small);
        return found ? std::optional(*found) : std::nullopt;
    };
    std::optional<std::size_t> best;
    std::optional<double> best_worth;
    for (std::size_t i = 0; i < policies.size(); ++i) {
        const std::optional<double> own = worth(policies[i]);
        if (!own || (best_worth && (*own <= *best_worth || nearly_equal(*own, *best_worth)))) continue;
        best = i;
        best_worth = own;
    }
    return best;
}

/// Returns the result of training for the chosen one of some policies.
inline TrainingResult choice_result(const std::vector<OperatingPoint>& policies,
                                    std::optional<std::size_t> chosen, const Objective& objective,
                                    const OperatingPoint& small, const OperatingPoint& large) {
    TrainingResult result;
    result.candidates = std::ssize(policies);
    result.feasible = chosen.has_value();
    if (!chosen) {
        result.reason =
            "infeasible: no policy reaches the objective " + to_string(objective) + " on the training rows";
        result.ibc = result.ibc_lift = OptionalMetric::undefined(result.reason);
    } else if (objective.kind == ObjectiveKind::max_ibc) {
        result.ibc = ibc(policies[*chosen], small);
        result.ibc_lift = ibc_lift(policies[*chosen], small, large);
    }
    return result;
}

}  // namespace automix::detail
