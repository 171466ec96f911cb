// SPDX-License-Identifier: Apache-2.0
// A frontier as JSON: reports as `report_json.hpp` writes them, with intervals where they were asked for.
#pragma once

#include <automix/evaluation/frontier.hpp>
#include <automix/evaluation/report/report_json.hpp>

#include <nlohmann/json.hpp>

#include <vector>

namespace automix {

/// The report with `name` in front for a model, `parameters` for a policy, and `ci`, null where there are no intervals.
template <class Json = nlohmann::ordered_json>
Json to_json(const FrontierPoint& point) {
    Json json = Json::object();
    if (!point.name.empty()) json["name"] = point.name;
    if (!point.parameters.empty()) json["parameters"] = to_json<Json>(point.parameters);
    json.update(to_json<Json>(point.report));
    json["ci"] = point.intervals ? to_json<Json>(*point.intervals) : Json(nullptr);
    return json;
}

/// `{"router","rows","policies","models","oracle"}`.
template <class Json = nlohmann::ordered_json>
Json to_json(const Frontier& frontier) {
    const auto list = [](const std::vector<FrontierPoint>& points) {
        Json json = Json::array();
        for (const FrontierPoint& point : points) json.push_back(to_json<Json>(point));
        return json;
    };
    return {{"router", frontier.router},
            {"rows", frontier.rows},
            {"policies", list(frontier.policies)},
            {"models", list(frontier.models)},
            {"oracle", list(frontier.oracle)}};
}

}  // namespace automix
