// SPDX-License-Identifier: Apache-2.0
// The range of the expected rewards of a model's steps, by which gaps and tolerances are scaled. O(states * actions).
#pragma once

#include <automix/pomdp/pomdp_model.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace automix::pomdp {

/// Minimum and maximum expected reward of a step.
struct RewardRange {
    double least = std::numeric_limits<double>::infinity();
    double greatest = -std::numeric_limits<double>::infinity();

    [[nodiscard]] double magnitude() const noexcept { return std::max(std::abs(least), std::abs(greatest)); }
};

/// Returns the range over all states and actions.
template <pomdp_model M>
RewardRange reward_range(const M& model) {
    RewardRange range;
    for (int a = 0; a < model.actions(); ++a) {
        for (int s = 0; s < model.states(); ++s) {
            range.least = std::min(range.least, model.reward(s, a));
            range.greatest = std::max(range.greatest, model.reward(s, a));
        }
    }
    return range;
}

}  // namespace automix::pomdp
