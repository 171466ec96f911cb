// SPDX-License-Identifier: Apache-2.0
// Computes incremental benefit per cost and its derived metrics (AutoMix, NeurIPS 2024, section 4.2, equation 1):
//     IBC = (P - P_SLM) / (C - C_SLM),   IBC_BASE = (P_LLM - P_SLM) / (C_LLM - C_SLM),
//     lift = (IBC - IBC_BASE) / IBC_BASE.
// P is mean performance, C mean cost per query; SLM and LLM are the small and the large model. Also computes the share
// of the quality gap recovered, and its excess over random mixing at the same cost. An undefined metric holds the
// reason; it is never NaN and never infinite. O(1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace automix {

/// A mean performance (score, in [0, 1]) and mean cost per query.
struct OperatingPoint {
    double performance = 0.0;
    double cost = 0.0;
};

/// A finite number, or the reason why there is none.
class OptionalMetric {
 public:
    /// Holds `value`. If it is not finite, the metric is undefined with the reason `out of range`.
    OptionalMetric(double value);

    /// Returns a metric without a number.
    static OptionalMetric undefined(std::string reason);

    [[nodiscard]] bool defined() const noexcept { return value_.has_value(); }
    explicit operator bool() const noexcept { return defined(); }

    /// Returns the number. Throws `std::bad_optional_access` if it is undefined.
    [[nodiscard]] double value() const { return value_.value(); }
    double operator*() const { return value(); }
    [[nodiscard]] double value_or(double other) const noexcept { return value_.value_or(other); }

    /// Returns why it is undefined; empty if it is defined.
    [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

 private:
    std::optional<double> value_;
    std::string reason_;
};

namespace detail {

/// Returns the performance gained from one point to another per unit of cost; undefined with `reason` if costs are
/// equal.
OptionalMetric slope(const OperatingPoint& from, const OperatingPoint& to, std::string_view reason);

}  // namespace detail

/// Returns (P - P_SLM) / (C - C_SLM), in score per unit of cost; undefined if the costs are equal.
OptionalMetric ibc(const OperatingPoint& method, const OperatingPoint& small);

/// Returns IBC_BASE, the score that the large model itself gains per unit of cost; undefined if the costs are equal.
OptionalMetric base_ibc(const OperatingPoint& small, const OperatingPoint& large);

/// Returns why this pair of models has no quality gap to recover: the large model is not better. Empty if it is.
std::string gap_obstacle(const OperatingPoint& small, const OperatingPoint& large);

/// Returns why lift is undefined for this pair of models: the large model is not better or not more expensive. Empty if
/// it is both.
std::string lift_obstacle(const OperatingPoint& small, const OperatingPoint& large);

/// Returns (IBC - IBC_BASE) / IBC_BASE as a ratio. A router above 0 is better than mixing the two models at random.
/// Undefined if IBC is. Also undefined if the large model is not better or not more expensive, since the sign would
/// mislead.
OptionalMetric ibc_lift(const OperatingPoint& method, const OperatingPoint& small,
                        const OperatingPoint& large);

/// Returns (P - P_SLM) / (P_LLM - P_SLM) as a ratio; undefined if the large model is not better.
OptionalMetric gap_recovered(const OperatingPoint& method, const OperatingPoint& small,
                             const OperatingPoint& large);

/// Returns the gap recovered less the share of the extra cost, (C - C_SLM) / (C_LLM - C_SLM), in per cent. Random
/// mixing has 0. Undefined if the large model is not better or not more expensive.
OptionalMetric excess(const OperatingPoint& method, const OperatingPoint& small, const OperatingPoint& large);

/// Returns the performance of mixing the two models at random at that cost; undefined if no mixture costs that.
OptionalMetric mixing_performance(double cost, const OperatingPoint& small, const OperatingPoint& large);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/metrics/detail/ibc_inl.hpp>
#endif
