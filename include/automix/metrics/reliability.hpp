// SPDX-License-Identifier: Apache-2.0
// The reliability of forecasts of a score: the mean forecast against the mean score in equal bins of the forecast, the
// Brier score (Brier 1950), which is the mean of (forecast - score)^2, and the expected calibration error (Naeini et al.
// 2015; Guo et al. 2017), the mean over forecasts of |mean forecast - mean score| of their bin. O(1) a forecast.
#pragma once

#include <cstddef>
#include <vector>

namespace automix {

/// Forecasts that fall into one bin.
struct ReliabilityBin {
    double weight = 0.0;     ///< number of forecasts
    double predicted = 0.0;  ///< their mean
    double observed = 0.0;   ///< mean score
    double se = 0.0;         ///< standard error of the mean score; 0 for fewer than two forecasts
};

struct Reliability {
    double weight = 0.0;  ///< number of forecasts
    double predicted = 0.0;
    double observed = 0.0;
    double brier = 0.0;              ///< 0 is best; always saying the mean score m gives at most m (1 - m)
    double calibration_error = 0.0;  ///< 0 is best
    std::vector<ReliabilityBin> bins{};  ///< without empty ones, ascending in the forecast
};

/// Sums up forecasts one by one.
class ReliabilitySum {
 public:
    /// Throws `ArgumentError` for less than one bin.
    explicit ReliabilitySum(int bins = 10);

    /// Adds a forecast of a score, both in [0, 1]. Forecasts outside, by rounding, count for the end bins.
    void add(double predicted, double observed, double weight = 1.0);

    /// Returns the figures of all forecasts so far; zeros if there are none.
    [[nodiscard]] Reliability result() const;

 private:
    struct Sums {
        double weight = 0.0, predicted = 0.0, observed = 0.0, observed_squares = 0.0;
    };
    std::vector<Sums> bins_;
    double squares_ = 0.0;  ///< of forecast less score
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/metrics/detail/reliability_inl.hpp>
#endif
