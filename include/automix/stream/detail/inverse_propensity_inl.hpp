// SPDX-License-Identifier: Apache-2.0
// Definitions of stream/inverse_propensity.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/stream/inverse_propensity.hpp>

#include <Eigen/Core>

#include <cmath>
#include <numbers>
#include <span>
#include <string>

namespace automix {

AUTOMIX_INLINE double normal_bound(double level) {
    if (!(level > 0.0 && level < 1.0))
        throw ArgumentError("level: expected a number between 0 and 1, found " + format_number(level));
    double low = 0.0;
    double high = 40.0;
    constexpr int halvings = 80;
    for (int i = 0; i < halvings; ++i) {
        const double middle = 0.5 * (low + high);
        (std::erfc(middle / std::numbers::sqrt2) > 1.0 - level ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

AUTOMIX_INLINE WeightedMean weighted_mean(const Eigen::ArrayXd& values, std::span<const double> weights,
                                          double level) {
    const Index rows = values.size();
    if (std::ssize(weights) != rows)
        throw ArgumentError("weights: expected one for each of " + std::to_string(rows) + " rows, found " +
                            std::to_string(weights.size()));
    if (rows < 2) throw ArgumentError("rows: expected at least 2, found " + std::to_string(rows));
    const double z = normal_bound(level);
    const Eigen::Map<const Eigen::ArrayXd> w(weights.data(), rows);
    const double sum = w.sum();
    const auto n = static_cast<double>(rows);
    WeightedMean estimate;
    estimate.mean = (w * values).sum() / sum;
    estimate.se = std::sqrt(n / (n - 1.0) * (w * (values - estimate.mean)).square().sum()) / sum;
    estimate.low = estimate.mean - z * estimate.se;
    estimate.high = estimate.mean + z * estimate.se;
    return estimate;
}

}  // namespace automix
