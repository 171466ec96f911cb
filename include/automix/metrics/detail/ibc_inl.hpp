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

AUTOMIX_INLINE Figure::Figure(double value) {  // NOLINT(google-explicit-constructor)
    if (std::isfinite(value)) {
        value_ = value;
    } else {
        reason_ = "out of range";
    }
}

AUTOMIX_INLINE Figure Figure::undefined(std::string reason) {
    Figure figure(0.0);
    figure.value_.reset();
    figure.reason_ = std::move(reason);
    return figure;
}

}  // namespace automix

namespace automix::detail {

AUTOMIX_INLINE Figure slope(const Point& from, const Point& to, std::string_view reason) {
    if (nearly_equal(from.cost, to.cost)) return Figure::undefined(std::string(reason));
    return (to.performance - from.performance) / (to.cost - from.cost);
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE Figure ibc(const Point& method, const Point& small) {
    return detail::slope(small, method, "cost equals that of the small model");
}

AUTOMIX_INLINE Figure base_ibc(const Point& small, const Point& large) {
    return detail::slope(small, large, "both models cost the same");
}

AUTOMIX_INLINE std::string gap_obstacle(const Point& small, const Point& large) {
    if (nearly_equal(large.performance, small.performance)) return "both models score the same";
    if (large.performance < small.performance) return "LLM not better";
    return {};
}

AUTOMIX_INLINE std::string lift_obstacle(const Point& small, const Point& large) {
    if (auto obstacle = gap_obstacle(small, large); !obstacle.empty()) return obstacle;
    if (nearly_equal(large.cost, small.cost)) return "both models cost the same";
    if (large.cost < small.cost) return "LLM not dearer";
    return {};
}

AUTOMIX_INLINE Figure ibc_lift(const Point& method, const Point& small, const Point& large) {
    if (auto obstacle = lift_obstacle(small, large); !obstacle.empty())
        return Figure::undefined(std::move(obstacle));
    const Figure gained = ibc(method, small);
    if (!gained) return gained;
    const Figure base = base_ibc(small, large);
    if (!base) return base;
    return (*gained - *base) / *base;
}

AUTOMIX_INLINE Figure gap_recovered(const Point& method, const Point& small, const Point& large) {
    if (auto obstacle = gap_obstacle(small, large); !obstacle.empty())
        return Figure::undefined(std::move(obstacle));
    return (method.performance - small.performance) / (large.performance - small.performance);
}

AUTOMIX_INLINE Figure excess(const Point& method, const Point& small, const Point& large) {
    if (auto obstacle = lift_obstacle(small, large); !obstacle.empty())
        return Figure::undefined(std::move(obstacle));
    const Figure gap = gap_recovered(method, small, large);
    if (!gap) return gap;
    return 100.0 * (*gap - (method.cost - small.cost) / (large.cost - small.cost));
}

AUTOMIX_INLINE Figure mixing_performance(double cost, const Point& small, const Point& large) {
    if (nearly_equal(small.cost, large.cost)) return Figure::undefined("both models cost the same");
    if (nearly_equal(cost, small.cost)) return small.performance;
    if (nearly_equal(cost, large.cost)) return large.performance;
    const auto [least, most] = std::minmax(small.cost, large.cost);
    if (cost > most) return Figure::undefined("dearer than either model alone");
    if (cost < least) return Figure::undefined("cheaper than either model alone");
    const double share = (cost - small.cost) / (large.cost - small.cost);
    return small.performance + share * (large.performance - small.performance);
}

}  // namespace automix
