// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/report/comparison_text.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/evaluation/comparison.hpp>
#include <automix/evaluation/report/comparison_text.hpp>
#include <automix/evaluation/report/text_table.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

AUTOMIX_INLINE std::string format_mean(const MeanMetric& metric, int digits, double scale) {
    if (!metric.mean) return "-";
    const std::string mean = format_fixed(scale * *metric.mean, digits);
    return metric.se ? mean + " (" + format_fixed(scale * *metric.se, digits) + ")" : mean;
}

AUTOMIX_INLINE std::string format_mean_price(const MeanMetric& metric) {
    if (!metric.mean) return "-";
    const std::string mean = format_price(*metric.mean);
    if (!metric.se) return mean;
    if (mean.find('e') != std::string::npos) return mean + " (" + format_price(*metric.se) + ")";
    const std::size_t point = mean.find('.');
    const std::size_t digits = point == std::string::npos ? 0 : mean.size() - point - 1;
    return mean + " (" + format_fixed(*metric.se, static_cast<int>(digits)) + ")";
}

AUTOMIX_INLINE std::string comparison_legend() {
    return wrap_text(
               "area: mean over all budgets of the gap recovered less that of mixing at random, per cent; "
               "difference: of the area to the first router; excess: gap recovered less that of mixing at "
               "the "
               "router's objective, per cent; lift: IBC over that of mixing, per cent; cost: mean per query, "
               "in the unit of the prices; gap recovered: share of the score gap, per cent; quality: share "
               "of "
               "the last model's score, per cent; draws and rounds: per query; later start: queries that "
               "begin at a larger model, per cent; standard errors in brackets",
               0) +
           '\n';
}

AUTOMIX_INLINE std::string comparison_table(std::string_view title,
                                            const std::vector<ComparedRouter>& routers) {
    TextTable worth({std::string(title), "area", "difference", "excess", "lift", "cost"});
    TextTable means({std::string(title), "gap recovered", "quality", "draws", "rounds", "later start"});
    for (const ComparedRouter& router : routers) {
        const ComparedMetrics<MeanMetric>& found = router.metrics;
        worth.add({router.name, format_mean(found.area, 2), format_mean(router.area_difference, 2),
                   format_mean(found.excess, 2), format_mean(found.lift, 1, 100.0),
                   format_mean_price(found.cost)});
        means.add({router.name, format_mean(found.gap_recovered, 1, 100.0),
                   format_mean(found.quality, 1, 100.0), format_mean(found.draws, 2),
                   format_mean(found.rounds, 2), format_mean(found.later_start, 1, 100.0)});
    }
    std::string text = worth.text() + '\n' + means.text();
    const auto note = [&](const ComparedRouter& router, const std::string& what) {
        text += wrap_text("- " + router.name + ": " + what) + '\n';
    };
    const auto times = [](int count) { return std::to_string(count) + (count == 1 ? " time" : " times"); };
    for (const ComparedRouter& router : routers) {
        if (router.refused > 0)
            note(router, "fell back " + times(router.refused) +
                             ", as the guard refused or no larger model was better, which counts as an "
                             "excess and a lift of 0");
        if (router.infeasible > 0)
            note(router, "nothing was feasible " + times(router.infeasible) +
                             ", which counts as an excess and a lift of 0");
        if (router.metrics.lift.undefined > 0)
            note(router, "lift is undefined on " + std::to_string(router.metrics.lift.undefined) +
                             " halves, which are left out");
    }
    return text;
}

}  // namespace automix
