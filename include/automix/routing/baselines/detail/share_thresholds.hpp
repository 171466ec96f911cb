// SPDX-License-Identifier: Apache-2.0
// The thresholds that the baselines try: those below which a round share of the training rows lies.
// O(rows log rows).
#pragma once

#include <automix/core/numerics.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <vector>

namespace automix::detail {

inline constexpr int threshold_steps = 20;
inline constexpr int baseline_folds = 10;  ///< of the rows, for scores of rows that were not fitted

/// Returns the thresholds below which 5, 10, ..., 95 % of the values lie, in ascending order and equal ones once, with 0
/// before and 1 behind them. Requires a value, and values within (0, 1), as those of rows to come will be.
inline std::vector<double> share_thresholds(const Eigen::ArrayXd& values) {
    std::vector<double> sorted(values.begin(), values.end());
    std::sort(sorted.begin(), sorted.end());
    std::vector<double> thresholds{0.0};
    for (int step = 1; step < threshold_steps; ++step) {
        const double at = sorted[sorted.size() * as_size(step) / as_size(threshold_steps)];
        if (at > std::max(thresholds.back(), sorted.front())) thresholds.push_back(at);
    }
    thresholds.push_back(1.0);
    return thresholds;
}

}  // namespace automix::detail
