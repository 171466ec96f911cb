// SPDX-License-Identifier: Apache-2.0
// The explanation of a router's decision: its belief about the current answer, and the expected score and cost of each
// action if its policy is followed afterwards.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/routing_value.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace automix {

/// A possible action and its value.
struct Alternative {
    Action action{};
    /// Expected score and remaining payments, the action's own price included; NaN if only the net value is known, as
    /// with alpha vectors.
    RoutingValue value{};
    double net = 0.0;  ///< score less lambda times all payments, rounds included
    bool chosen = false;
};

struct Explanation {
    Action action{};      ///< action of the policy
    Index current = -1;   ///< the model that answered last; -1: none has
    double lambda = 0.0;  ///< score worth one unit of price
    std::vector<double>
        belief{};  ///< probability of each level of the current answer; empty if it is not verified by
                   ///< verdicts or a confidence, or no model has answered
    std::vector<double> levels{};   ///< rate of positive verdicts at each level; empty without verdicts
    std::optional<double> right{};  ///< probability that the answer is right; nothing before any answer
    std::vector<Alternative> alternatives{};  ///< accept, each route, each batch of verdicts that remains
    std::optional<double>
        draw_value{};  ///< net gain of one more verdict over the best other action; nothing if none remains
    std::string reason{};
};

struct Evidence;

/// A function that explains the decision of a trained router on evidence. It is empty for a router that cannot explain
/// itself. The router must outlive it unchanged. It is safe to call from many threads. It throws `ProtocolError` for
/// evidence that no query can have.
using Explainer = std::function<Explanation(const Evidence&)>;

}  // namespace automix
