// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/report/comparison_text.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/evaluation/comparison.hpp>
#include <automix/evaluation/report/comparison_text.hpp>
#include <automix/evaluation/report/text_table.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace automix {

AUTOMIX_INLINE std::string format_mean(const MeanMetric& figure, int digits, double scale) {
    if (!figure.mean) return "-";
    const std::string mean = format_fixed(scale * *figure.mean, digits);
    return figure.se ? mean + " (" + format_fixed(scale * *figure.se, digits) + ")" : mean;
}

AUTOMIX_INLINE std::string comparison_table(std::string_view title,
                                            const std::vector<ComparedRouter>& routers) {
    TextTable table({std::string(title), "area", "difference", "excess", "lift", "gap recovered", "quality",
                     "cost", "draws", "rounds", "later start"});
    for (const ComparedRouter& router : routers) {
        const ComparedMetrics<MeanMetric>& figures = router.figures;
        table.add({router.name, format_mean(figures.area, 2), format_mean(router.area_difference, 2),
                   format_mean(figures.excess, 2), format_mean(figures.lift, 1, 100.0),
                   format_mean(figures.gap_recovered, 1, 100.0), format_mean(figures.quality, 1, 100.0),
                   format_mean(figures.cost, 2), format_mean(figures.draws, 2),
                   format_mean(figures.rounds, 2), format_mean(figures.later_start, 1, 100.0)});
    }
    std::string text = table.text();
    for (const ComparedRouter& router : routers) {
        if (router.refused > 0)
            text += "- " + router.name + ": fell back " + std::to_string(router.refused) +
                    " times, as the guard refused or no larger model was better, which counts as an excess "
                    "and a lift of 0\n";
        if (router.infeasible > 0)
            text += "- " + router.name + ": nothing was feasible " + std::to_string(router.infeasible) +
                    " times, which counts as an excess and a lift of 0\n";
        if (router.figures.lift.undefined > 0)
            text += "- " + router.name + ": lift is undefined on " +
                    std::to_string(router.figures.lift.undefined) + " halves, which are left out\n";
    }
    return text;
}

}  // namespace automix
