// SPDX-License-Identifier: Apache-2.0
// Writes a frontier as JSON: reports as `report_json.hpp` writes them, with intervals if they were asked for.
#pragma once

#include <automix/evaluation/frontier.hpp>
#include <automix/evaluation/report/report_json.hpp>

#include <nlohmann/json.hpp>

#include <vector>

namespace automix {

/// Returns the report, led by `name` for a model and `parameters` for a policy, with `ci`, null if there are no
/// intervals.
inline nlohmann::ordered_json to_json(const FrontierPoint& point) {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    if (!point.name.empty()) json["name"] = point.name;
    if (!point.parameters.empty()) json["parameters"] = to_json(point.parameters);
    json.update(to_json(point.report));
    json["ci"] = point.intervals ? to_json(*point.intervals) : nlohmann::ordered_json(nullptr);
    return json;
}

/// Returns `{"router","rows","policies","models","oracle","prices"}`.
inline nlohmann::ordered_json to_json(const Frontier& frontier) {
    const auto list = [](const std::vector<FrontierPoint>& points) {
        nlohmann::ordered_json json = nlohmann::ordered_json::array();
        for (const FrontierPoint& point : points) json.push_back(to_json(point));
        return json;
    };
    return {{"router", frontier.router},           {"rows", frontier.rows},
            {"policies", list(frontier.policies)}, {"models", list(frontier.models)},
            {"oracle", list(frontier.oracle)},     {"prices", to_json(frontier.prices)}};
}

}  // namespace automix
