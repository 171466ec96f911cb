// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/json/explanation_json.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/numerics.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/explanation.hpp>
#include <automix/routing/json/explanation_json.hpp>

#include <nlohmann/json.hpp>

#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix {

AUTOMIX_INLINE nlohmann::ordered_json to_json(const Action& action, const std::vector<std::string>& models) {
    nlohmann::ordered_json json{{"action", detail::action_names[static_cast<std::size_t>(action.kind)]},
                                {"to", nullptr},
                                {"draws", nullptr}};
    if (action.kind == ActionKind::route) json["to"] = models[as_size(action.model)];
    if (action.kind == ActionKind::verify) json["draws"] = action.draws;
    return json;
}

AUTOMIX_INLINE nlohmann::ordered_json to_json(const Explanation& explanation,
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
