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

#include <cstddef>
#include <cstdint>
#include <limits>
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
};

/// The collector of the resamples of one replay.
class Resampler {
 public:
    Resampler(const Replay& replay, const EndModels& ends) : rows_(as_size(replay.performance.size())) {
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            const auto row = static_cast<Index>(i);
            rows_[i] = {{replay.performance(row), replay.answer_cost(row) + replay.verification_cost(row)},
                        {ends.small_score(row), ends.small_cost(row)},
                        {ends.large_score(row), ends.large_cost(row)}};
        }
        has_lift_ = summarise(replay, ends).ibc_lift.defined();
    }

    /// Adds the resample that consists of these rows.
    void add(const std::vector<std::uint32_t>& drawn) {
        ResampledRow sum;
        for (const std::uint32_t row : drawn) sum += rows_[row];
        const auto mean = [&](const OperatingPoint& total) {
            const auto n = static_cast<double>(drawn.size());
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

    bool has_lift_ = false;  ///< on the rows themselves
    std::vector<ResampledRow> rows_;
    std::vector<double> performances_, costs_, lifts_;
};

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
    std::vector<detail::Resampler> resamplers;
    for (const Replay& replay : replays) resamplers.emplace_back(replay, ends);
    Random random(options.seed);
    std::vector<std::uint32_t> drawn(as_size(ends.small_score.size()));
    for (int resample = 0; resample < options.resamples; ++resample) {
        for (std::uint32_t& row : drawn) row = static_cast<std::uint32_t>(random.index(n));
        for (auto& resampler : resamplers) resampler.add(drawn);
    }
    std::vector<ConfidenceIntervals> all;
    for (const auto& resampler : resamplers) all.push_back(resampler.intervals(options.level));
    return all;
}

AUTOMIX_INLINE ConfidenceIntervals bootstrap(const Replay& replay, const EndModels& ends,
                                             const BootstrapOptions& options) {
    return bootstrap(std::vector{replay}, ends, options).front();
}

}  // namespace automix
