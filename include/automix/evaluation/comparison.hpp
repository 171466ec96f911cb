// SPDX-License-Identifier: Apache-2.0
// Routers compared on one log: trained on random halves of its rows and tested on the others, so that figures come with a
// standard error and differences between routers are paired. Halves are by a seeded hash of the id. Prices are settled over
// the whole log. O(halves * routers * (training + policies of a curve * replay)).
#pragma once

#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
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
#include <string>
#include <vector>

namespace automix {

struct ComparisonOptions {
    int halves = 20;         ///< seeds `seed`, `seed + 1`, ...
    Index train_rows = 0;    ///< keep that many rows of each training half, those of the lowest hash; 0: all
    std::uint64_t seed = 0;  ///< of the halves
};

/// An untrained router under the name that reports give it, and the models of the log that it may use.
template <router_with_curve Router>
struct Contender {
    std::string name{};
    Router router;
    std::vector<Index> models{};  ///< ascending; none: all
};

/// A figure over halves.
struct MeanMetric {
    OptionalMetric mean = OptionalMetric::undefined("no halves");
    OptionalMetric se =
        OptionalMetric::undefined("fewer than two halves");  ///< standard deviation / sqrt(halves)
    int undefined = 0;  ///< halves that have no such figure and are left out
};

/// What is found of a router on one half, or, as `MeanMetric`, over all of them. Lift, excess and what they rest on are at
/// the router's objective, the area is over all prices of quality.
template <class Value>
struct ComparedMetrics {
    Value lift{};           ///< ratio; 0 where the guard refuses or nothing is feasible
    Value area{};           ///< per cent, as `curve_area` has it
    Value excess{};         ///< per cent; 0 where the guard refuses or nothing is feasible
    Value gap_recovered{};  ///< ratio
    Value performance{};    ///< mean score
    Value quality{};        ///< performance as a share of the last model's
    Value cost{};           ///< mean cost per query
    Value draws{};
    Value rounds{};
    Value later_start{};  ///< share of queries that begin at a model beyond the first
};

struct ComparedRouter {
    std::string name{};
    std::vector<std::string> models{};
    int refused = 0;  ///< halves where the router fell back: the guard refused, or no larger model was better
    int infeasible = 0;  ///< halves where nothing was feasible
    ComparedMetrics<MeanMetric> figures{};
    MeanMetric area_difference{};    ///< to the first router, paired by half
    MeanMetric excess_difference{};  ///< the same
};

/// Does nothing with the progress of a comparison.
struct NoProgress {
    void operator()(int, int) const noexcept {}
};

/// Throws `ArgumentError` for options that make no sense.
void validate(const ComparisonOptions& options);

/// Mean and standard error over the halves that have the figure.
MeanMetric mean_over_halves(const std::vector<OptionalMetric>& halves);

namespace detail {

using HalfFigures = ComparedMetrics<OptionalMetric>;

template <class Value>
inline constexpr std::array<Value ComparedMetrics<Value>::*, 10> all_figures = {
    &ComparedMetrics<Value>::lift,        &ComparedMetrics<Value>::area,
    &ComparedMetrics<Value>::excess,      &ComparedMetrics<Value>::gap_recovered,
    &ComparedMetrics<Value>::performance, &ComparedMetrics<Value>::quality,
    &ComparedMetrics<Value>::cost,        &ComparedMetrics<Value>::draws,
    &ComparedMetrics<Value>::rounds,      &ComparedMetrics<Value>::later_start};

/// One way to divide a log.
struct HalfRows {
    std::vector<Index> train{};
    std::vector<Index> test{};
};

/// Rows whose hash is below one half train, or those of the lowest hash among them.
HalfRows divide_rows(const Dataset& data, std::uint64_t seed, Index train_rows);

PriceTable select_models(const PriceTable& prices, const std::vector<Index>& models);

/// Share of queries that the router sends to a model beyond the first at once.
template <router Router>
double later_start(const Router& policy, Index models) {
    std::vector<UniformInterval> intervals;
    if constexpr (randomised_router<Router>) intervals = uniform_intervals(policy.breakpoints());
    if (intervals.empty()) intervals.push_back({0.5, 1.0});
    Evidence evidence(static_cast<std::size_t>(models));
    double share = 0.0;
    for (const auto& [inside, length] : intervals) {
        evidence.reset(inside);
        const Action first = policy.next(evidence);
        if (first.kind == ActionKind::route && first.model > 0) share += length;
    }
    return share;
}

/// A router trained on one half of its models' columns and tested on the other.
template <class Router>
class HalfTest {
 public:
    HalfTest(const Dataset& data, const PriceTable& prices, const HalfRows& rows,
             const std::vector<Index>& models)
        : train_(data.select(rows.train, models)),
          test_(data.select(rows.test, models)),
          train_prices_(select_models(prices, models).select_rows(rows.train)),
          test_prices_(select_models(prices, models).select_rows(rows.test)) {}

    /// `ends` are the models that figures are measured against, on the test rows.
    HalfFigures run(Router router, const EndModels& ends, std::uint64_t seed, ComparedRouter& counts) const {
        HalfFigures half{none, none, none, none, none, none, none, none, none, none};
        std::vector<OperatingPoint> curve;
        for (const Router& policy : router.curve({train_, train_prices_}))
            curve.push_back(summarise(replay(policy, test_, test_prices_, seed), ends).point());
        half.area = curve_area(curve, ends.small(), ends.large());

        const TrainingResult training = router.train({train_, train_prices_});
        const bool refused = training.guard && !training.guard->passed && !training.reason.empty();
        counts.refused += refused ? 1 : 0;
        counts.infeasible += training.feasible ? 0 : 1;
        if (training.feasible) {
            const Report report = summarise(replay(router, test_, test_prices_, seed), ends);
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
            half.later_start = later_start(router, test_.models());
        }
        if (refused || !training.feasible) half.lift = half.excess = 0.0;
        return half;
    }

 private:
    inline static const OptionalMetric none = OptionalMetric::undefined("no policy");

    Dataset train_;
    Dataset test_;
    PriceTable train_prices_;
    PriceTable test_prices_;
};

MeanMetric mean_difference(const std::vector<HalfFigures>& halves, const std::vector<HalfFigures>& others,
                           OptionalMetric HalfFigures::*figure);

ComparedMetrics<MeanMetric> mean_figures(const std::vector<HalfFigures>& halves);

}  // namespace detail

/// Compares routers on a log with its settled prices. Figures are measured against the first and the last model of `data`,
/// whatever models a router uses. `progress(done, halves)` is called after each half. Throws what routers and replays throw,
/// `DataError` for a half without rows, and `ArgumentError` for options or prices that make no sense.
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
            result.models.push_back(data.model_names()[static_cast<std::size_t>(model)]);
    }
    std::vector<std::vector<detail::HalfFigures>> figures(contenders.size());
    for (int half = 0; half < options.halves; ++half) {
        const std::uint64_t seed = options.seed + static_cast<std::uint64_t>(half);
        const detail::HalfRows rows = detail::divide_rows(data, seed, options.train_rows);
        const EndModels ends = end_models(data.select_rows(rows.test), prices.select_rows(rows.test));
        for (std::size_t i = 0; i < contenders.size(); ++i) {
            const auto& models = contenders[i].models;
            const detail::HalfTest<Router> test(data, prices, rows, models.empty() ? all : models);
            figures[i].push_back(test.run(contenders[i].router, ends, options.seed, results[i]));
        }
        progress(half + 1, options.halves);
    }
    for (std::size_t i = 0; i < results.size(); ++i) {
        results[i].figures = detail::mean_figures(figures[i]);
        results[i].area_difference =
            detail::mean_difference(figures[i], figures.front(), &detail::HalfFigures::area);
        results[i].excess_difference =
            detail::mean_difference(figures[i], figures.front(), &detail::HalfFigures::excess);
    }
    return results;
}

/// The mean over several logs of what the same routers came to on each, in the same order: means are averaged, standard
/// errors as those of independent figures, counts are added. Figures that one log lacks are undefined.
std::vector<ComparedRouter> mean_over_logs(const std::vector<std::vector<ComparedRouter>>& logs);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/detail/comparison_inl.hpp>
#endif
