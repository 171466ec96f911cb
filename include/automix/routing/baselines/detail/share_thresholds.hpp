// SPDX-License-Identifier: Apache-2.0
// The thresholds that the baselines try: those below which a round share of the training rows lies.
// O(rows log rows).
#pragma once

#include <automix/core/numerics.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace automix::detail {

inline constexpr int threshold_steps = 20;
inline constexpr int baseline_folds = 10;  ///< of the rows, for scores of rows that were not fitted

/// Returns the thresholds below which 0, 5, ..., 100 % of the values lie, in ascending order; equal ones once. Requires a
/// value.
inline std::vector<double> share_thresholds(const Eigen::ArrayXd& values) {
    std::vector<double> sorted(values.begin(), values.end());
    std::sort(sorted.begin(), sorted.end());
    std::vector<double> thresholds;
    for (int step = 0; step < threshold_steps; ++step) {
        const auto below = sorted.size() * as_size(step) / as_size(threshold_steps);
        if (thresholds.empty() || sorted[below] > thresholds.back()) thresholds.push_back(sorted[below]);
    }
    thresholds.push_back(std::nextafter(sorted.back(), std::numeric_limits<double>::infinity()));
    return thresholds;
}

}  // namespace automix::detail
