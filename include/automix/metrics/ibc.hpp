// SPDX-License-Identifier: Apache-2.0
// Incremental benefit per cost and what follows from it (AutoMix, NeurIPS 2024, section 4.2, equation 1):
//     IBC = (P - P_SLM) / (C - C_SLM),   lift = (IBC - IBC_BASE) / IBC_BASE,
// the share of the quality gap recovered, and its excess over random mixing at the same cost. A figure that does not
// exist is a value with the reason, never NaN and never infinite. O(1).
#pragma once

#include <automix/core/numerics.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace automix {

/// Mean performance (score, in [0, 1]) and mean cost per query.
struct Point {
    double performance = 0.0;
    double cost = 0.0;
};

/// A finite number, or the reason why there is none.
class Figure {
 public:
    /// The number; undefined, as out of range, where it is not finite.
    Figure(double value) {  // NOLINT(google-explicit-constructor)
        if (std::isfinite(value)) {
            value_ = value;
        } else {
            reason_ = "out of range";
        }
    }

    static Figure undefined(std::string reason) {
        Figure figure(0.0);
        figure.value_.reset();
        figure.reason_ = std::move(reason);
        return figure;
    }

    [[nodiscard]] bool defined() const noexcept { return value_.has_value(); }
    explicit operator bool() const noexcept { return defined(); }

    /// The number. Throws `std::bad_optional_access` where it is undefined.
    [[nodiscard]] double value() const { return value_.value(); }
    double operator*() const { return value(); }
    [[nodiscard]] double value_or(double other) const noexcept { return value_.value_or(other); }

    /// Why it is undefined; empty where it is defined.
    [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

 private:
    std::optional<double> value_;
    std::string reason_;
};

namespace detail {

inline Figure slope(const Point& from, const Point& to, std::string_view reason) {
    if (nearly_equal(from.cost, to.cost)) return Figure::undefined(std::string(reason));
    return (to.performance - from.performance) / (to.cost - from.cost);
}

}  // namespace detail

/// (P - P_SLM) / (C - C_SLM), in score per unit of cost; undefined where the costs are equal.
inline Figure ibc(const Point& method, const Point& small) {
    return detail::slope(small, method, "cost equals that of the small model");
}

/// (P_LLM - P_SLM) / (C_LLM - C_SLM): what the large model itself gains per cost.
inline Figure base_ibc(const Point& small, const Point& large) {
    return detail::slope(small, large, "both models cost the same");
}

/// Why a share of the quality gap means nothing for this pair of models; empty where it does.
inline std::string gap_obstacle(const Point& small, const Point& large) {
    if (nearly_equal(large.performance, small.performance)) return "both models score the same";
    if (large.performance < small.performance) return "LLM not better";
    return {};
}

/// Why lift means nothing for this pair of models; empty where it does.
inline std::string lift_obstacle(const Point& small, const Point& large) {
    if (auto obstacle = gap_obstacle(small, large); !obstacle.empty()) return obstacle;
    if (nearly_equal(large.cost, small.cost)) return "both models cost the same";
    if (large.cost < small.cost) return "LLM not dearer";
    return {};
}

/// (IBC - IBC_BASE) / IBC_BASE as a ratio: above 0 is better than mixing the two models at random. Undefined where
/// IBC or its base is, and where the large model is not better, since the sign would mislead.
inline Figure ibc_lift(const Point& method, const Point& small, const Point& large) {
    if (auto obstacle = lift_obstacle(small, large); !obstacle.empty())
        return Figure::undefined(std::move(obstacle));
    const Figure gained = ibc(method, small);
    if (!gained) return gained;
    const Figure base = base_ibc(small, large);
    if (!base) return base;
    return (*gained - *base) / *base;
}

/// (P - P_SLM) / (P_LLM - P_SLM) as a ratio; undefined where the large model is not better.
inline Figure gap_recovered(const Point& method, const Point& small, const Point& large) {
    if (auto obstacle = gap_obstacle(small, large); !obstacle.empty())
        return Figure::undefined(std::move(obstacle));
    return (method.performance - small.performance) / (large.performance - small.performance);
}

/// Gap recovered less the share of the extra cost C_LLM - C_SLM that was spent, in per cent; 0 is random mixing.
inline Figure excess(const Point& method, const Point& small, const Point& large) {
    if (auto obstacle = lift_obstacle(small, large); !obstacle.empty())
        return Figure::undefined(std::move(obstacle));
    const Figure gap = gap_recovered(method, small, large);
    if (!gap) return gap;
    return 100.0 * (*gap - (method.cost - small.cost) / (large.cost - small.cost));
}

/// Performance of mixing the two models at random at that cost; undefined where no mixture costs that.
inline Figure mixing_performance(double cost, const Point& small, const Point& large) {
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
