// SPDX-License-Identifier: Apache-2.0
// Definitions of gateway/gateway_metrics.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/gateway/gateway_metrics.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace automix::detail {

struct MetricFamily {
    std::string_view name;
    std::string_view type;
    std::string_view help;
};

inline constexpr std::array<MetricFamily, 16> metric_families = {{
    {"automix_requests_total", "counter", "Requests for chat completions, by what they ask for"},
    {"automix_failures_total", "counter", "Requests without an answer, by kind"},
    {"automix_answers_total", "counter", "Answers delivered, by model"},
    {"automix_degraded_total", "counter", "Answers for which a call failed on the way"},
    {"automix_draws_total", "counter", "Verdicts drawn for requests, by model and verifier"},
    {"automix_cost_total", "counter", "Cost of all calls, by model and kind, in the unit of the prices"},
    {"automix_exploration_cost_total", "counter", "The part of the cost that exploration caused"},
    {"automix_explored_total", "counter", "Requests that were explored"},
    {"automix_feedback_total", "counter", "Scores received"},
    {"automix_shadow_total", "counter", "Requests by what the shadow policy would have done"},
    {"automix_log_errors_total", "counter", "Lines that could not be logged"},
    {"automix_policy_loads_total", "counter", "Policies taken, by outcome"},
    {"automix_policy_info", "gauge", "1 for the policy in use, by its digest"},
    {"automix_budget_left", "gauge", "What is left of the budget of this period"},
    {"automix_lambda", "gauge", "Price of quality that keeps the pace, in score for a unit of price"},
    {"automix_requests_in_flight", "gauge", "Requests under way"},
}};

inline void require_family(std::string_view name) {
    const bool known = std::any_of(metric_families.begin(), metric_families.end(),
                                   [&](const MetricFamily& family) { return family.name == name; });
    if (!known) throw ArgumentError("metrics: there is no " + in_quotes(name));
}

/// Returns labels as they stand behind a name: `{model="small"}`.
inline std::string label_text(const MetricLabels& labels) {
    std::string text;
    for (const auto& label : labels) {
        text += text.empty() ? "{" : ",";
        text.append(label.first).append("=\"");
        for (const char c : label.second) {
            if (c == '\\' || c == '"') text += '\\';
            text += c == '\n' ? ' ' : c;
        }
        text += '"';
    }
    return text.empty() ? text : text + '}';
}

inline void add_head(std::string& text, const MetricFamily& family) {
    text.append("# HELP ").append(family.name).append(" ").append(family.help).append("\n# TYPE ");
    text.append(family.name).append(" ").append(family.type).append("\n");
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE void GatewayMetrics::add(std::string_view family, const MetricLabels& labels, double value) {
    detail::require_family(family);
    const std::string at = detail::label_text(labels);
    const std::lock_guard lock(mutex_);
    series_[std::string(family)][at] += value;
}

AUTOMIX_INLINE void GatewayMetrics::set(std::string_view family, const MetricLabels& labels, double value) {
    detail::require_family(family);
    const std::string at = detail::label_text(labels);
    const std::lock_guard lock(mutex_);
    series_[std::string(family)][at] = value;
}

AUTOMIX_INLINE void GatewayMetrics::clear(std::string_view family) {
    detail::require_family(family);
    const std::lock_guard lock(mutex_);
    series_.erase(std::string(family));
}

AUTOMIX_INLINE void GatewayMetrics::observe(double seconds) {
    const std::lock_guard lock(mutex_);
    const auto* const bound = std::lower_bound(bounds.begin(), bounds.end(), seconds);
    if (bound != bounds.end()) ++buckets_[static_cast<std::size_t>(bound - bounds.begin())];
    ++observed_;
    seconds_ += seconds;
}

AUTOMIX_INLINE double GatewayMetrics::value(std::string_view family, const MetricLabels& labels) const {
    detail::require_family(family);
    const std::lock_guard lock(mutex_);
    const auto found = series_.find(family);
    if (found == series_.end()) return 0.0;
    const auto one = found->second.find(detail::label_text(labels));
    return one == found->second.end() ? 0.0 : one->second;
}

AUTOMIX_INLINE std::string GatewayMetrics::text() const {
    std::string text;
    const std::lock_guard lock(mutex_);
    for (const detail::MetricFamily& family : detail::metric_families) {
        const auto found = series_.find(family.name);
        if (found == series_.end()) continue;
        detail::add_head(text, family);
        for (const auto& one : found->second)
            text.append(family.name).append(one.first).append(" ").append(format_number(one.second)) += '\n';
    }
    constexpr std::string_view histogram = "automix_request_seconds";
    detail::add_head(text, {histogram, "histogram", "Seconds until the reply"});
    std::uint64_t up_to = 0;
    for (std::size_t i = 0; i < bounds.size(); ++i) {
        up_to += buckets_[i];
        text.append(histogram).append("_bucket{le=\"").append(format_number(bounds[i]));
        text.append("\"} ").append(std::to_string(up_to)) += '\n';
    }
    text.append(histogram).append("_bucket{le=\"+Inf\"} ").append(std::to_string(observed_)) += '\n';
    text.append(histogram).append("_sum ").append(format_number(seconds_)) += '\n';
    text.append(histogram).append("_count ").append(std::to_string(observed_)) += '\n';
    return text;
}

}  // namespace automix
