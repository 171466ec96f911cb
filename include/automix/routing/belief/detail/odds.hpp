// SPDX-License-Identifier: Apache-2.0
// Odds of probabilities: the odds of p are p / (1 - p).
#pragma once

namespace automix::detail {

/// Returns probabilities whose odds are multiplied by a factor: a number, or an Eigen array of them.
template <class Probability>
[[nodiscard]] Probability scale_odds(const Probability& probability, double factor) {
    return factor * probability / (1.0 + (factor - 1.0) * probability);
}

}  // namespace automix::detail
