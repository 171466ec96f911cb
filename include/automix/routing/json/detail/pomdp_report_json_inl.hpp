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
#include <automix/routing/promise_certificate.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace automix {

AUTOMIX_INLINE nlohmann::ordered_json to_json(const ContextWorth& context) {
    return {{"fields", to_string(context.fields)},
            {"mean", context.mean},
            {"se", context.se},
            {"chosen", context.chosen}};
}

AUTOMIX_INLINE nlohmann::ordered_json to_json(const PromiseCertificate& certificate) {
    return {{"group", certificate.group},
            {"method", certificate.method},
            {"rows", certificate.rows},
            {"counted", certificate.counted},
            {"bound", certificate.bound},
            {"level", certificate.level},
            {"proven", certificate.proven},
            {"estimate", certificate.estimate},
            {"p_value", certificate.p_value},
            {"position", certificate.position},
            {"candidates", certificate.candidates},
            {"cost", certificate.cost},
            {"last_cost", certificate.last_cost},
            {"rows_needed", certificate.rows_needed ? nlohmann::ordered_json(*certificate.rows_needed)
                                                    : nlohmann::ordered_json(nullptr)}};
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
    for (const PromiseCertificate& promise : report.promises) json["promises"].push_back(to_json(promise));
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
                            "contexts", "promises"});
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
    // Policies of other objectives have no certificates.
    if (json.contains("promises")) {
        const std::string of_promises = inside(field, "promises");
        for (const nlohmann::json& promise : list(json.at("promises"), of_promises, 0, " promise"))
            report.promises.push_back(certificate(promise, element(of_promises, report.promises.size())));
    }
    if (report.promises.empty() == report.objective.is_promise())
        fail(inside(field, "promises"),
             report.promises.empty()
                 ? "missing: the objective " + to_string(report.objective) + " has a certificate"
                 : "the objective " + to_string(report.objective) + " is no promise");
    // Policies of 0.1 tried no contexts.
    if (!json.contains("contexts")) return report;
    const std::string of_contexts = inside(field, "contexts");
    for (const nlohmann::json& tried : array(json.at("contexts"), of_contexts))
        report.contexts.push_back(context(tried, element(of_contexts, report.contexts.size())));
    return report;
}

AUTOMIX_INLINE PromiseCertificate ReportParser::certificate(const nlohmann::json& json,
                                                            const std::string& field) const {
    require_keys(json, field,
                 std::array{"group", "method", "rows", "counted", "bound", "level", "proven", "estimate",
                            "p_value", "position", "candidates", "cost", "last_cost", "rows_needed"});
    const auto count = [&](const char* key) {
        return static_cast<Index>(whole(member(json, field, key), inside(field, key), 0));
    };
    const auto share = [&](const char* key, double most) {
        const double value = number(json, field, key);
        require_range(value, inside(field, key), 0.0, most);
        return value;
    };
    constexpr double any = std::numeric_limits<double>::max();
    constexpr std::array<std::string_view, 4> methods = {"pairs", "betting", "binomial", "hoeffding_bentkus"};
    PromiseCertificate certificate;
    certificate.group = text(member(json, field, "group"), inside(field, "group"));
    certificate.method = methods[choice(member(json, field, "method"), inside(field, "method"), methods)];
    certificate.rows = count("rows");
    certificate.counted = count("counted");
    certificate.bound = share("bound", 2.0);
    certificate.level = share("level", 1.0);
    certificate.proven = flag(member(json, field, "proven"), inside(field, "proven"));
    certificate.estimate = share("estimate", any);
    certificate.p_value = share("p_value", 1.0);
    certificate.position = count("position");
    certificate.candidates = count("candidates");
    certificate.cost = share("cost", any);
    certificate.last_cost = share("last_cost", any);
    if (!member(json, field, "rows_needed").is_null()) certificate.rows_needed = share("rows_needed", any);
    if (certificate.proven && certificate.p_value > certificate.level)
        fail(inside(field, "proven"), "the p-value is above the level, so nothing is proven");
    return certificate;
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
