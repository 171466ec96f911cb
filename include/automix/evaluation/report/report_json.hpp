// SPDX-License-Identifier: Apache-2.0
// Reports as JSON. Shares and lift are ratios, excess is in per cent; a figure that does not exist is null, and the
// reason for a missing IBC or lift stands in `undefined`. Field names are those of the program's `--format json`.
#pragma once

#include <automix/evaluation/baselines.hpp>
#include <automix/evaluation/bootstrap.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/parameters.hpp>
#include <automix/routing/training.hpp>

#include <nlohmann/json.hpp>

#include <string>

namespace automix {

using OrderedJson = nlohmann::ordered_json;

/// The number, or null.
template <class Json = nlohmann::ordered_json>
Json to_json(const Figure& figure) {
    return figure ? Json(*figure) : Json(nullptr);
}

/// `{"performance","cost","answer_cost","verification_cost","ibc","ibc_lift","undefined","routed","draws",
/// "rounds","gap_recovered","excess"}`.
template <class Json = nlohmann::ordered_json>
Json to_json(const Report& report) {
    const std::string& reason = report.undefined();
    return {{"performance", report.performance},
            {"cost", report.cost},
            {"answer_cost", report.answer_cost},
            {"verification_cost", report.verification_cost},
            {"ibc", to_json<Json>(report.ibc)},
            {"ibc_lift", to_json<Json>(report.ibc_lift)},
            {"undefined", reason.empty() ? Json(nullptr) : Json(reason)},
            {"routed", report.routed},
            {"draws", report.draws},
            {"rounds", report.rounds},
            {"gap_recovered", to_json<Json>(report.gap_recovered)},
            {"excess", to_json<Json>(report.excess)}};
}

/// `{"level","resamples","performance":[low,high],"cost":[..],"ibc_lift":[..],"undefined_resamples"}`.
template <class Json = nlohmann::ordered_json>
Json to_json(const ConfidenceIntervals& intervals) {
    const auto pair = [](const Interval& interval) { return Json::array({interval.low, interval.high}); };
    return {{"level", intervals.level},
            {"resamples", intervals.resamples},
            {"performance", pair(intervals.performance)},
            {"cost", pair(intervals.cost)},
            {"ibc_lift", intervals.ibc_lift ? pair(*intervals.ibc_lift) : Json(nullptr)},
            {"undefined_resamples", intervals.undefined_resamples}};
}

/// The report with `ci`, null where no intervals were asked for.
template <class Json = nlohmann::ordered_json>
Json to_json(const Evaluation& evaluation) {
    Json json = to_json<Json>(evaluation.report);
    json["ci"] = evaluation.intervals ? to_json<Json>(*evaluation.intervals) : Json(nullptr);
    return json;
}

/// A report for each data set, by name.
template <class Json = nlohmann::ordered_json>
Json datasets_json(const Evaluation& evaluation) {
    Json json = Json::object();
    for (const auto& [name, report] : evaluation.datasets) json[name] = to_json<Json>(report);
    return json;
}

template <class Json = nlohmann::ordered_json>
Json to_json(const Baselines& baselines) {
    return {{"always_small", to_json<Json>(baselines.always_small)},
            {"always_large", to_json<Json>(baselines.always_large)},
            {"random_mix", to_json<Json>(baselines.random_mix)},
            {"oracle", to_json<Json>(baselines.oracle)}};
}

/// `{"passed","mean","se"}`.
template <class Json = nlohmann::ordered_json>
Json to_json(const Guard& guard) {
    return {{"passed", guard.passed}, {"mean", guard.mean}, {"se", guard.se}};
}

/// An object with a member for each parameter.
template <class Json = nlohmann::ordered_json>
Json to_json(const Parameters& parameters) {
    Json json = Json::object();
    for (const auto& [name, value] : parameters) {
        switch (value.kind) {
            case ParameterValue::Kind::number:
                json[name] = value.numbers.front();
                break;
            case ParameterValue::Kind::numbers:
                json[name] = value.numbers;
                break;
            case ParameterValue::Kind::text:
                json[name] = value.text;
                break;
        }
    }
    return json;
}

}  // namespace automix
