// SPDX-License-Identifier: Apache-2.0
// Percentile intervals by the bootstrap (Efron 1979): rows are drawn again with replacement, router and end models
// together, so that the intervals are paired; equal seeds draw equal rows, so routers are paired with one another too.
// O(rows * resamples) time, O(rows + resamples) memory.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/metrics/ibc.hpp>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace automix {

struct BootstrapOptions {
    double level = 0.95;
    int resamples = 1000;
    std::uint64_t seed = 0;
};

struct Interval {
    double low = 0.0;
    double high = 0.0;
};

struct ConfidenceIntervals {
    double level = 0.95;
    int resamples = 0;
    Interval performance{};
    Interval cost{};
    std::optional<Interval> ibc_lift{};  ///< over the resamples that have one; nothing where none has
    int undefined_resamples = 0;         ///< resamples without a lift
};

namespace detail {

/// What one row adds to the sums of a resample, in one cache line.
struct ResampledRow {
    Point method{}, small{}, large{};

    ResampledRow& operator+=(const ResampledRow& other) noexcept {
        for (const auto& [sum, term] : {std::pair{&method, &other.method}, std::pair{&small, &other.small},
                                        std::pair{&large, &other.large}}) {
            sum->performance += term->performance;
            sum->cost += term->cost;
        }
        return *this;
    }
};

inline Interval percentile_interval(const std::vector<double>& values, double level) {
    return {quantile(values, 0.5 * (1.0 - level)), quantile(values, 0.5 * (1.0 + level))};
}

}  // namespace detail

/// Intervals of a replay. Throws `ArgumentError` for fewer than one resample or a level outside (0, 1), and `DataError`
/// where there are no rows.
inline ConfidenceIntervals bootstrap(const Replay& replay, const EndModels& ends, const BootstrapOptions& options = {}) {
    if (options.resamples < 1) {
        throw ArgumentError("resamples: expected at least 1, found " + format_number(options.resamples));
    }
    if (!(options.level > 0.0 && options.level < 1.0)) throw ArgumentError("level: expected a number between 0 and 1");
    const Index n = replay.performance.size();
    if (n == 0) throw DataError("no rows to resample");
    std::vector<detail::ResampledRow> rows(static_cast<std::size_t>(n));
    for (Index row = 0; row < n; ++row) {
        rows[static_cast<std::size_t>(row)] = {
            {replay.performance(row), replay.answer_cost(row) + replay.verification_cost(row)},
            {ends.small_score(row), ends.small_cost(row)},
            {ends.large_score(row), ends.large_cost(row)}};
    }
    const auto mean = [n](const Point& sum) {
        return Point{sum.performance / static_cast<double>(n), sum.cost / static_cast<double>(n)};
    };

    Random random(options.seed);
    std::vector<double> performances;
    std::vector<double> costs;
    std::vector<double> lifts;
    for (int resample = 0; resample < options.resamples; ++resample) {
        detail::ResampledRow sum;
        for (Index i = 0; i < n; ++i) sum += rows[random.index(rows.size())];
        performances.push_back(mean(sum.method).performance);
        costs.push_back(mean(sum.method).cost);
        if (const Figure lift = ibc_lift(mean(sum.method), mean(sum.small), mean(sum.large))) lifts.push_back(*lift);
    }
    ConfidenceIntervals intervals;
    intervals.level = options.level;
    intervals.resamples = options.resamples;
    intervals.performance = detail::percentile_interval(performances, options.level);
    intervals.cost = detail::percentile_interval(costs, options.level);
    if (!lifts.empty()) intervals.ibc_lift = detail::percentile_interval(lifts, options.level);
    intervals.undefined_resamples = options.resamples - static_cast<int>(lifts.size());
    return intervals;
}

}  // namespace automix
