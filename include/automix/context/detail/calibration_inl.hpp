// SPDX-License-Identifier: Apache-2.0
// Definitions of context/detail/calibration.hpp.
#pragma once

#include <automix/context/detail/calibration.hpp>
#include <automix/core/config.hpp>
#include <automix/core/numerics.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>

namespace automix::detail {

/// Returns a slope times max(0, 1 - 1/t^2), t being the slope over its standard error, and 0 for one below 0.
inline double shrunk_slope(double slope, double variance) noexcept {
    if (!(slope > 0.0)) return 0.0;
    return std::max(0.0, slope - variance / slope);
}

/// The sums of a step of Newton's method for a line at `z - center`.
struct LineStep {
    double offset = 0.0;  ///< gradient
    double slope = 0.0;   ///< gradient
    double weight = 0.0;  ///< second derivatives
    double cross = 0.0;
    double square = 0.0;
};

inline LineStep logistic_step(const Eigen::ArrayXd& z, double center, const Eigen::ArrayXd& scores,
                              double offset, double slope) {
    const auto chance = [](double f) { return 1.0 / (1.0 + std::exp(-f)); };
    LineStep step;
    // One row right and one row wrong, at the center.
    const double middle = chance(offset);
    step.offset = 2.0 * middle - 1.0;
    step.weight = 2.0 * middle * (1.0 - middle);
    for (Index r = 0; r < z.size(); ++r) {
        const double x = z(r) - center;
        const double p = chance(offset + slope * x);
        const double w = p * (1.0 - p);
        step.offset += p - scores(r);
        step.slope += (p - scores(r)) * x;
        step.weight += w;
        step.cross += w * x;
        step.square += w * x * x;
    }
    return step;
}

AUTOMIX_INLINE Calibration calibrate_scores(const Eigen::ArrayXd& log_odds, const Eigen::ArrayXd& scores) {
    const auto rows = static_cast<double>(scores.size());
    const double mean = (scores.sum() + 1.0) / (rows + 2.0);
    const double base = std::log(mean / (1.0 - mean));
    const double center = scores.size() > 0 ? log_odds.mean() : 0.0;
    const double spread = scores.size() > 0 ? (log_odds - center).square().mean() : 0.0;
    if (!(spread > 1e-18)) return {base, 0.0};
    double offset = base;
    double slope = 0.0;
    double variance = 0.0;
    for (int i = 0; i < 50; ++i) {
        const LineStep step = logistic_step(log_odds, center, scores, offset, slope);
        // The prior of the slope is normal, of deviation 1.
        const double gradient = step.slope + slope;
        const double square = step.square + 1.0;
        const double determinant = step.weight * square - step.cross * step.cross;
        variance = step.weight / determinant;
        // Far steps are cut, so that separated classes do not overshoot.
        const double limit = 2.0 / std::sqrt(spread);
        const double move =
            std::clamp((step.cross * step.offset - step.weight * gradient) / determinant, -limit, limit);
        slope += move;
        offset -= (step.offset + step.cross * move) / step.weight;
        if (std::abs(move) * std::sqrt(spread) < 1e-12) break;
    }
    // Fractional scores vary less than the binomial of the curvature, by this factor.
    double found = 0.0;
    double expected = 0.0;
    for (Index r = 0; r < scores.size(); ++r) {
        const double p = 1.0 / (1.0 + std::exp(-(offset + slope * (log_odds(r) - center))));
        found += (scores(r) - p) * (scores(r) - p);
        expected += p * (1.0 - p);
    }
    if (expected > 0.0) variance *= found / expected;
    slope = shrunk_slope(slope, variance);
    if (slope == 0.0) return {base, 0.0};
    offset = base;
    for (int i = 0; i < 50; ++i) {
        const LineStep step = logistic_step(log_odds, center, scores, offset, slope);
        const double move = std::clamp(step.offset / step.weight, -2.0, 2.0);
        offset -= move;
        if (std::abs(move) < 1e-13) break;
    }
    return {offset - slope * center, slope};
}

AUTOMIX_INLINE Calibration calibrate_prices(const Eigen::ArrayXd& forecasts, const Eigen::ArrayXd& log_prices,
                                            double mean_price) {
    Calibration line{std::log(mean_price), 0.0};
    const Index rows = forecasts.size();
    if (rows < 3) return line;
    const double center = forecasts.mean();
    const double square = (forecasts - center).square().sum();
    const double middle = log_prices.mean();
    if (!(square > 1e-18 * static_cast<double>(rows))) return line;
    const double slope = ((forecasts - center) * (log_prices - middle)).sum() / square;
    const double rest = (log_prices - middle - slope * (forecasts - center)).square().sum();
    line.slope = shrunk_slope(slope, rest / static_cast<double>(rows - 2) / square);
    if (line.slope == 0.0) return line;
    // The mean of exponentials is taken about their largest.
    const Eigen::ArrayXd logs = line.slope * forecasts;
    const double largest = logs.maxCoeff();
    line.offset -= largest + std::log((logs - largest).exp().mean());
    return line;
}

}  // namespace automix::detail
