// SPDX-License-Identifier: Apache-2.0
// Why a router decides as it does: what it believes of the current answer, and what each action is expected to score and to
// pay when its policy is followed afterwards.
#pragma once

#include <automix/routing/action.hpp>
#include <automix/routing/belief/detail/cell_values.hpp>

#include <optional>
#include <string>
#include <vector>

namespace automix {

/// One action that could be taken.
struct Alternative {
    Action action{};
    /// Expected score, and what is still to be paid, the action's own price included; NaN where alpha vectors tell no more
    /// than the net value.
    detail::RoutingValue value{};
    double net = 0.0;  ///< score less lambda times what is paid, rounds included
    bool chosen = false;
};

struct Explanation {
    Action action{};      ///< what the policy does
    int current = -1;     ///< the model that answered last; -1: none has
    double lambda = 0.0;  ///< score worth one unit of price
    std::vector<double>
        belief{};  ///< chance of each level of the current answer; empty where it is not verified by
                   ///< verdicts or a confidence, or no model has answered
    std::vector<double> levels{};   ///< of verdicts: the rate of positive ones at each level
    std::optional<double> right{};  ///< chance that what may be accepted is right; nothing before any answer
    std::vector<Alternative> alternatives{};  ///< accept, each route, each batch of verdicts that remains
    std::optional<double>
        draw_value{};  ///< net gain of one more verdict over the best action without; nothing where none remains
    std::string reason{};
};

}  // namespace automix
