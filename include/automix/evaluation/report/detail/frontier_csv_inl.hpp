// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/report/frontier_csv.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/evaluation/frontier.hpp>
#include <automix/evaluation/report/frontier_csv.hpp>
#include <automix/file/csv_line.hpp>
#include <automix/metrics/ibc.hpp>

#include <string>
#include <vector>

namespace automix {

AUTOMIX_INLINE std::string frontier_csv(const Frontier& frontier) {
    detail::CsvText table;
    for (const char* column :
         {"kind", "name", "cost", "cost_low", "cost_high", "performance", "performance_low",
          "performance_high", "gap_recovered", "excess", "routed", "draws", "rounds"})
        table.add(column);
    table.end_line();
    const auto add = [&](const char* kind, const std::vector<FrontierPoint>& points) {
        for (const auto& [name, parameters, report, intervals] : points) {
            const auto add_bounds = [&table, &intervals = intervals](Interval ConfidenceIntervals::*of) {
                for (double Interval::*end : {&Interval::low, &Interval::high})
                    table.add(intervals ? format_number((*intervals).*of.*end) : "");
            };
            const auto add_figure = [&table](const OptionalMetric& figure) {
                table.add(figure ? format_number(*figure) : "");
            };
            table.add(kind);
            table.add(name);
            table.add(report.cost);
            add_bounds(&ConfidenceIntervals::cost);
            table.add(report.performance);
            add_bounds(&ConfidenceIntervals::performance);
            add_figure(report.gap_recovered);
            add_figure(report.excess);
            for (const double value : {report.routed, report.draws, report.rounds}) table.add(value);
            table.end_line();
        }
    };
    add("policy", frontier.policies);
    add("model", frontier.models);
    add("oracle", frontier.oracle);
    return table.take();
}

}  // namespace automix
