// SPDX-License-Identifier: Apache-2.0
// The distribution of a count after a round of draws, each of which leaves the count as it is or adds one. Every
// expectation over the next round is computed by this function: of values, of policies and of beliefs. O(draws^2).
#pragma once

#include <automix/core/numerics.hpp>

#include <vector>

namespace automix::detail {

/// Calls `visit(gain, weight)` for each gain in count 0 .. draws that a round of draws may bring. The weights add up to
/// `start`, a number or an Eigen array. `probability(i, j)` is that of one more after i draws which gained j.
/// `weights` is working memory and is overwritten.
template <class Weight, class Probability, class Visit>
void for_each_outcome(int draws, const Weight& start, std::vector<Weight>& weights, Probability probability,
                      Visit visit) {
    weights.assign(as_size(draws) + 1, Weight(start * 0.0));
    weights[0] = start;
    for (int i = 0; i < draws; ++i) {
        for (int j = i; j >= 0; --j) {
            const auto at = as_size(j);
            const Weight gained = weights[at] * probability(i, j);
            weights[at + 1] += gained;
            weights[at] -= gained;
        }
    }
    for (int j = 0; j <= draws; ++j) visit(j, weights[as_size(j)]);
}

}  // namespace automix::detail
