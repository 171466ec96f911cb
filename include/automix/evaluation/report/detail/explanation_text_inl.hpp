// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/report/explanation_text.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/evaluation/report/explanation_text.hpp>
#include <automix/evaluation/report/text_table.hpp>
#include <automix/routing/explanation.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

AUTOMIX_INLINE std::string action_text(const Action& action, const std::vector<std::string>& models) {
    switch (action.kind) {
        case ActionKind::accept:
            return action.accepted == AcceptedAnswer::plurality ? "accept the plurality" : "accept";
        case ActionKind::route:
            return "route to " + models[as_size(action.model)];
        case ActionKind::verify:
            break;
    }
    return "verify " + std::to_string(action.draws);
}

AUTOMIX_INLINE std::string to_text(const Explanation& explanation, const std::vector<std::string>& models) {
    std::string text;
    if (explanation.right) {
        text += models[as_size(explanation.current)] + "'s answer is right with probability " +
                format_fixed(*explanation.right, 3) + '\n';
    }
    if (!explanation.levels.empty()) {
        constexpr std::string_view shades = " .:-=+*#%@";
        const double highest = *std::max_element(explanation.belief.begin(), explanation.belief.end());
        std::string picture;
        for (const double probability : explanation.belief) {
            const double shade =
                std::ceil(probability / highest * static_cast<double>(shades.size() - 1) - 0.5);
            picture += shades[static_cast<std::size_t>(std::max(0.0, shade))];
        }
        text += "rate of positive verdicts, 0 to 1: [" + picture + "]\n";
    }
    TextTable table({"action", "score", "cost", "net"});
    const auto known = [](double value, int digits) {
        return std::isnan(value) ? std::string("-") : format_fixed(value, digits);
    };
    for (const Alternative& alternative : explanation.alternatives) {
        table.add({(alternative.chosen ? "> " : "  ") + action_text(alternative.action, models),
                   known(alternative.value.score, 4), known(alternative.value.cost, 3),
                   format_fixed(alternative.net, 4)});
    }
    text += table.text();
    if (explanation.draw_value)
        text += "one more verdict is worth " + format_fixed(*explanation.draw_value, 4) + '\n';
    return text + "chosen: " + explanation.reason + '\n';
}

}  // namespace automix
