// SPDX-License-Identifier: Apache-2.0
// How a count moves in a batch of draws, of which each leaves it as it is or adds one. O(draws^2).
#pragma once

#include <cstddef>
#include <vector>

namespace automix::detail {

/// The chance of each gain 0 .. draws, where `chance(i, j)` is that of one more after i draws that gained j.
/// `gains` is overwritten.
template <class Chance>
void count_gains(int draws, std::vector<double>& gains, Chance chance) {
    gains.assign(static_cast<std::size_t>(draws) + 1, 0.0);
    gains[0] = 1.0;
    for (int i = 0; i < draws; ++i) {
        for (int j = i; j >= 0; --j) {
            const auto at = static_cast<std::size_t>(j);
            const double added = gains[at] * chance(i, j);
            gains[at + 1] += added;
            gains[at] -= added;
        }
    }
}

}  // namespace automix::detail
