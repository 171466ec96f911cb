// SPDX-License-Identifier: Apache-2.0
// Comparisons of routers as plain text: a table with one router a line, means with their standard errors. Undefined figures
// print as a dash. O(routers).
#pragma once

#include <automix/evaluation/comparison.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace automix {

/// `12.3 (0.4)`, the mean times `scale` and its standard error.
std::string format_mean(const MeanMetric& figure, int digits, double scale = 1.0);

/// One line a router under a header. Area, excess, lift, gap recovered and quality are in per cent; `difference` is that of the area
/// to the first router, paired.
std::string comparison_table(std::string_view title, const std::vector<ComparedRouter>& routers);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/report/detail/comparison_text_inl.hpp>
#endif
