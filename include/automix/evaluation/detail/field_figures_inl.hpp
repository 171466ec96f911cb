// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/field_figures.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/evaluation/bootstrap.hpp>
#include <automix/evaluation/field_figures.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/metrics/curve_figures.hpp>
#include <automix/metrics/ibc.hpp>

#include <Eigen/Core>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

/// The figures of all routers on some rows, and those of pairs with the first router.
struct FiguresOfRows {
    std::vector<FieldFigures<OptionalMetric>> routers{};
    std::vector<OptionalMetric> cost_ratios{};
    std::vector<OptionalMetric> score_differences{};
};

/// Score, cost and calls of all policies and both end models, one row a query, so that one product weighs all rows.
class CurveColumns {
 public:
    CurveColumns(const std::vector<CurveReplays>& routers, const EndModels& ends, bool two_models)
        : two_models_(two_models) {
        std::vector<const Replay*> policies;
        for (const CurveReplays& router : routers) {
            counts_.push_back(router.policies.size());
            for (const Replay& policy : router.policies) policies.push_back(&policy);
        }
        columns_.resize(ends.small_score.size(), 4 + 3 * std::ssize(policies));
        columns_.col(0) = ends.small_score;
        columns_.col(1) = ends.small_cost;
        columns_.col(2) = ends.large_score;
        columns_.col(3) = ends.large_cost;
        Index column = 4;
        for (const Replay* policy : policies) {
            columns_.col(column++) = policy->performance;
            columns_.col(column++) = policy->answer_cost + policy->verification_cost;
            columns_.col(column++) = policy->routed;
        }
    }

    [[nodiscard]] Index rows() const noexcept { return columns_.rows(); }

    /// Returns the figures if each row counts as often as `weights` says.
    [[nodiscard]] FiguresOfRows figures(const Eigen::VectorXd& weights) const {
        const Eigen::VectorXd means = columns_.transpose() * weights / weights.sum();
        const OperatingPoint small{means(0), means(1)};
        const OperatingPoint large{means(2), means(3)};
        FiguresOfRows result;
        Index column = 4;
        for (const std::size_t count : counts_) {
            std::vector<CurvePoint> reached;
            for (std::size_t i = 0; i < count; ++i, column += 3)
                reached.push_back({{means(column), means(column + 1)}, means(column + 2)});
            result.routers.push_back(field_figures(reached, small, large, two_models_));
            const auto& first = result.routers.front();
            const auto& own = result.routers.back();
            const auto pair = [](const OptionalMetric& a, const OptionalMetric& b, auto combine) {
                return !a ? a : !b ? b : OptionalMetric(combine(*a, *b));
            };
            result.cost_ratios.push_back(
                pair(own.cost_95, first.cost_95, [](double a, double b) { return a / b; }));
            result.score_differences.push_back(
                pair(own.score_50, first.score_50, [](double a, double b) { return a - b; }));
        }
        return result;
    }

 private:
    bool two_models_;
    std::vector<std::size_t> counts_;  ///< policies of each router
    Eigen::MatrixXd columns_;
};

/// Returns a figure with its interval over resamples.
template <class Get>
FigureInterval figure_interval(const FiguresOfRows& rows, const std::vector<FiguresOfRows>& resamples,
                               double level, Get get) {
    constexpr double max_undefined_share = 0.05;
    FigureInterval figure{get(rows), {}};
    std::vector<double> values;
    for (const FiguresOfRows& resample : resamples) {
        if (const OptionalMetric value = get(resample)) values.push_back(*value);
    }
    const auto undefined = static_cast<double>(resamples.size() - values.size());
    if (figure.value && undefined <= max_undefined_share * static_cast<double>(resamples.size()))
        figure.interval =
            Interval{quantile(values, 0.5 * (1.0 - level)), quantile(values, 0.5 * (1.0 + level))};
    return figure;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE FieldFigures<OptionalMetric> field_figures(const std::vector<CurvePoint>& reached,
                                                          const OperatingPoint& small,
                                                          const OperatingPoint& large, bool two_models) {
    std::vector<OperatingPoint> by_cost;
    std::vector<OperatingPoint> by_calls;
    for (const CurvePoint& policy : reached) {
        by_cost.push_back(policy.point);
        by_calls.push_back({policy.point.performance, policy.calls});
    }
    const PolicyCurve costs(by_cost, small, large);
    const PolicyCurve calls(by_calls, {small.performance, 0.0}, {large.performance, 1.0});
    const auto of_two = [&](const OptionalMetric& metric) {
        return two_models ? metric : OptionalMetric::undefined("calls are counted of two models");
    };
    return {of_two(calls.average_gap_recovered()),
            of_two(calls.cost_at_gap(0.5)),
            of_two(calls.cost_at_gap(0.8)),
            costs.average_quality(),
            costs.deferral_area(),
            costs.cost_at_gap(0.5),
            costs.cost_at_gap(0.8),
            costs.cost_at_gap(0.95),
            costs.cost_at_gap(1.0),
            costs.performance_at(0.25),
            costs.performance_at(0.5),
            costs.performance_at(0.75)};
}

AUTOMIX_INLINE std::vector<CurveEvaluation> evaluate_curves(const std::vector<CurveReplays>& routers,
                                                            const EndModels& ends, bool two_models,
                                                            const BootstrapOptions& options) {
    validate(options);
    const detail::CurveColumns columns(routers, ends, two_models);
    if (columns.rows() == 0) throw DataError("no rows to resample");
    const detail::FiguresOfRows all = columns.figures(Eigen::VectorXd::Ones(columns.rows()));
    Random random(options.seed);
    std::vector<detail::FiguresOfRows> resamples;
    for (int resample = 0; resample < options.resamples; ++resample) {
        Eigen::VectorXd weights = Eigen::VectorXd::Zero(columns.rows());
        for (Index row = 0; row < columns.rows(); ++row)
            weights(static_cast<Index>(random.index(as_size(columns.rows())))) += 1.0;
        resamples.push_back(columns.figures(weights));
    }
    std::vector<CurveEvaluation> evaluations;
    for (std::size_t i = 0; i < routers.size(); ++i) {
        CurveEvaluation& evaluation = evaluations.emplace_back();
        evaluation.name = routers[i].name;
        evaluation.policies = std::ssize(routers[i].policies);
        const auto figure = [&](auto get) {
            return detail::figure_interval(all, resamples, options.level, get);
        };
        for (std::size_t f = 0; f < all_field_figures<OptionalMetric>.size(); ++f) {
            evaluation.figures.*all_field_figures<FigureInterval>[f] =
                figure([&](const detail::FiguresOfRows& rows) {
                    return rows.routers[i].*all_field_figures<OptionalMetric>[f];
                });
        }
        evaluation.cost_ratio =
            figure([i](const detail::FiguresOfRows& rows) { return rows.cost_ratios[i]; });
        evaluation.score_difference =
            figure([i](const detail::FiguresOfRows& rows) { return rows.score_differences[i]; });
    }
    return evaluations;
}

}  // namespace automix
