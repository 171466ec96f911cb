// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/bootstrap.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/evaluation/bootstrap.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/metrics/ibc.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <tuple>
#include <vector>

namespace automix::detail {

/// The terms of one row in the sums of a resample, in one cache line.
struct ResampledRow {
    OperatingPoint method{}, small{}, large{};

    ResampledRow& operator+=(const ResampledRow& other) noexcept {
        const auto add = [](OperatingPoint& sum, const OperatingPoint& term) {
            sum.performance += term.performance;
            sum.cost += term.cost;
        };
        add(method, other.method);
        add(small, other.small);
        add(large, other.large);
        return *this;
    }

    friend ResampledRow operator*(double factor, const ResampledRow& row) noexcept {
        const auto times = [factor](const OperatingPoint& term) {
            return OperatingPoint{factor * term.performance, factor * term.cost};
        };
        return {times(row.method), times(row.small), times(row.large)};
    }
};

/// The results of resamples of one replay.
class Resamples {
 public:
    /// `has_lift` says whether the rows themselves have a lift.
    explicit Resamples(bool has_lift) : has_lift_(has_lift) {}

    /// Adds the resample of `n` rows with these sums.
    void add(const ResampledRow& sum, double n) {
        const auto mean = [n](const OperatingPoint& total) {
            return OperatingPoint{total.performance / n, total.cost / n};
        };
        performances_.push_back(mean(sum.method).performance);
        costs_.push_back(mean(sum.method).cost);
        const OptionalMetric lift = ibc_lift(mean(sum.method), mean(sum.small), mean(sum.large));
        if (lift) lifts_.push_back(*lift);
    }

    [[nodiscard]] ConfidenceIntervals intervals(double level) const {
        const auto percentiles = [level](const std::vector<double>& values) {
            return Interval{quantile(values, 0.5 * (1.0 - level)), quantile(values, 0.5 * (1.0 + level))};
        };
        ConfidenceIntervals intervals;
        intervals.level = level;
        intervals.resamples = static_cast<int>(costs_.size());
        intervals.performance = percentiles(performances_);
        intervals.cost = percentiles(costs_);
        intervals.undefined_resamples = static_cast<int>(costs_.size() - lifts_.size());
        if (has_lift_ && intervals.undefined_resamples <= max_undefined_share * intervals.resamples)
            intervals.ibc_lift = percentiles(lifts_);
        return intervals;
    }

 private:
    static constexpr double max_undefined_share = 0.05;

    bool has_lift_;
    std::vector<double> performances_, costs_, lifts_;
};

inline ResampledRow resampled_row(const Replay& replay, const EndModels& ends, Index row) {
    return {{replay.performance(row), replay.answer_cost(row) + replay.verification_cost(row)},
            {ends.small_score(row), ends.small_cost(row)},
            {ends.large_score(row), ends.large_cost(row)}};
}

/// The rows of a replay as numbers of cells: rows with equal terms are one cell.
struct ResampledCells {
    std::vector<ResampledRow> cells{};
    std::vector<std::uint32_t> rows{};  ///< number of rows of each cell
};

/// Returns the cells of a replay, sorted by their terms.
inline ResampledCells resampled_cells(const Replay& replay, const EndModels& ends) {
    std::vector<ResampledRow> all;
    all.reserve(as_size(replay.performance.size()));
    for (Index row = 0; row < replay.performance.size(); ++row)
        all.push_back(resampled_row(replay, ends, row));
    const auto terms = [](const ResampledRow& row) {
        return std::tuple(row.small.performance, row.small.cost, row.large.performance, row.large.cost,
                          row.method.performance, row.method.cost);
    };
    std::sort(all.begin(), all.end(),
              [&](const ResampledRow& one, const ResampledRow& other) { return terms(one) < terms(other); });
    ResampledCells cells;
    for (const ResampledRow& row : all) {
        if (cells.cells.empty() || terms(cells.cells.back()) != terms(row)) {
            cells.cells.push_back(row);
            cells.rows.push_back(0);
        }
        ++cells.rows.back();
    }
    return cells;
}

/// Numbers of rows, and of rows a cell, from which on cells are resampled.
inline constexpr std::uint64_t min_rows_in_cells = 10'000;
inline constexpr std::uint64_t min_rows_a_cell = 4;

/// Returns the intervals of one replay. Draws how often each cell occurs: a multinomial number, by one binomial number
/// for each cell given those before. Every replay takes the numbers of the same seed.
inline ConfidenceIntervals resample_cells(const ResampledCells& cells, bool has_lift,
                                          const BootstrapOptions& options) {
    std::uint64_t rows = 0;
    for (const std::uint32_t count : cells.rows) rows += count;
    Random random(options.seed);
    Resamples resamples(has_lift);
    for (int resample = 0; resample < options.resamples; ++resample) {
        ResampledRow sum;
        std::uint64_t left = rows;       // draws that are not placed yet
        std::uint64_t rows_left = rows;  // rows of the cells to come
        for (std::size_t i = 0; i < cells.cells.size() && left > 0; ++i) {
            const std::uint64_t drawn =
                random.binomial(left, static_cast<double>(cells.rows[i]) / static_cast<double>(rows_left));
            sum += static_cast<double>(drawn) * cells.cells[i];
            left -= drawn;
            rows_left -= cells.rows[i];
        }
        resamples.add(sum, static_cast<double>(rows));
    }
    return resamples.intervals(options.level);
}

/// Returns the intervals of one replay, from resamples of its rows. Equal seeds draw equal rows.
inline ConfidenceIntervals resample_rows(const Replay& replay, const EndModels& ends, bool has_lift,
                                         const BootstrapOptions& options) {
    std::vector<ResampledRow> rows;
    rows.reserve(as_size(replay.performance.size()));
    for (Index row = 0; row < replay.performance.size(); ++row)
        rows.push_back(resampled_row(replay, ends, row));
    Random random(options.seed);
    Resamples resamples(has_lift);
    for (int resample = 0; resample < options.resamples; ++resample) {
        ResampledRow sum;
        for (std::size_t i = 0; i < rows.size(); ++i) sum += rows[random.index(rows.size())];
        resamples.add(sum, static_cast<double>(rows.size()));
    }
    return resamples.intervals(options.level);
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE void validate(const BootstrapOptions& options) {
    if (options.resamples < 1) {
        throw ArgumentError("resamples: expected at least 1, found " + format_number(options.resamples));
    }
    if (!(options.level > 0.0 && options.level < 1.0))
        throw ArgumentError("level: expected a number between 0 and 1");
}

AUTOMIX_INLINE std::vector<ConfidenceIntervals> bootstrap(const std::vector<Replay>& replays,
                                                          const EndModels& ends,
                                                          const BootstrapOptions& options) {
    validate(options);
    const auto n = static_cast<std::uint64_t>(ends.small_score.size());
    if (n == 0) throw DataError("no rows to resample");
    if (n > std::numeric_limits<std::uint32_t>::max()) throw DataError("too many rows to resample");
    std::vector<ConfidenceIntervals> all;
    for (const Replay& replay : replays) {
        const bool has_lift = summarise(replay, ends).ibc_lift.defined();
        if (n >= detail::min_rows_in_cells) {
            const detail::ResampledCells cells = detail::resampled_cells(replay, ends);
            if (detail::min_rows_a_cell * cells.cells.size() <= n) {
                all.push_back(detail::resample_cells(cells, has_lift, options));
                continue;
            }
        }
        all.push_back(detail::resample_rows(replay, ends, has_lift, options));
    }
    return all;
}

AUTOMIX_INLINE ConfidenceIntervals bootstrap(const Replay& replay, const EndModels& ends,
                                             const BootstrapOptions& options) {
    return bootstrap(std::vector{replay}, ends, options).front();
}

}  // namespace automix
