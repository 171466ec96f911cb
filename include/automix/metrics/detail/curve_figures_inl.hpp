// SPDX-License-Identifier: Apache-2.0
// Definitions of metrics/curve_figures.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/numerics.hpp>
#include <automix/metrics/curve_figures.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/metrics/upper_hull.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace automix {

AUTOMIX_INLINE double performance_at_cost(const std::vector<OperatingPoint>& curve, double cost) {
    const auto to = std::lower_bound(curve.begin(), curve.end(), cost,
                                     [](const OperatingPoint& point, double c) { return point.cost < c; });
    if (to == curve.end()) return curve.back().performance;
    if (to == curve.begin() || to->cost == cost) return to->performance;
    const OperatingPoint& from = *(to - 1);
    return from.performance +
           (to->performance - from.performance) * (cost - from.cost) / (to->cost - from.cost);
}

AUTOMIX_INLINE std::vector<OperatingPoint> in_order_of_cost(std::vector<OperatingPoint> points) {
    std::stable_sort(points.begin(), points.end(),
                     [](const OperatingPoint& a, const OperatingPoint& b) { return a.cost < b.cost; });
    std::vector<OperatingPoint> distinct;
    for (std::size_t i = 0; i < points.size();) {
        OperatingPoint mean{0.0, points[i].cost};
        std::size_t count = 0;
        for (; i < points.size() && nearly_equal(points[i].cost, mean.cost); ++i, ++count)
            mean.performance += points[i].performance;
        mean.performance /= static_cast<double>(count);
        distinct.push_back(mean);
    }
    return distinct;
}

AUTOMIX_INLINE PolicyCurve::PolicyCurve(const std::vector<OperatingPoint>& reached,
                                        const OperatingPoint& small, const OperatingPoint& large)
    : small_(small), large_(large) {
    if (!(large.cost > small.cost) || nearly_equal(large.cost, small.cost)) return;
    std::vector<OperatingPoint> points{small, large};
    for (const OperatingPoint& point : reached) {
        const bool above = point.cost > small.cost || nearly_equal(point.cost, small.cost);
        const bool below = point.cost < large.cost || nearly_equal(point.cost, large.cost);
        if (above && below) points.push_back(point);
    }
    points_ = in_order_of_cost(std::move(points));
}

AUTOMIX_INLINE OptionalMetric PolicyCurve::mean_performance(const std::vector<OperatingPoint>& points) const {
    if (points_.empty()) return OptionalMetric::undefined("the last model costs no more than the first");
    double area = 0.0;
    for (std::size_t i = 1; i < points.size(); ++i)
        area +=
            0.5 * (points[i].performance + points[i - 1].performance) * (points[i].cost - points[i - 1].cost);
    return area / (points.back().cost - points.front().cost);
}

AUTOMIX_INLINE OptionalMetric PolicyCurve::deferral_area() const { return mean_performance(points_); }

AUTOMIX_INLINE OptionalMetric PolicyCurve::average_gap_recovered() const {
    if (auto obstacle = lift_obstacle(small_, large_); !obstacle.empty())
        return OptionalMetric::undefined(std::move(obstacle));
    const OptionalMetric mean = deferral_area();
    if (!mean) return mean;
    return (*mean - small_.performance) / (large_.performance - small_.performance);
}

AUTOMIX_INLINE OptionalMetric PolicyCurve::average_quality() const {
    if (points_.empty()) return mean_performance(points_);
    std::vector<OperatingPoint> hull;
    for (const std::size_t point : upper_hull(points_)) hull.push_back(points_[point]);
    hull.push_back({hull.back().performance, points_.back().cost});
    return mean_performance(hull);
}

AUTOMIX_INLINE OptionalMetric PolicyCurve::cost_at_gap(double gap) const {
    if (auto obstacle = lift_obstacle(small_, large_); !obstacle.empty())
        return OptionalMetric::undefined(std::move(obstacle));
    const double wanted = small_.performance + gap * (large_.performance - small_.performance);
    const auto reaches = [wanted](const OperatingPoint& point) {
        return point.performance >= wanted || nearly_equal(point.performance, wanted);
    };
    const auto to = std::find_if(points_.begin(), points_.end(), reaches);
    if (to == points_.end()) return OptionalMetric::undefined("no policy recovers that share of the gap");
    if (to == points_.begin()) return to->cost;
    const OperatingPoint& from = *(to - 1);
    return from.cost +
           (to->cost - from.cost) * (wanted - from.performance) / (to->performance - from.performance);
}

AUTOMIX_INLINE OptionalMetric PolicyCurve::performance_at(double share) const {
    if (points_.empty()) return mean_performance(points_);
    const double cost = points_.front().cost + share * (points_.back().cost - points_.front().cost);
    return performance_at_cost(points_, cost);
}

}  // namespace automix
