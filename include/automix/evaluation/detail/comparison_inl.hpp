// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/comparison.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/baselines.hpp>
#include <automix/evaluation/comparison.hpp>
#include <automix/evaluation/field_figures.hpp>
#include <automix/evaluation/frontier.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/metrics/curve_area.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/router.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace automix {

AUTOMIX_INLINE void validate(const ComparisonOptions& options) {
    if (options.halves < 1)
        throw ArgumentError("halves: expected at least 1, found " + std::to_string(options.halves));
    if (options.train_rows < 0)
        throw ArgumentError("train_rows: expected at least 0, found " + std::to_string(options.train_rows));
}

AUTOMIX_INLINE MeanMetric mean_over_halves(const std::vector<OptionalMetric>& halves) {
    MeanMetric result;
    double count = 0.0;
    double sum = 0.0;
    for (const OptionalMetric& half : halves) {
        if (!half) {
            if (result.undefined++ == 0) result.mean = half;
            continue;
        }
        sum += *half;
        count += 1.0;
    }
    if (count == 0.0) return result;
    const double mean = sum / count;
    result.mean = mean;
    if (count < 2.0) return result;
    double squares = 0.0;
    for (const OptionalMetric& half : halves) squares += half ? (*half - mean) * (*half - mean) : 0.0;
    result.se = std::sqrt(squares / (count - 1.0) / count);
    return result;
}

}  // namespace automix

namespace automix::detail {

AUTOMIX_INLINE HalfRows divide_rows(const Dataset& data, std::uint64_t seed, Index train_rows) {
    HalfRows rows;
    std::vector<std::pair<double, Index>> train;
    for (Index row = 0; row < data.rows(); ++row) {
        const double hash = uniform_of(data.id(row), seed, UniformUse::split);
        if (hash < 0.5) {
            train.emplace_back(hash, row);
        } else {
            rows.test.push_back(row);
        }
    }
    if (train_rows > 0 && train_rows < std::ssize(train)) {
        std::sort(train.begin(), train.end());
        train.resize(as_size(train_rows));
    }
    for (const auto& [hash, row] : train) rows.train.push_back(row);
    std::sort(rows.train.begin(), rows.train.end());
    if (rows.train.empty() || rows.test.empty()) {
        throw DataError("the half of seed " + std::to_string(seed) + " leaves no rows to " +
                        (rows.train.empty() ? "train on" : "test on"));
    }
    return rows;
}

/// Returns mean score and price of each model alone on some rows.
inline std::vector<OperatingPoint> models_alone(const Dataset& data, const PriceTable& prices,
                                                const std::vector<Index>& rows) {
    const Dataset part = data.select_rows(rows);
    const PriceTable paid = prices.select_rows(rows);
    std::vector<OperatingPoint> points;
    for (Index model = 0; model < data.models(); ++model)
        points.push_back({part.scores(model).mean(), paid.answers[as_size(model)].mean()});
    return points;
}

/// Returns true if no mixture of two other points reaches at least the score of a point at its cost.
inline bool is_on_hull(const std::vector<OperatingPoint>& points, std::size_t point) {
    const OperatingPoint& at = points[point];
    for (std::size_t a = 0; a < points.size(); ++a) {
        for (std::size_t b = 0; b < points.size(); ++b) {
            const OperatingPoint& low = points[a];
            const OperatingPoint& high = points[b];
            if (a == point || b == point || low.cost > at.cost || high.cost < at.cost) continue;
            const double extra = high.cost - low.cost;
            const double share = extra > 0.0 ? (at.cost - low.cost) / extra : 1.0;
            if ((1.0 - share) * low.performance + share * high.performance >= at.performance) return false;
        }
    }
    return true;
}

AUTOMIX_INLINE HalfMetrics no_metrics() {
    const OptionalMetric none = OptionalMetric::undefined("no policy");
    const FieldFigures<OptionalMetric> figures{none, none, none, none, none, none,
                                               none, none, none, none, none, none};
    return {none, none, none, none, none, none, none, none, none, none, figures};
}

AUTOMIX_INLINE OptionalMetric area_of(const std::vector<CurvePoint>& curve, const EndModels& ends) {
    std::vector<OperatingPoint> points;
    for (const CurvePoint& policy : curve) points.push_back(policy.point);
    return curve_area(points, ends.small(), ends.large());
}

AUTOMIX_INLINE void add_curve(const std::vector<CurvePoint>& curve, const EndModels& ends, bool two_models,
                              HalfMetrics& half) {
    half.area = area_of(curve, ends);
    half.figures = field_figures(curve, ends.small(), ends.large(), two_models);
}

AUTOMIX_INLINE void add_report(const Report& report, const EndModels& ends, HalfMetrics& half) {
    half.lift = report.ibc_lift;
    half.excess = report.excess;
    half.gap_recovered = report.gap_recovered;
    half.performance = report.performance;
    const double large = ends.large().performance;
    half.quality = large > 0.0 ? OptionalMetric(report.performance / large)
                               : OptionalMetric::undefined("LLM scores nothing");
    half.cost = report.cost;
    half.draws = report.draws;
    half.rounds = report.rounds;
}

AUTOMIX_INLINE HalfMetrics oracle_metrics(const Dataset& test, const PriceTable& prices,
                                          const EndModels& ends) {
    HalfMetrics half = no_metrics();
    std::vector<CurvePoint> curve;
    for (const FrontierPoint& point : trace_oracle(test, prices, ends, FrontierOptions{}.max_oracle_points))
        curve.push_back(curve_point(point.report));
    add_curve(curve, ends, test.models() == 2, half);
    const Report report = evaluate_baselines(test, prices).oracle;
    add_report(report, ends, half);
    half.later_start = report.routed;
    return half;
}

AUTOMIX_INLINE MeanMetric mean_difference(const std::vector<HalfMetrics>& halves,
                                          const std::vector<HalfMetrics>& others,
                                          OptionalMetric HalfMetrics::*metric) {
    std::vector<OptionalMetric> differences;
    for (std::size_t i = 0; i < halves.size(); ++i) {
        const OptionalMetric& one = halves[i].*metric;
        const OptionalMetric& other = others[i].*metric;
        differences.push_back(!one ? one : !other ? other : OptionalMetric(*one - *other));
    }
    return mean_over_halves(differences);
}

AUTOMIX_INLINE ComparedMetrics<MeanMetric> mean_metrics(const std::vector<HalfMetrics>& halves) {
    ComparedMetrics<MeanMetric> means;
    for (std::size_t i = 0; i < all_metrics<OptionalMetric>.size(); ++i) {
        std::vector<OptionalMetric> values;
        for (const HalfMetrics& half : halves) values.push_back(half.*all_metrics<OptionalMetric>[i]);
        means.*all_metrics<MeanMetric>[i] = mean_over_halves(values);
    }
    for (std::size_t i = 0; i < all_field_figures<OptionalMetric>.size(); ++i) {
        std::vector<OptionalMetric> values;
        for (const HalfMetrics& half : halves)
            values.push_back(half.figures.*all_field_figures<OptionalMetric>[i]);
        means.figures.*all_field_figures<MeanMetric>[i] = mean_over_halves(values);
    }
    return means;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE MeanMetric static_mixing_area(const Dataset& data, const PriceTable& prices,
                                             const ComparisonOptions& options) {
    validate(options);
    require_prices_for(data, prices);
    std::vector<OptionalMetric> areas;
    for (int half = 0; half < options.halves; ++half) {
        const detail::HalfRows rows =
            detail::divide_rows(data, options.seed + static_cast<std::uint64_t>(half), options.train_rows);
        const std::vector<OperatingPoint> train = detail::models_alone(data, prices, rows.train);
        const std::vector<OperatingPoint> test = detail::models_alone(data, prices, rows.test);
        std::vector<OperatingPoint> reached;
        for (std::size_t model = 0; model < test.size(); ++model) {
            if (detail::is_on_hull(train, model)) reached.push_back(test[model]);
        }
        areas.push_back(curve_area(reached, test.front(), test.back()));
    }
    return mean_over_halves(areas);
}

AUTOMIX_INLINE std::vector<ComparedRouter> mean_over_logs(
    const std::vector<std::vector<ComparedRouter>>& logs) {
    std::vector<ComparedRouter> result = logs.front();
    for (std::size_t i = 0; i < result.size(); ++i) {
        const auto mean = [&](auto metric_of) {
            MeanMetric sum{0.0, 0.0, 0};
            for (const auto& routers : logs) {
                const MeanMetric log = metric_of(routers[i]);
                sum.mean = !sum.mean   ? sum.mean
                           : !log.mean ? log.mean
                                       : OptionalMetric(*sum.mean + *log.mean);
                sum.se = !sum.se ? sum.se : !log.se ? log.se : OptionalMetric(std::hypot(*sum.se, *log.se));
                sum.undefined += log.undefined;
            }
            const auto count = static_cast<double>(logs.size());
            if (sum.mean) sum.mean = *sum.mean / count;
            if (sum.se) sum.se = *sum.se / count;
            return sum;
        };
        ComparedRouter& router = result[i];
        for (const auto metric : detail::all_metrics<MeanMetric>)
            router.metrics.*metric = mean([&](const ComparedRouter& r) { return r.metrics.*metric; });
        for (const auto figure : all_field_figures<MeanMetric>) {
            router.metrics.figures.*figure =
                mean([&](const ComparedRouter& r) { return r.metrics.figures.*figure; });
        }
        router.area_difference = mean([](const ComparedRouter& r) { return r.area_difference; });
        router.excess_difference = mean([](const ComparedRouter& r) { return r.excess_difference; });
        router.refused = router.infeasible = 0;
        for (const auto& routers : logs) {
            router.refused += routers[i].refused;
            router.infeasible += routers[i].infeasible;
        }
    }
    return result;
}

}  // namespace automix
