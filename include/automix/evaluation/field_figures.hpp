// SPDX-License-Identifier: Apache-2.0
// Figures of the policies of one router for all prices of quality, as the literature reports them, see
// metrics/curve_figures.hpp. Their intervals are paired bootstrap intervals (Efron 1979): all policies of all routers and
// the end models see the same resampled rows. O(resamples * rows * policies).
#pragma once

#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/bootstrap.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/training.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

/// The figures of a curve. Costs are means per query in the unit of the prices, scores are in [0, 1].
template <class Value>
struct FieldFigures {
    Value apgr{};    ///< ratio, over shares of calls of the large model; of two models only
    Value cpt_50{};  ///< share of calls of the large model that recovers half of the gap; of two models only
    Value cpt_80{};  ///< the same for 80 % of the gap
    Value aiq{};     ///< mean score of the non-decreasing hull over costs
    Value deferral_area{};  ///< mean score over costs
    Value cost_50{};        ///< minimum cost at which half of the gap is recovered
    Value cost_80{};
    Value cost_95{};
    Value cost_100{};  ///< the same for the score of the large model
    Value score_25{};  ///< score at a quarter of the extra cost of the large model
    Value score_50{};
    Value score_75{};
};

template <class Value>
inline constexpr std::array<Value FieldFigures<Value>::*, 12> all_field_figures = {
    &FieldFigures<Value>::apgr,     &FieldFigures<Value>::cpt_50,        &FieldFigures<Value>::cpt_80,
    &FieldFigures<Value>::aiq,      &FieldFigures<Value>::deferral_area, &FieldFigures<Value>::cost_50,
    &FieldFigures<Value>::cost_80,  &FieldFigures<Value>::cost_95,       &FieldFigures<Value>::cost_100,
    &FieldFigures<Value>::score_25, &FieldFigures<Value>::score_50,      &FieldFigures<Value>::score_75};

/// The names of the figures, in the order of `all_field_figures`, for JSON.
inline constexpr std::array<std::string_view, 12> field_figure_names = {
    "apgr",    "cpt_50",  "cpt_80",   "aiq",      "deferral_area", "cost_50",
    "cost_80", "cost_95", "cost_100", "score_25", "score_50",      "score_75"};

/// A policy of a curve.
struct CurvePoint {
    OperatingPoint point{};
    double calls = 0.0;  ///< share of queries that ask a model beyond the first
};

/// A figure with its interval, which is missing if the figure or more than 5 % of the resamples are undefined.
struct FigureInterval {
    OptionalMetric value = OptionalMetric::undefined("not computed");
    std::optional<Interval> interval{};
};

/// The figures of one router's curve with their intervals.
struct CurveEvaluation {
    std::string name{};
    Index policies = 0;
    FieldFigures<FigureInterval> figures{};
    /// Cost at 95 % of the gap over that of the first router: the ratio of costs at equal quality.
    FigureInterval cost_ratio{};
    /// Score at half of the extra cost less that of the first router: the difference in quality at equal cost.
    FigureInterval score_difference{};
};

/// The results of the policies of one router on the same rows.
struct CurveReplays {
    std::string name{};
    std::vector<Replay> policies{};
};

/// Returns the figures of a curve between two models alone. `two_models` says that no other model is asked, without
/// which shares of calls are undefined.
FieldFigures<OptionalMetric> field_figures(const std::vector<CurvePoint>& reached,
                                           const OperatingPoint& small, const OperatingPoint& large,
                                           bool two_models);

/// Returns the figures of several routers on the same rows, compared with the first. Throws `ArgumentError` for invalid
/// options, and `DataError` if there are no rows.
std::vector<CurveEvaluation> evaluate_curves(const std::vector<CurveReplays>& routers, const EndModels& ends,
                                             bool two_models, const BootstrapOptions& options = {});

/// Replays the policies that a router learns for all prices of quality, at most about `max_policies` in even steps.
/// Throws the errors of training and replay.
template <router_with_curve Router>
CurveReplays replay_curve(const std::string& name, const Router& router, const TrainingData& train,
                          const Dataset& test, const PriceTable& prices, std::uint64_t seed = 0,
                          std::size_t max_policies = 50) {
    CurveReplays result{name, {}};
    const std::vector<Router> curve = router.curve(train);
    const std::size_t step = 1 + (curve.empty() ? 0 : curve.size() - 1) / max_policies;
    for (std::size_t i = 0; i < curve.size(); i += step)
        result.policies.push_back(replay(curve[i], test, prices, seed));
    if (!curve.empty() && (curve.size() - 1) % step != 0)
        result.policies.push_back(replay(curve.back(), test, prices, seed));
    return result;
}

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/detail/field_figures_inl.hpp>
#endif
