// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/report/report_json.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/evaluation/baselines.hpp>
#include <automix/evaluation/bootstrap.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/evaluation/report/report_json.hpp>
#include <automix/evaluation/report/text_report.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/parameters.hpp>
#include <automix/routing/training.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace automix {

AUTOMIX_INLINE nlohmann::ordered_json to_json(const OptionalMetric& metric) {
    return metric ? nlohmann::ordered_json(*metric) : nlohmann::ordered_json(nullptr);
}

AUTOMIX_INLINE nlohmann::ordered_json to_json(const Report& report) {
    const std::string& reason = report.undefined();
    return {{"performance", report.performance},
            {"cost", report.cost},
            {"answer_cost", report.answer_cost},
            {"verification_cost", report.verification_cost},
            {"ibc", to_json(report.ibc)},
            {"ibc_lift", to_json(report.ibc_lift)},
            {"undefined", reason.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(reason)},
            {"routed", report.routed},
            {"draws", report.draws},
            {"rounds", report.rounds},
            {"gap_recovered", to_json(report.gap_recovered)},
            {"excess", to_json(report.excess)}};
}

AUTOMIX_INLINE nlohmann::ordered_json to_json(const ConfidenceIntervals& intervals) {
    const auto pair = [](const Interval& interval) {
        return nlohmann::ordered_json::array({interval.low, interval.high});
    };
    return {{"level", intervals.level},
            {"resamples", intervals.resamples},
            {"performance", pair(intervals.performance)},
            {"cost", pair(intervals.cost)},
            {"ibc_lift", intervals.ibc_lift ? pair(*intervals.ibc_lift) : nlohmann::ordered_json(nullptr)},
            {"undefined_resamples", intervals.undefined_resamples}};
}

AUTOMIX_INLINE nlohmann::ordered_json to_json(const Evaluation& evaluation) {
    nlohmann::ordered_json json = to_json(evaluation.report);
    json["ci"] = evaluation.intervals ? to_json(*evaluation.intervals) : nlohmann::ordered_json(nullptr);
    return json;
}

AUTOMIX_INLINE nlohmann::ordered_json datasets_json(const Evaluation& evaluation) {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    for (const auto& [name, report] : evaluation.datasets) json[name] = to_json(report);
    return json;
}

AUTOMIX_INLINE nlohmann::ordered_json to_json(const Baselines& baselines) {
    return {{"always_small", to_json(baselines.always_small)},
            {"always_large", to_json(baselines.always_large)},
            {"random_mix", to_json(baselines.random_mix)},
            {"oracle", to_json(baselines.oracle)}};
}

AUTOMIX_INLINE nlohmann::ordered_json to_json(const std::vector<ModelPrices>& prices) {
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    for (const ModelPrices& model : prices) {
        const auto known = [&](const auto& value) {
            return model.verified ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
        };
        json.push_back({{"model", model.model},
                        {"answer", model.answer},
                        {"answer_from", std::string(to_string(model.answer_origin))},
                        {"draw", known(model.draw)},
                        {"verification", known(model.verification)},
                        {"verification_from", known(std::string(to_string(model.verification_origin)))}});
        for (const VerifierPrice& verifier : model.further) {
            json.back()["verifiers"].push_back(
                {{"name", verifier.name},
                 {"draw", verifier.draw},
                 {"verification", verifier.verification},
                 {"verification_from", std::string(to_string(verifier.origin))}});
        }
    }
    return json;
}

AUTOMIX_INLINE nlohmann::ordered_json to_json(const HeldOut& rows) {
    return {
        {"score", rows.score}, {"score_se", rows.score_se}, {"cost", rows.cost}, {"cost_se", rows.cost_se}};
}

AUTOMIX_INLINE nlohmann::ordered_json to_json(const Guard& guard) {
    return {{"passed", guard.passed}, {"mean", guard.mean}, {"se", guard.se}, {"signal", guard.signal}};
}

AUTOMIX_INLINE nlohmann::ordered_json to_json(const Parameters& parameters) {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
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
