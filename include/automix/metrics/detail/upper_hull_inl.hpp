// SPDX-License-Identifier: Apache-2.0
// Definitions of metrics/upper_hull.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/metrics/upper_hull.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace automix {

AUTOMIX_INLINE std::vector<std::size_t> upper_hull(const std::vector<OperatingPoint>& points) {
    std::vector<std::size_t> order(points.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return points[a].cost != points[b].cost ? points[a].cost < points[b].cost
                                                : points[a].performance > points[b].performance;
    });
    std::vector<std::size_t> hull;
    for (const std::size_t next : order) {
        const OperatingPoint& to = points[next];
        if (!hull.empty() && to.performance <= points[hull.back()].performance) continue;
        while (hull.size() > 1) {
            const OperatingPoint& from = points[hull[hull.size() - 2]];
            const OperatingPoint& middle = points[hull.back()];
            const double above = (middle.performance - from.performance) * (to.cost - from.cost) -
                                 (to.performance - from.performance) * (middle.cost - from.cost);
            if (above > 0.0) break;
            hull.pop_back();
        }
        hull.push_back(next);
    }
    return hull;
}

}  // namespace automix
