// SPDX-License-Identifier: Apache-2.0
// The chart of a frontier, for a picture of its own and for a page: score over cost with the router's policies and their
// intervals, each model alone, the oracle, random mixing, and the policies that were chosen. O(points).
#pragma once

#include <automix/evaluation/bootstrap.hpp>
#include <automix/evaluation/frontier.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/evaluation/report/detail/cost_scale.hpp>
#include <automix/evaluation/report/detail/svg_plot.hpp>

#include <optional>
#include <string>
#include <vector>

namespace automix::detail {

/// A policy that was chosen by its objective.
struct ChosenPolicy {
    std::string name{};
    Report report{};
    std::optional<ConfidenceIntervals> intervals{};
};

struct FrontierChart {
    const Frontier& frontier;
    std::vector<ChosenPolicy> chosen{};  ///< the first is the frontier's router
    CostScale scale;
    PlotFrame frame{};
    TipStyle tips = TipStyle::title;
};

/// Returns what stands inside the element `svg`: the legend in its box above the plot, and the plot. Sets the height of
/// the frame so that both fit.
std::string draw_frontier(FrontierChart& chart);

/// Returns the highest cost in a frontier.
double highest_cost(const Frontier& frontier);

/// Returns the figures of a policy, a line each.
std::string report_tip(const std::string& name, const Report& report,
                       const std::optional<ConfidenceIntervals>& intervals, const CostScale& scale);

}  // namespace automix::detail

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/report/detail/frontier_chart_inl.hpp>
#endif
