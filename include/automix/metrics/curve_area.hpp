// SPDX-License-Identifier: Apache-2.0
// What a router is worth over all prices of quality: the area between its curve of gap recovered over extra cost and the
// line of random mixing. Shares of the extra cost C_L - C_0 are read at 5, 10, ..., 95 %; 0 is random mixing, and nothing
// is above the oracle's curve. O(points log points).
#pragma once

#include <automix/metrics/ibc.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace automix {

/// The mean over the shares 5, 10, ..., 95 % of the extra cost of (gap recovered - share), in per cent, on the curve through
/// what policies reached and its ends, the small model alone and the large one alone. Policies stand where they came out,
/// not where training thought that they would, and in the order of that cost; those of equal cost count as their mean. No
/// hull is taken, for that would choose among policies by the rows that they are judged on: a dearer policy that turned out
/// worse bends the curve down. Undefined where the large model is not better or not dearer.
inline Figure curve_area(const std::vector<Point>& reached, const Point& small, const Point& large) {
    if (auto obstacle = lift_obstacle(small, large); !obstacle.empty())
        return Figure::undefined(std::move(obstacle));
    const double gap = large.performance - small.performance;
    const double extra = large.cost - small.cost;
    std::vector<Point> curve{{0.0, 0.0}, {1.0, 1.0}};  // shares of the gap and of the extra cost
    for (const Point& point : reached)
        curve.push_back({(point.performance - small.performance) / gap, (point.cost - small.cost) / extra});
    std::stable_sort(curve.begin(), curve.end(),
                     [](const Point& a, const Point& b) { return a.cost < b.cost; });
    std::vector<Point> distinct;
    for (std::size_t i = 0; i < curve.size();) {
        Point mean{0.0, curve[i].cost};
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
            const Point& from = *(to - 1);
            recovered = from.performance +
                        (to->performance - from.performance) * (share - from.cost) / (to->cost - from.cost);
        }
        sum += recovered - share;
    }
    return 100.0 * sum / (steps - 1);
}

}  // namespace automix
