// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/json/pomdp_report_json.hpp.
#pragma once

#include <automix/context/context_fields.hpp>
#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/context_choice.hpp>
#include <automix/routing/belief/pomdp_report.hpp>
#include <automix/routing/belief/routing_value.hpp>
#include <automix/routing/json/explanation_json.hpp>
#include <automix/routing/json/pomdp_report_json.hpp>
#include <automix/routing/objective.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string>

namespace automix {

AUTOMIX_INLINE nlohmann::ordered_json to_json(const ContextWorth& context) {
    return {{"fields", to_string(context.fields)},
            {"mean", context.mean},
            {"se", context.se},
            {"chosen", context.chosen}};
}

AUTOMIX_INLINE nlohmann::ordered_json to_json(const PomdpReport& report) {
    nlohmann::ordered_json json{
        {"objective", to_string(report.objective)},
        {"base_slope",
         report.base_slope ? nlohmann::ordered_json(*report.base_slope) : nlohmann::ordered_json(nullptr)},
        {"base_slope_undefined", report.base_slope ? nlohmann::ordered_json(nullptr)
                                                   : nlohmann::ordered_json(report.base_slope.reason())},
        {"accepted", detail::accepted_names[static_cast<std::size_t>(report.accepted)]},
        {"lambda", report.lambda},
        {"share", report.share},
        {"expected",
         {{"score", report.expected.score},
          {"cost", report.expected.cost},
          {"draws", report.expected.draws},
          {"rounds", report.expected.rounds}}},
        {"guard",
         {{"passed", report.guard.passed},
          {"mean", report.guard.mean},
          {"se", report.guard.se},
          {"signal", report.guard.signal}}},
        {"held_out", nullptr},
        {"gap", report.gap},
        {"fallback", report.fallback},
        {"shortfall", report.shortfall},
        {"ibc", nullptr},
        {"quality", nullptr},
        {"contexts", nlohmann::ordered_json::array()}};
    if (report.held_out) {
        json["held_out"] = {{"score", report.held_out->score},
                            {"score_se", report.held_out->score_se},
                            {"cost", report.held_out->cost},
                            {"cost_se", report.held_out->cost_se}};
    }
    if (report.ibc) {
        json["ibc"] = {{"ibc", report.ibc->ibc},
                       {"routed", report.ibc->routed},
                       {"routed_rows", report.ibc->routed_rows},
                       {"standard_error", report.ibc->standard_error}};
    }
    if (report.quality) {
        json["quality"] = {{"target", report.quality->target},
                           {"quality", report.quality->quality},
                           {"cost", report.quality->cost},
                           {"standard_error", report.quality->standard_error}};
    }
    for (const ContextWorth& context : report.contexts) json["contexts"].push_back(to_json(context));
    return json;
}

}  // namespace automix

namespace automix::detail {

AUTOMIX_INLINE double ReportParser::number(const nlohmann::json& json, const std::string& field,
                                           const char* key) const {
    return finite(member(json, field, key), inside(field, key));
}

AUTOMIX_INLINE Objective ReportParser::objective(const nlohmann::json& json, const std::string& field) const {
    const std::string at = inside(field, "objective");
    const std::string written = text(member(json, field, "objective"), at);
    return as_data([&] { return parse_objective(written); }, at);
}

AUTOMIX_INLINE PomdpReport ReportParser::report(const nlohmann::json& json, const std::string& field) const {
    require_keys(json, field,
                 std::array{"objective", "base_slope", "base_slope_undefined", "accepted", "lambda", "share",
                            "expected", "guard", "held_out", "gap", "fallback", "shortfall", "ibc", "quality",
                            "contexts"});
    PomdpReport report;
    report.objective = objective(json, field);
    const nlohmann::json& slope = member(json, field, "base_slope");
    report.base_slope = slope.is_null()
                            ? OptionalMetric::undefined(text(member(json, field, "base_slope_undefined"),
                                                             inside(field, "base_slope_undefined")))
                            : OptionalMetric(finite(slope, inside(field, "base_slope")));
    report.accepted = static_cast<AcceptedAnswer>(
        choice(member(json, field, "accepted"), inside(field, "accepted"), accepted_names));
    report.lambda = number(json, field, "lambda");
    report.share = number(json, field, "share");
    require_range(report.share, inside(field, "share"), 0.0, 1.0);
    require_least(report.lambda, inside(field, "lambda"), 0.0);
    const auto figures = [&]<std::size_t Count>(const char* key, const std::array<const char*, Count>& keys,
                                                const std::array<double*, Count>& into) {
        const nlohmann::json& part = member(json, field, key);
        require_keys(part, inside(field, key), keys);
        for (std::size_t i = 0; i < Count; ++i) {
            if (into[i] != nullptr) *into[i] = number(part, inside(field, key), keys[i]);
        }
    };
    RoutingValue& expected = report.expected;
    figures("expected", std::array{"score", "cost", "draws", "rounds"},
            std::array{&expected.score, &expected.cost, &expected.draws, &expected.rounds});
    // Policies of 0.1 have no signal.
    if (member(json, field, "guard").contains("signal")) {
        figures("guard", std::array{"passed", "mean", "se", "signal"},
                std::array<double*, 4>{nullptr, &report.guard.mean, &report.guard.se, &report.guard.signal});
    } else {
        figures("guard", std::array{"passed", "mean", "se"},
                std::array<double*, 3>{nullptr, &report.guard.mean, &report.guard.se});
    }
    report.guard.passed =
        flag(member(json.at("guard"), inside(field, "guard"), "passed"), inside(field, "guard.passed"));
    // Policies of 0.1 have no estimate.
    if (json.contains("held_out") && !json.at("held_out").is_null()) {
        HeldOut& rows = report.held_out.emplace();
        figures("held_out", std::array{"score", "score_se", "cost", "cost_se"},
                std::array{&rows.score, &rows.score_se, &rows.cost, &rows.cost_se});
    }
    report.gap = number(json, field, "gap");
    report.fallback = text(member(json, field, "fallback"), inside(field, "fallback"));
    report.shortfall = number(json, field, "shortfall");
    if (!member(json, field, "ibc").is_null()) {
        IbcSupport& ibc = report.ibc.emplace();
        figures("ibc", std::array{"ibc", "routed", "routed_rows", "standard_error"},
                std::array{&ibc.ibc, &ibc.routed, &ibc.routed_rows, &ibc.standard_error});
    }
    if (!member(json, field, "quality").is_null()) {
        QualitySupport& quality = report.quality.emplace();
        figures("quality", std::array{"target", "quality", "cost", "standard_error"},
                std::array{&quality.target, &quality.quality, &quality.cost, &quality.standard_error});
    }
    // Policies of 0.1 tried no contexts.
    if (!json.contains("contexts")) return report;
    const std::string of_contexts = inside(field, "contexts");
    for (const nlohmann::json& tried : array(json.at("contexts"), of_contexts))
        report.contexts.push_back(context(tried, element(of_contexts, report.contexts.size())));
    return report;
}

AUTOMIX_INLINE ContextWorth ReportParser::context(const nlohmann::json& json,
                                                  const std::string& field) const {
    require_keys(json, field, std::array{"fields", "mean", "se", "chosen"});
    const std::optional<ContextFields> fields =
        parse_context_fields(text(member(json, field, "fields"), inside(field, "fields")));
    if (!fields)
        fail_expected(inside(field, "fields"),
                      "none, or some of text, dataset, features and prior joined by +", json.at("fields"));
    return {*fields, number(json, field, "mean"), number(json, field, "se"),
            flag(member(json, field, "chosen"), inside(field, "chosen"))};
}

}  // namespace automix::detail
