// SPDX-License-Identifier: Apache-2.0
// Prints reports as plain text of at most 100 columns. There is a table with one router a line, a table of the prices,
// and the evaluation of one router among its baselines, with a conclusion in one sentence. An undefined metric is
// printed as a dash, and its reason once below the table. O(routers).
#pragma once

#include <automix/evaluation/bootstrap.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/evaluation/report/text_table.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/belief/context_choice.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

/// Names reports, in the order of a table.
using NamedReports = std::vector<std::pair<std::string, Report>>;

/// Formats an interval as `0.25 to 0.75`.
std::string format_interval(const Interval& interval, int digits);

/// Formats an interval of costs with three significant digits.
std::string format_price_interval(const Interval& interval);

/// Formats an interval of ratios as `-12.3 % to +45.6 %`, or as a dash if there is none.
std::string format_percent_interval(const std::optional<Interval>& interval);

/// Formats the interval of a metric; returns a dash if there is no interval or if the metric itself is undefined.
std::string format_percent_interval(const std::optional<Interval>& interval, const OptionalMetric& metric);

/// Lays out one report a line under a header, with the reasons of undefined metrics below. `title` heads the names.
std::string report_table(std::string_view title, const NamedReports& reports, bool with_legend = true);

/// Explains the columns of `report_table` and their units.
std::string report_legend();

/// Returns the source of a price: `given`, `recorded` or `default`.
std::string_view to_string(PriceOrigin origin);

/// Lays out the mean prices of each model, and their sources.
std::string price_table(const std::vector<ModelPrices>& prices);

/// Returns a line on the facts that a policy was trained to read, with the held-out excess of all that were tried; empty
/// if none were. An example is `reads text and data set: held-out excess 0.041 (standard error 0.006); nothing 0.011`.
std::string contexts_text(const std::vector<ContextWorth>& tried);

/// Returns one sentence: how much of the larger model's score the router keeps, and at what share of its cost. It also
/// says if the router asks one model only, beats the larger model, costs more than it, or is beaten by the smaller one.
std::string conclusion(const Evaluation& evaluation, const std::string& router = "router");

/// Returns the table of the router and its baselines, its intervals, the prices and the conclusion.
std::string to_text(const Evaluation& evaluation, const std::string& name = "router");

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/report/detail/text_report_inl.hpp>
#endif
