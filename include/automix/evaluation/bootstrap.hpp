// SPDX-License-Identifier: Apache-2.0
// Computes percentile intervals by the bootstrap (Efron 1979). Rows are drawn again with replacement, for router and
// end models together, so that the intervals are paired. If there are
// 10,000 rows and many are alike in scores and costs, the number of times
// that each kind occurs is drawn, a multinomial number: O(kinds * resamples) time. Otherwise rows are drawn, equal ones
// for equal seeds: O(rows * resamples). Memory is O(rows + resamples), for one replay after the other.
#pragma once

#include <automix/core/random.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/metrics/ibc.hpp>

#include <cstdint>
#include <optional>
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
    /// Over the resamples that have a lift. Nothing if the rows themselves have none, or if more than 5 % of the
    /// resamples have none, as the others would be a selection.
    std::optional<Interval> ibc_lift{};
    int undefined_resamples = 0;  ///< resamples without a lift
};

/// Throws `ArgumentError` for fewer than one resample or a level outside (0, 1).
void validate(const BootstrapOptions& options);

/// Returns intervals for several replays of the same rows, from the same resamples. Throws `ArgumentError` for invalid
/// options, and `DataError` if there are no rows or more than 2^32 - 1.
std::vector<ConfidenceIntervals> bootstrap(const std::vector<Replay>& replays, const EndModels& ends,
                                           const BootstrapOptions& options = {});

/// Returns intervals for one replay. Throws as above.
ConfidenceIntervals bootstrap(const Replay& replay, const EndModels& ends,
                              const BootstrapOptions& options = {});

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/detail/bootstrap_inl.hpp>
#endif
