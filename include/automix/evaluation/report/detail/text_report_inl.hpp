// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/report/text_report.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/evaluation/bootstrap.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/evaluation/report/text_report.hpp>
#include <automix/evaluation/report/text_table.hpp>
#include <automix/metrics/ibc.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

AUTOMIX_INLINE std::string format_interval(const Interval& interval, int digits) {
    return format_fixed(interval.low, digits) + " to " + format_fixed(interval.high, digits);
}

AUTOMIX_INLINE std::string format_percent_interval(const std::optional<Interval>& interval) {
    return interval ? format_percent(interval->low, true) + " to " + format_percent(interval->high, true)
                    : "-";
}

AUTOMIX_INLINE std::string format_percent_interval(const std::optional<Interval>& interval,
                                                   const OptionalMetric& figure) {
    return figure ? format_percent_interval(interval) : "-";
}

}  // namespace automix

namespace automix::detail {

inline std::string percent_or_dash(const OptionalMetric& ratio, bool with_sign) {
    return ratio ? format_percent(*ratio, with_sign) : "-";
}

inline std::vector<std::string> report_cells(const std::string& name, const Report& report) {
    return {name,
            format_fixed(report.performance, 4),
            report.mixing_performance ? format_fixed(*report.mixing_performance, 4) : "-",
            format_fixed(report.cost, 3),
            report.ibc ? format_fixed(*report.ibc, 5) : "-",
            percent_or_dash(report.ibc_lift, true),
            percent_or_dash(report.gap_recovered, false),
            report.excess ? format_fixed(*report.excess, 1) : "-",
            format_percent(report.routed),
            format_fixed(report.draws, 2)};
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::string report_table(std::string_view title,
                                        const std::vector<std::pair<std::string, Report>>& reports) {
    TextTable table({std::string(title), "performance", "mixing", "cost", "IBC", "IBC lift", "gap recovered",
                     "excess", "routed", "draws"});
    std::vector<std::string> notes;
    for (const auto& [name, report] : reports) {
        table.add(detail::report_cells(name, report));
        const std::string& reason = report.undefined();
        if (!reason.empty() && std::find(notes.begin(), notes.end(), reason) == notes.end())
            notes.push_back(reason);
    }
    std::string text = table.text();
    for (const std::string& note : notes) text += "- undefined: " + note + '\n';
    return text;
}

AUTOMIX_INLINE std::string to_text(const Evaluation& evaluation, const std::string& name) {
    const auto& baselines = evaluation.baselines;
    std::string text = report_table(std::to_string(evaluation.report.rows) + " queries",
                                    {{name, evaluation.report},
                                     {"always small", baselines.always_small},
                                     {"always large", baselines.always_large},
                                     {"oracle", baselines.oracle}});
    if (evaluation.intervals) {
        const auto& intervals = *evaluation.intervals;
        text += format_number(100.0 * intervals.level) + " % intervals of " + name + ": performance " +
                format_interval(intervals.performance, 4) + ", cost " + format_interval(intervals.cost, 3);
        text +=
            ", IBC lift " + format_percent_interval(intervals.ibc_lift, evaluation.report.ibc_lift) + '\n';
    }
    return text;
}

}  // namespace automix
