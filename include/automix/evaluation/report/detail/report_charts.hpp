// SPDX-License-Identifier: Apache-2.0
// The charts of the page of a report, one a function. Each returns a whole element `svg` with a name for those who cannot
// see it, and marks with tips. Classes m0, m1, ... are the colours of models. O(marks).
#pragma once

#include <automix/data/verdict_summary.hpp>
#include <automix/evaluation/context_summary.hpp>
#include <automix/evaluation/learning_curve.hpp>
#include <automix/evaluation/report/detail/cost_scale.hpp>
#include <automix/evaluation/report/detail/svg_plot.hpp>
#include <automix/evaluation/report_contents.hpp>
#include <automix/metrics/reliability.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace automix::detail {

/// A part of a stacked bar.
struct BarPart {
    double value = 0.0;
    std::string style{};
    std::string inside{};  ///< written on the part if it fits
    std::string tip{};
};

struct BarRow {
    std::string name{};
    std::string note{};  ///< behind the bar
    std::vector<BarPart> parts{};
};

/// Returns the class of a model's colour.
std::string model_style(std::size_t model);

/// Returns an element `svg` that holds a drawing.
std::string svg_element(double width, double height, std::string_view name, std::string_view body);

/// Draws rows of stacked bars, the value `full` over the whole width.
std::string stacked_bars(const std::vector<BarRow>& rows, double full, std::string_view name);

std::string frontier_picture(const ReportContents& report, const CostScale& scale);
std::string reliability_chart(const Reliability& figures, std::string_view name);
std::string verdict_chart(const VerdictSummary& verdicts, std::string_view name);
std::string words_chart(const ModelContext& model, std::string_view name);
std::string learning_chart(const LearningCurve& curve, const CostScale& scale, std::string_view name);

}  // namespace automix::detail

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/report/detail/report_charts_inl.hpp>
#endif
