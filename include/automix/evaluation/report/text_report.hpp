// SPDX-License-Identifier: Apache-2.0
// Reports as plain text: a table with one router a line, and the evaluation of one router between its baselines.
// Undefined figures print as a dash; their reasons stand below the table, once each.
#pragma once

#include <automix/evaluation/bootstrap.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/metrics/ibc.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

/// `0.25 to 0.75`.
std::string format_interval(const Interval& interval, int digits);

/// `-12.3 % to +45.6 %` of an interval of ratios, a dash where there is none.
std::string format_percent_interval(const std::optional<Interval>& interval);

/// The interval of a figure; a dash where there is none, and where the figure itself is undefined.
std::string format_percent_interval(const std::optional<Interval>& interval, const OptionalMetric& figure);

/// One line a report under a header. `mixing` is the performance of random mixing at the same cost, IBC is in score per unit of cost, excess in per cent of the quality gap.
std::string report_table(std::string_view title, const std::vector<std::pair<std::string, Report>>& reports);

/// The router between its baselines, and the intervals of its figures.
std::string to_text(const Evaluation& evaluation, const std::string& name = "router");

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/report/detail/text_report_inl.hpp>
#endif
