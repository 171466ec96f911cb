// SPDX-License-Identifier: Apache-2.0
// This file calibrates held-out forecasts: a line in the forecast, for log odds or for logarithms of prices. The slope
// has a weak normal prior, and is then shrunk by the rule of James and Stein: an estimate t standard errors from 0 counts
// max(0, 1 - 1/t^2) of itself. So forecasts that tell
// nothing become the mean. O(rows).
#pragma once

#include <automix/core/numerics.hpp>

#include <Eigen/Core>

namespace automix::detail {

/// A calibrated forecast is offset + slope * forecast.
struct Calibration {
    double offset = 0.0;
    double slope = 0.0;  ///< at least 0
};

/// Returns the line for log odds. Scores are in [0, 1]. The mean counts one row right and one row wrong more.
Calibration calibrate_scores(const Eigen::ArrayXd& log_odds, const Eigen::ArrayXd& scores);

/// Returns the line for logarithms of prices, whose exponentials have the mean of the prices.
Calibration calibrate_prices(const Eigen::ArrayXd& forecasts, const Eigen::ArrayXd& log_prices,
                             double mean_price);

}  // namespace automix::detail

#ifndef AUTOMIX_COMPILED
#include <automix/context/detail/calibration_inl.hpp>
#endif
