// SPDX-License-Identifier: Apache-2.0
// This file defines the bets that the mean of numbers in [0, 1] has left an interval (Waudby-Smith and Ramdas 2024,
// section 4). A bet puts a share of its capital at risk, so that a few shares serve changes of any size.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace automix::detail {

/// The shares of the capital that may be lost on one number.
inline constexpr std::array<double, 7> bet_shares = {1.0 / 64, 1.0 / 32, 1.0 / 16, 0.125, 0.25, 0.5, 0.8};

/// The number of bets on a mean.
inline constexpr std::size_t mean_bets = 2 * bet_shares.size();

/// Fills in the factors of bets that a mean has fallen below the interval from `low` to `high`, and that it has risen
/// above. Under a mean in the interval each has a mean of at most 1.
inline void mean_factors(double low, double high, double value, std::vector<double>& factors) {
    std::size_t bet = 0;
    for (const double share : bet_shares) {
        const double down = low < 1.0 ? (low - value) / (1.0 - low) : 0.0;
        const double up = high > 0.0 ? (value - high) / high : 0.0;
        factors[bet++] = 1.0 + share * down;
        factors[bet++] = 1.0 + share * up;
    }
}

}  // namespace automix::detail
