// SPDX-License-Identifier: Apache-2.0
// Percentile intervals by the bootstrap (Efron 1979): rows are drawn again with replacement, router and end models
// together, so that the intervals are paired; equal seeds draw equal rows, so routers are paired with one another too.
// O(rows * resamples) time a replay, O(rows + resamples) memory each; the random numbers are drawn once for all.
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
    std::optional<Interval> ibc_lift{};  ///< over the resamples that have one; nothing where none has
    int undefined_resamples = 0;         ///< resamples without a lift
};

/// Throws `ArgumentError` for fewer than one resample or a level outside (0, 1).
void validate(const BootstrapOptions& options);

/// Intervals of several replays of the same rows, from the same resamples. Throws `ArgumentError` for options that make no
/// sense, and `DataError` where there are no rows or more than 2^32 - 1.
std::vector<ConfidenceIntervals> bootstrap(const std::vector<Replay>& replays, const EndModels& ends,
                                           const BootstrapOptions& options = {});

/// Intervals of one replay; throws as above.
ConfidenceIntervals bootstrap(const Replay& replay, const EndModels& ends,
                              const BootstrapOptions& options = {});

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/detail/bootstrap_inl.hpp>
#endif
