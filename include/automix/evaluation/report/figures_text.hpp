// SPDX-License-Identifier: Apache-2.0
// Prints the figures of curves that the literature on routing reports as plain text of at most 100 columns: one router a
// line, with standard errors over halves or with intervals. Undefined figures print as a dash. O(routers).
#pragma once

#include <automix/evaluation/comparison.hpp>
#include <automix/evaluation/field_figures.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace automix {

/// Explains the columns of the tables below and their units.
std::string figures_legend();

/// Lays out the figures of compared routers with their standard errors.
std::string figures_table(std::string_view title, const std::vector<ComparedRouter>& routers);

/// Lays out the figures of routers with their intervals, and those of each less those of the first.
std::string figures_table(std::string_view title, const std::vector<CurveEvaluation>& routers);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/report/detail/figures_text_inl.hpp>
#endif
