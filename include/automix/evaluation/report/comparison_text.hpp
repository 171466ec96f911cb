// SPDX-License-Identifier: Apache-2.0
// Prints comparisons of routers as plain text of at most 100 columns: two tables with one router a line, means with
// their standard errors in brackets. Undefined metrics print as a dash. O(routers).
#pragma once

#include <automix/evaluation/comparison.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace automix {

/// Formats the mean times `scale` and its standard error as `12.3 (0.4)`.
std::string format_mean(const MeanMetric& metric, int digits, double scale = 1.0);

/// Formats a mean cost with three significant digits, and its standard error with as many digits behind the point.
std::string format_mean_price(const MeanMetric& metric);

/// Explains the columns of `comparison_table` and their units.
std::string comparison_legend();

/// Lays out one line a router under a header, twice: what the routers are worth, and how they get there. `difference`
/// is that of the area to the first router, paired by half.
std::string comparison_table(std::string_view title, const std::vector<ComparedRouter>& routers);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/report/detail/comparison_text_inl.hpp>
#endif
