// SPDX-License-Identifier: Apache-2.0
// Figures of a router's curve that the literature on routing reports: the deferral-curve area (Gupta et al. 2024), APGR
// and CPT (RouteLLM, Ong et al. 2024), AIQ (RouterBench, Hu et al. 2024), and cost and quality at an equal level of the
// other. The curve runs from the small model through the points of the policies to the large model, as a straight line
// between neighbours, which mixing two policies at random reaches. The axis of cost may also be a share of calls.
// O(points log points).
#pragma once

#include <automix/metrics/ibc.hpp>

#include <vector>

namespace automix {

/// Returns the points in ascending order of cost. Points of equal cost become their mean.
std::vector<OperatingPoint> in_order_of_cost(std::vector<OperatingPoint> points);

/// Returns the score at a cost on the straight lines through points of ascending cost; beyond the ends, that of the end.
/// Requires a point.
double performance_at_cost(const std::vector<OperatingPoint>& curve, double cost);

/// A curve of policies between two models alone. Points that cost more than the large model, or less than the small one,
/// are no part of it: random mixing of two policies does not need them.
class PolicyCurve {
 public:
    PolicyCurve(const std::vector<OperatingPoint>& reached, const OperatingPoint& small,
                const OperatingPoint& large);

    /// Returns the points in ascending order of cost, the models alone included; none if the large model does not cost
    /// more than the small one.
    [[nodiscard]] const std::vector<OperatingPoint>& points() const noexcept { return points_; }

    /// Returns the area under the deferral curve: the mean score over all costs between the two models, 0 to 1. Over
    /// shares of calls of the large model it is that of Gupta et al. 2024 (Language Model Cascades), and over
    /// costs that of Jitkrittum et al. 2025 (Universal Model Routing). Undefined if the large model does not
    /// cost more.
    [[nodiscard]] OptionalMetric deferral_area() const;

    /// Returns the average performance gap recovered, APGR (RouteLLM): the mean over all costs of
    /// (P - P_SLM) / (P_LLM - P_SLM), which the paper takes over ten shares of calls and its code by trapezoids as here.
    /// Random mixing has 0.5. A ratio. Undefined if the large model is not better or not more expensive.
    [[nodiscard]] OptionalMetric average_gap_recovered() const;

    /// Returns the average improvement in quality, AIQ (RouterBench): the mean over all costs of the
    /// non-decreasing hull of the curve. The hull chooses among policies by the rows that judge them, so it flatters.
    /// The paper divides by the range of costs, as here; its code divides by the highest cost. Undefined if the large
    /// model does not cost more.
    [[nodiscard]] OptionalMetric average_quality() const;

    /// Returns the minimum cost at which the curve recovers a share of the gap, 0 to 1. Over shares of calls, with costs
    /// of 0 and 1 for the two models, that is the call-performance threshold CPT (RouteLLM), a share. At a
    /// gap of 1 it is the cost of equal quality. Undefined if the large model is not better or not more expensive.
    [[nodiscard]] OptionalMetric cost_at_gap(double gap) const;

    /// Returns the score at that share of the extra cost, 0 to 1: the quality at an equal cost. Undefined if the large
    /// model does not cost more.
    [[nodiscard]] OptionalMetric performance_at(double share) const;

 private:
    [[nodiscard]] OptionalMetric mean_performance(const std::vector<OperatingPoint>& points) const;

    OperatingPoint small_;
    OperatingPoint large_;
    std::vector<OperatingPoint> points_;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/metrics/detail/curve_figures_inl.hpp>
#endif
