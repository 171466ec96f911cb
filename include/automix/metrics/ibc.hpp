// SPDX-License-Identifier: Apache-2.0
// Incremental benefit per cost and what follows from it (AutoMix, NeurIPS 2024, section 4.2, equation 1):
//     IBC = (P - P_SLM) / (C - C_SLM),   lift = (IBC - IBC_BASE) / IBC_BASE,
// the share of the quality gap recovered, and its excess over random mixing at the same cost. A figure that does not
// exist is a value with the reason, never NaN and never infinite. O(1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace automix {

/// Mean performance (score, in [0, 1]) and mean cost per query.
struct OperatingPoint {
    double performance = 0.0;
    double cost = 0.0;
};

/// A finite number, or the reason why there is none.
class OptionalMetric {
 public:
    /// The number; undefined, as out of range, where it is not finite.
    OptionalMetric(double value);

    static OptionalMetric undefined(std::string reason);

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

OptionalMetric slope(const OperatingPoint& from, const OperatingPoint& to, std::string_view reason);

}  // namespace detail

/// (P - P_SLM) / (C - C_SLM), in score per unit of cost; undefined where the costs are equal.
OptionalMetric ibc(const OperatingPoint& method, const OperatingPoint& small);

/// (P_LLM - P_SLM) / (C_LLM - C_SLM): what the large model itself gains per cost.
OptionalMetric base_ibc(const OperatingPoint& small, const OperatingPoint& large);

/// Why a share of the quality gap means nothing for this pair of models; empty where it does.
std::string gap_obstacle(const OperatingPoint& small, const OperatingPoint& large);

/// Why lift means nothing for this pair of models; empty where it does.
std::string lift_obstacle(const OperatingPoint& small, const OperatingPoint& large);

/// (IBC - IBC_BASE) / IBC_BASE as a ratio: above 0 is better than mixing the two models at random. Undefined where
/// IBC or its base is, and where the large model is not better, since the sign would mislead.
OptionalMetric ibc_lift(const OperatingPoint& method, const OperatingPoint& small,
                        const OperatingPoint& large);

/// (P - P_SLM) / (P_LLM - P_SLM) as a ratio; undefined where the large model is not better.
OptionalMetric gap_recovered(const OperatingPoint& method, const OperatingPoint& small,
                             const OperatingPoint& large);

/// Gap recovered less the share of the extra cost C_LLM - C_SLM that was spent, in per cent; 0 is random mixing.
OptionalMetric excess(const OperatingPoint& method, const OperatingPoint& small, const OperatingPoint& large);

/// Performance of mixing the two models at random at that cost; undefined where no mixture costs that.
OptionalMetric mixing_performance(double cost, const OperatingPoint& small, const OperatingPoint& large);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/metrics/detail/ibc_inl.hpp>
#endif
