// SPDX-License-Identifier: Apache-2.0
// The common parts of all drawings of a frontier are axes that contain all points, and the edges of the shaded
// intervals.
#pragma once

#include <automix/evaluation/frontier.hpp>
#include <automix/evaluation/report/detail/plot_axis.hpp>
#include <automix/metrics/ibc.hpp>

#include <vector>

namespace automix::detail {

/// The axes that contain all points of a frontier: cost across, score upwards.
struct FrontierAxes {
    PlotAxis cost{};
    PlotAxis score{};

    FrontierAxes(const Frontier& frontier, int cost_ticks, int score_ticks) {
        for (const auto* points : {&frontier.policies, &frontier.models, &frontier.oracle}) {
            for (const FrontierPoint& point : *points) {
                cost.add(point.report.cost);
                score.add(point.report.performance);
                if (!point.intervals) continue;
                score.add(point.intervals->performance.low);
                score.add(point.intervals->performance.high);
            }
        }
        cost.add(0.0);
        cost.finish(cost_ticks);
        score.finish(score_ticks);
    }
};

/// Returns the points of the plot.
inline std::vector<OperatingPoint> curve_of(const std::vector<FrontierPoint>& points) {
    std::vector<OperatingPoint> curve;
    for (const FrontierPoint& point : points) curve.push_back(point.report.point());
    return curve;
}

/// Returns the lower or the upper ends of the intervals of score; none if there are no intervals.
inline std::vector<OperatingPoint> edge_of(const std::vector<FrontierPoint>& points, double Interval::*end) {
    std::vector<OperatingPoint> edge;
    for (const FrontierPoint& point : points) {
        if (point.intervals) edge.push_back({point.intervals->performance.*end, point.report.cost});
    }
    return edge;
}

}  // namespace automix::detail
