// SPDX-License-Identifier: Apache-2.0
// Definitions of metrics/curve_area.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/metrics/curve_area.hpp>
#include <automix/metrics/curve_figures.hpp>
#include <automix/metrics/ibc.hpp>

#include <utility>
#include <vector>

namespace automix {

AUTOMIX_INLINE OptionalMetric curve_area(const std::vector<OperatingPoint>& reached,
                                         const OperatingPoint& small, const OperatingPoint& large) {
    if (auto obstacle = lift_obstacle(small, large); !obstacle.empty())
        return OptionalMetric::undefined(std::move(obstacle));
    const double gap = large.performance - small.performance;
    const double extra = large.cost - small.cost;
    std::vector<OperatingPoint> curve{{0.0, 0.0}, {1.0, 1.0}};  // shares of the gap and of the extra cost
    for (const OperatingPoint& point : reached)
        curve.push_back({(point.performance - small.performance) / gap, (point.cost - small.cost) / extra});
    const std::vector<OperatingPoint> distinct = in_order_of_cost(std::move(curve));
    constexpr int steps = 20;
    double sum = 0.0;
    for (int step = 1; step < steps; ++step) {
        const double share = static_cast<double>(step) / steps;
        sum += performance_at_cost(distinct, share) - share;
    }
    return 100.0 * sum / (steps - 1);
}

}  // namespace automix
