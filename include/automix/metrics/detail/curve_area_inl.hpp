// SPDX-License-Identifier: Apache-2.0
// Definitions of metrics/curve_area.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/numerics.hpp>
#include <automix/metrics/curve_area.hpp>
#include <automix/metrics/ibc.hpp>

#include <algorithm>
#include <cstddef>
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
    std::stable_sort(curve.begin(), curve.end(),
                     [](const OperatingPoint& a, const OperatingPoint& b) { return a.cost < b.cost; });
    std::vector<OperatingPoint> distinct;
    for (std::size_t i = 0; i < curve.size();) {
        OperatingPoint mean{0.0, curve[i].cost};
        std::size_t count = 0;
        for (; i < curve.size() && nearly_equal(curve[i].cost, mean.cost); ++i, ++count)
            mean.performance += curve[i].performance;
        mean.performance /= static_cast<double>(count);
        distinct.push_back(mean);
    }
    constexpr int steps = 20;
    double sum = 0.0;
    auto to = distinct.begin();
    for (int step = 1; step < steps; ++step) {
        const double share = static_cast<double>(step) / steps;
        while (to->cost < share) ++to;
        double recovered = to->performance;
        if (to->cost > share) {
            const OperatingPoint& from = *(to - 1);
            recovered = from.performance +
                        (to->performance - from.performance) * (share - from.cost) / (to->cost - from.cost);
        }
        sum += recovered - share;
    }
    return 100.0 * sum / (steps - 1);
}

}  // namespace automix
