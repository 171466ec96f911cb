// SPDX-License-Identifier: Apache-2.0
// Definitions of metrics/ibc.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/numerics.hpp>
#include <automix/metrics/ibc.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

namespace automix {

AUTOMIX_INLINE OptionalMetric::OptionalMetric(double value) {  // NOLINT(google-explicit-constructor)
    if (std::isfinite(value)) {
        value_ = value;
    } else {
        reason_ = "out of range";
    }
}

AUTOMIX_INLINE OptionalMetric OptionalMetric::undefined(std::string reason) {
    OptionalMetric metric(0.0);
    metric.value_.reset();
    metric.reason_ = std::move(reason);
    return metric;
}

}  // namespace automix

namespace automix::detail {

AUTOMIX_INLINE OptionalMetric slope(const OperatingPoint& from, const OperatingPoint& to,
                                    std::string_view reason) {
    if (nearly_equal(from.cost, to.cost)) return OptionalMetric::undefined(std::string(reason));
    return (to.performance - from.performance) / (to.cost - from.cost);
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE OptionalMetric ibc(const OperatingPoint& method, const OperatingPoint& small) {
    return detail::slope(small, method, "cost equals that of the small model");
}

AUTOMIX_INLINE OptionalMetric base_ibc(const OperatingPoint& small, const OperatingPoint& large) {
    return detail::slope(small, large, "both models cost the same");
}

AUTOMIX_INLINE std::string gap_obstacle(const OperatingPoint& small, const OperatingPoint& large) {
    if (nearly_equal(large.performance, small.performance)) return "both models score the same";
    if (large.performance < small.performance) return "the last model scores no higher than the first";
    return {};
}

AUTOMIX_INLINE std::string lift_obstacle(const OperatingPoint& small, const OperatingPoint& large) {
    if (auto obstacle = gap_obstacle(small, large); !obstacle.empty()) return obstacle;
    if (nearly_equal(large.cost, small.cost)) return "both models cost the same";
    if (large.cost < small.cost) return "the last model costs no more than the first";
    return {};
}

AUTOMIX_INLINE OptionalMetric ibc_lift(const OperatingPoint& method, const OperatingPoint& small,
                                       const OperatingPoint& large) {
    if (auto obstacle = lift_obstacle(small, large); !obstacle.empty())
        return OptionalMetric::undefined(std::move(obstacle));
    const OptionalMetric gained = ibc(method, small);
    if (!gained) return gained;
    const OptionalMetric base = base_ibc(small, large);
    if (!base) return base;
    return (*gained - *base) / *base;
}

AUTOMIX_INLINE OptionalMetric gap_recovered(const OperatingPoint& method, const OperatingPoint& small,
                                            const OperatingPoint& large) {
    if (auto obstacle = gap_obstacle(small, large); !obstacle.empty())
        return OptionalMetric::undefined(std::move(obstacle));
    return (method.performance - small.performance) / (large.performance - small.performance);
}

AUTOMIX_INLINE OptionalMetric excess(const OperatingPoint& method, const OperatingPoint& small,
                                     const OperatingPoint& large) {
    if (auto obstacle = lift_obstacle(small, large); !obstacle.empty())
        return OptionalMetric::undefined(std::move(obstacle));
    const OptionalMetric gap = gap_recovered(method, small, large);
    if (!gap) return gap;
    return 100.0 * (*gap - (method.cost - small.cost) / (large.cost - small.cost));
}

AUTOMIX_INLINE OptionalMetric mixing_performance(double cost, const OperatingPoint& small,
                                                 const OperatingPoint& large) {
    if (nearly_equal(small.cost, large.cost)) return OptionalMetric::undefined("both models cost the same");
    if (nearly_equal(cost, small.cost)) return small.performance;
    if (nearly_equal(cost, large.cost)) return large.performance;
    const auto [cheapest, dearest] = std::minmax(small.cost, large.cost);
    if (cost > dearest) return OptionalMetric::undefined("dearer than either model alone");
    if (cost < cheapest) return OptionalMetric::undefined("cheaper than either model alone");
    const double share = (cost - small.cost) / (large.cost - small.cost);
    return small.performance + share * (large.performance - small.performance);
}

}  // namespace automix
