// SPDX-License-Identifier: Apache-2.0
// Merges the distinct values of a number, such as a confidence, into cells of about equal weight. O(values).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace automix::detail {

/// Returns the number of the first value of each cell but the first. `weights` has one entry for each value, ascending
/// in value. Every cell weighs at least `min_weight`, unless all values together weigh less.
inline std::vector<std::size_t> rank_cells(std::span<const double> weights, double min_weight) {
    double left = 0.0;
    for (const double weight : weights) left += weight;
    std::vector<std::size_t> starts;
    double filled = 0.0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (filled >= min_weight && left >= min_weight) {
            starts.push_back(i);
            filled = 0.0;
        }
        filled += weights[i];
        left -= weights[i];
    }
    return starts;
}

}  // namespace automix::detail
