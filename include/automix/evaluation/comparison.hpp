// SPDX-License-Identifier: Apache-2.0
// Compares routers on a log. Trains them on random halves of its rows and tests them on the other halves. So each
// metric has a standard error over halves, and differences between routers are paired by half. Halves follow a seeded
// hash of the id. Prices are settled over the whole log. O(halves * routers * (training + policies of a curve *
// replay)).
#pragma once

#include <automix/context/query_forecast.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/baselines.hpp>
#include <automix/evaluation/field_figures.hpp>
#include <automix/evaluation/frontier.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/metrics/curve_area.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/router.hpp>
#include <automix/routing/training.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace automix {

struct ComparisonOptions {
    int halves = 20;         ///< number of divisions, with the seeds `seed`, `seed + 1`, ...
    Index train_rows = 0;    ///< rows kept of each training half, those with the lowest hashes; 0: all
    std::uint64_t seed = 0;  ///< seed of the first division
    bool oracle = false;     ///< add the oracle, which knows all scores, behind the routers
};

/// An untrained router by name, and the models of the log that it may use. Of a router with variants, such as other
/// numbers of draws, each half uses the one with the largest area on its training rows.
template <router_with_curve Router>
struct Contender {
    std::string name{};
    Router router;
    std::vector<Index> models{};  ///< ascending; empty: all
    std::vector<Router> variants{};
    /// Trains the router on a half and returns its policies for all prices of quality; empty: `train_with_curve`.
    std::function<CurveTraining<Router>(Router&, const TrainingData&)> train{};
};

/// The mean of a metric over halves.
struct MeanMetric {
    OptionalMetric mean = OptionalMetric::undefined("no halves");
    OptionalMetric se =
        OptionalMetric::undefined("fewer than two halves");  ///< standard deviation / sqrt(halves)
    int undefined = 0;  ///< number of halves without the metric, which are left out
};

/// The metrics of a router on one half, or, as `MeanMetric`, over all halves. The area covers all prices of
/// quality; the other metrics belong to the router's objective.
template <class Value>
struct ComparedMetrics {
    Value lift{};           ///< ratio; 0 after a fallback or if nothing is feasible
    Value area{};           ///< per cent, see `curve_area`
    Value excess{};         ///< per cent; 0 after a fallback or if nothing is feasible
    Value gap_recovered{};  ///< ratio
    Value performance{};    ///< mean score
    Value quality{};        ///< performance as a share of the last model's
    Value cost{};           ///< mean cost per query
    Value draws{};
    Value rounds{};
    Value later_start{};            ///< share of queries that begin at a model beyond the first
    FieldFigures<Value> figures{};  ///< of the policies for all prices of quality
};

struct ComparedRouter {
    std::string name{};
    std::vector<std::string> models{};
    int refused = 0;  ///< number of halves with a fallback: the guard did not pass, or there is no base slope
    int infeasible = 0;  ///< number of halves on which nothing was feasible
    ComparedMetrics<MeanMetric> metrics{};
    MeanMetric area_difference{};    ///< area minus that of the first router, paired by half
    MeanMetric excess_difference{};  ///< excess minus that of the first router, paired by half
};

/// A progress callback that does nothing.
struct NoProgress {
    void operator()(int, int) const noexcept {}
};

/// Throws `ArgumentError` for less than one half, or a negative number of rows.
void validate(const ComparisonOptions& options);

/// Returns mean and standard error over the halves that have the metric. The mean is undefined if none has it, and the
/// standard error if fewer than two have it.
MeanMetric mean_over_halves(const std::vector<OptionalMetric>& halves);

namespace detail {

using HalfMetrics = ComparedMetrics<OptionalMetric>;

template <class Value>
inline constexpr std::array<Value ComparedMetrics<Value>::*, 10> all_metrics = {
    &ComparedMetrics<Value>::lift,        &ComparedMetrics<Value>::area,
    &ComparedMetrics<Value>::excess,      &ComparedMetrics<Value>::gap_recovered,
    &ComparedMetrics<Value>::performance, &ComparedMetrics<Value>::quality,
    &ComparedMetrics<Value>::cost,        &ComparedMetrics<Value>::draws,
    &ComparedMetrics<Value>::rounds,      &ComparedMetrics<Value>::later_start};

/// The training and the test half of a log.
struct HalfRows {
    std::vector<Index> train{};
    std::vector<Index> test{};
};

/// Divides the rows by the hash of their ids, uniform in [0, 1). Rows below one half train, or the `train_rows` lowest
/// of them if that is not 0. Throws `DataError` if a half has no rows.
HalfRows divide_rows(const Dataset& data, std::uint64_t seed, Index train_rows);

/// Returns the share of a log's queries that begin at a model beyond the first.
template <router Router>
double later_start(const Router& policy, const Dataset& data) {
    std::vector<UniformInterval> intervals;
    if constexpr (randomised_router<Router>) intervals = uniform_intervals(policy.breakpoints());
    if (intervals.empty()) intervals.push_back({0.5, 1.0});
    Evidence evidence(data.models());
    double later = 0.0;
    for (Index row = 0; row < data.rows(); ++row) {
        const std::optional<QueryForecast> forecast = forecast_of(policy, data.facts(row));
        for (const auto& [inside, length] : intervals) {
            evidence.reset(inside);
            evidence.forecast = forecast;
            const Action first = policy.next(evidence);
            if (first.kind == ActionKind::route && first.model > 0) later += length;
        }
        if (!forecast) return later;  // so begin all queries
    }
    return later / static_cast<double>(data.rows());
}

/// Returns the metrics of a half without a policy.
HalfMetrics no_metrics();

/// Returns a policy of a curve.
inline CurvePoint curve_point(const Report& report) { return {report.point(), report.routed}; }

/// Returns the area of a curve.
OptionalMetric area_of(const std::vector<CurvePoint>& curve, const EndModels& ends);

/// Adds the metrics of a curve to those of a half.
void add_curve(const std::vector<CurvePoint>& curve, const EndModels& ends, bool two_models,
               HalfMetrics& half);

/// Adds the metrics of one policy to those of a half, but for `later_start`.
void add_report(const Report& report, const EndModels& ends, HalfMetrics& half);

/// Returns the metrics of the oracle on the test rows. Its policy is that for the base slope of these rows.
HalfMetrics oracle_metrics(const Dataset& test, const PriceTable& prices, const EndModels& ends);

/// A test of a router: it is trained on one half of its models' columns and tested on the other half.
template <class Router>
class HalfTest {
 public:
    HalfTest(const Dataset& data, const PriceTable& prices, const HalfRows& rows,
             const std::vector<Index>& models)
        : two_models_(data.models() == 2),
          train_(data.select(rows.train, models)),
          test_(data.select(rows.test, models)),
          train_prices_(prices.select_models(models).select_rows(rows.train)),
          test_prices_(prices.select_models(models).select_rows(rows.test)) {}

    /// Returns the metrics on the test rows, measured against `ends`, and counts fallbacks.
    HalfMetrics run(const Contender<Router>& contender, const EndModels& ends, std::uint64_t seed,
                    ComparedRouter& counts) const {
        HalfMetrics half = no_metrics();
        Router router = choose_variant(contender, seed);
        const TrainingData half_rows{train_, train_prices_};
        auto [training, curve] =
            contender.train ? contender.train(router, half_rows) : train_with_curve(router, half_rows);
        add_curve(points_of(curve, test_, test_prices_, ends, seed), ends, two_models_, half);
        const bool refused = training.guard && !training.guard->passed && !training.reason.empty();
        counts.refused += refused ? 1 : 0;
        counts.infeasible += training.feasible ? 0 : 1;
        if (training.feasible) {
            add_report(summarise(replay(router, test_, test_prices_, seed), ends), ends, half);
            half.later_start = later_start(router, test_);
        }
        if (refused || !training.feasible) half.lift = half.excess = 0.0;
        return half;
    }

 private:
    /// Returns the points of a curve of policies on some rows.
    static std::vector<CurvePoint> points_of(const std::vector<Router>& curve, const Dataset& data,
                                             const PriceTable& prices, const EndModels& ends,
                                             std::uint64_t seed) {
        std::vector<CurvePoint> points;
        for (const Router& policy : curve)
            points.push_back(curve_point(summarise(replay(policy, data, prices, seed), ends)));
        return points;
    }

    OptionalMetric train_area(const Router& router, const EndModels& ends, std::uint64_t seed) const {
        return area_of(points_of(router.curve({train_, train_prices_}), train_, train_prices_, ends, seed),
                       ends);
    }

    Router choose_variant(const Contender<Router>& contender, std::uint64_t seed) const {
        if (contender.variants.empty()) return contender.router;
        const EndModels ends = end_models(train_, train_prices_);
        const Router* best = &contender.router;
        OptionalMetric largest = train_area(*best, ends, seed);
        for (const Router& variant : contender.variants) {
            const OptionalMetric area = train_area(variant, ends, seed);
            if (!area || (largest && *area <= *largest)) continue;
            largest = area;
            best = &variant;
        }
        return *best;
    }

    bool two_models_;
    Dataset train_;
    Dataset test_;
    PriceTable train_prices_;
    PriceTable test_prices_;
};

/// Returns mean and standard error of a metric less that of `others`, paired by half.
MeanMetric mean_difference(const std::vector<HalfMetrics>& halves, const std::vector<HalfMetrics>& others,
                           OptionalMetric HalfMetrics::*metric);

/// Returns mean and standard error of each metric.
ComparedMetrics<MeanMetric> mean_metrics(const std::vector<HalfMetrics>& halves);

}  // namespace detail

/// Compares routers on a log with its settled prices. Metrics are measured against the first and the last model of
/// `data`, whatever models a router uses. Calls `progress(done, halves)` after each half. Throws errors of routers
/// and replays, `DataError` for a half without rows, and `ArgumentError` for invalid options or prices.
template <router_with_curve Router, class Progress = NoProgress>
std::vector<ComparedRouter> compare_routers(const Dataset& data, const PriceTable& prices,
                                            const std::vector<Contender<Router>>& contenders,
                                            const ComparisonOptions& options = {}, Progress progress = {}) {
    validate(options);
    require_prices_for(data, prices);
    std::vector<Index> all;
    for (Index model = 0; model < data.models(); ++model) all.push_back(model);
    std::vector<ComparedRouter> results;
    for (const Contender<Router>& contender : contenders) {
        ComparedRouter& result = results.emplace_back();
        result.name = contender.name;
        for (const Index model : contender.models.empty() ? all : contender.models)
            result.models.push_back(data.model_names()[as_size(model)]);
    }
    if (options.oracle) {
        results.emplace_back().name = "oracle";
        results.back().models = data.model_names();
    }
    std::vector<std::vector<detail::HalfMetrics>> half_metrics(results.size());
    for (int half = 0; half < options.halves; ++half) {
        const std::uint64_t seed = options.seed + static_cast<std::uint64_t>(half);
        const detail::HalfRows rows = detail::divide_rows(data, seed, options.train_rows);
        const Dataset tested = data.select_rows(rows.test);
        const PriceTable paid = prices.select_rows(rows.test);
        const EndModels ends = end_models(tested, paid);
        for (std::size_t i = 0; i < contenders.size(); ++i) {
            const auto& models = contenders[i].models;
            const detail::HalfTest<Router> test(data, prices, rows, models.empty() ? all : models);
            half_metrics[i].push_back(test.run(contenders[i], ends, options.seed, results[i]));
        }
        if (options.oracle) half_metrics.back().push_back(detail::oracle_metrics(tested, paid, ends));
        progress(half + 1, options.halves);
    }
    for (std::size_t i = 0; i < results.size(); ++i) {
        results[i].metrics = detail::mean_metrics(half_metrics[i]);
        results[i].area_difference =
            detail::mean_difference(half_metrics[i], half_metrics.front(), &detail::HalfMetrics::area);
        results[i].excess_difference =
            detail::mean_difference(half_metrics[i], half_metrics.front(), &detail::HalfMetrics::excess);
    }
    return results;
}

/// Returns the area of the hull of the models alone, which mixing them at random reaches without a router, on the test
/// rows of the same halves. The training rows say which models are on the hull. Throws as `compare_routers`.
MeanMetric static_mixing_area(const Dataset& data, const PriceTable& prices,
                              const ComparisonOptions& options = {});

/// Returns the mean over several logs of the same routers, in the same order. Averages the means, combines the standard
/// errors as those of independent logs, and adds the numbers of halves. A metric is undefined if a log lacks it.
/// Requires at least one log.
std::vector<ComparedRouter> mean_over_logs(const std::vector<std::vector<ComparedRouter>>& logs);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/detail/comparison_inl.hpp>
#endif
