// SPDX-License-Identifier: Apache-2.0
// Estimates means over traffic from rows that were seen with known probabilities. With weights w, the inverses of these
// probabilities, the estimate is self-normalised (Swaminathan and Joachims 2015): its error does not grow with the sum of
// the weights, and it stays within the range of the values. Its variance is that of a ratio, by the delta method:
//     m = sum w x / sum w,   var(m) = n/(n-1) * sum w^2 (x - m)^2 / (sum w)^2
// The interval is normal. O(rows).
//     const automix::WeightedMean cost = automix::weighted_mean(costs, rows.weights);
#pragma once

#include <automix/core/numerics.hpp>

#include <Eigen/Core>

#include <span>

namespace automix {

/// A mean over traffic with its interval.
struct WeightedMean {
    double mean = 0.0;
    double se = 0.0;   ///< standard error
    double low = 0.0;  ///< ends of the interval
    double high = 0.0;
};

/// Returns the self-normalised mean of values, one a row, with weights above 0, and its interval of that level. Throws
/// `ArgumentError` for fewer than two rows, another number of weights, or a level outside (0, 1).
WeightedMean weighted_mean(const Eigen::ArrayXd& values, std::span<const double> weights,
                           double level = 0.95);

/// Returns the z at which a standard normal number is within -z and z with that probability.
double normal_bound(double level);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/stream/detail/inverse_propensity_inl.hpp>
#endif
