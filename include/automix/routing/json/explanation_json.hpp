// SPDX-License-Identifier: Apache-2.0
// Explanations of decisions as JSON:
//     {"right":chance or null,"lambda":..,"belief":[..],"levels":[..],"draw_value":net gain or null,
//      "alternatives":[{"action":"accept","route" or "verify","to":NAME or null,"draws":K or null,"score":..,"cost":..,
//      "net":..,"chosen":true or false},..],"reason":".."}
// `score` and `cost` are expected from here on, null where only the net value is known; see `Explanation`.
#pragma once

#include <automix/routing/action.hpp>
#include <automix/routing/explanation.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

namespace detail {

/// Names of kinds of action, by `ActionKind`, and of accepted answers, by `AcceptedAnswer`.
inline constexpr std::array<std::string_view, 3> action_names = {"accept", "route", "verify"};
inline constexpr std::array<std::string_view, 2> accepted_names = {"first", "plurality"};

}  // namespace detail

/// `{"action","to","draws"}`: the model's name for a route, the number for verifying, else null.
inline nlohmann::ordered_json to_json(const Action& action, const std::vector<std::string>& models) {
    nlohmann::ordered_json json{{"action", detail::action_names[static_cast<std::size_t>(action.kind)]},
                                {"to", nullptr},
                                {"draws", nullptr}};
    if (action.kind == ActionKind::route) json["to"] = models[static_cast<std::size_t>(action.model)];
    if (action.kind == ActionKind::verify) json["draws"] = action.draws;
    return json;
}

inline nlohmann::ordered_json to_json(const Explanation& explanation,
                                      const std::vector<std::string>& models) {
    const auto or_null = [](const std::optional<double>& value) {
        return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
    };
    nlohmann::ordered_json alternatives = nlohmann::ordered_json::array();
    for (const Alternative& alternative : explanation.alternatives) {
        nlohmann::ordered_json json = to_json(alternative.action, models);
        json["score"] = std::isnan(alternative.value.score) ? nlohmann::ordered_json(nullptr)
                                                            : nlohmann::ordered_json(alternative.value.score);
        json["cost"] = std::isnan(alternative.value.cost) ? nlohmann::ordered_json(nullptr)
                                                          : nlohmann::ordered_json(alternative.value.cost);
        json["net"] = alternative.net;
        json["chosen"] = alternative.chosen;
        alternatives.push_back(std::move(json));
    }
    return {{"right", or_null(explanation.right)},
            {"lambda", explanation.lambda},
            {"belief", explanation.belief},
            {"levels", explanation.levels},
            {"draw_value", or_null(explanation.draw_value)},
            {"alternatives", std::move(alternatives)},
            {"reason", explanation.reason}};
}

}  // namespace automix
