// SPDX-License-Identifier: Apache-2.0
// Definitions of pomdp/solvers/point_based.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/pomdp/solution.hpp>
#include <automix/pomdp/solvers/point_based.hpp>

#include <cmath>
#include <cstddef>
#include <string>

namespace automix::pomdp::detail {

AUTOMIX_INLINE double distance(const Belief& a, const Belief& b) {
    double sum = 0.0;
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < a.size() || j < b.size()) {
        if (j == b.size() || (i < a.size() && a.states[i] < b.states[j])) {
            sum += a.probabilities[i++];
        } else if (i == a.size() || b.states[j] < a.states[i]) {
            sum += b.probabilities[j++];
        } else {
            sum += std::abs(a.probabilities[i++] - b.probabilities[j++]);
        }
    }
    return sum;
}

AUTOMIX_INLINE void require_belief(const Belief& belief, int states) {
    if (belief.states.size() != belief.probabilities.size()) {
        throw ArgumentError("belief: expected a probability for each state, found " +
                            std::to_string(belief.probabilities.size()) + " for " +
                            std::to_string(belief.states.size()));
    }
    double sum = 0.0;
    for (std::size_t i = 0; i < belief.size(); ++i) {
        if (belief.states[i] < 0 || belief.states[i] >= states || !(belief.probabilities[i] > 0.0)) {
            throw ArgumentError("belief: expected positive probabilities of states 0 to " +
                                std::to_string(states - 1) + ", found " +
                                format_number(belief.probabilities[i]) + " for state " +
                                std::to_string(belief.states[i]));
        }
        if (i > 0 && belief.states[i] <= belief.states[i - 1]) {
            throw ArgumentError("belief: expected states ascending, found " +
                                std::to_string(belief.states[i]) + " after " +
                                std::to_string(belief.states[i - 1]));
        }
        sum += belief.probabilities[i];
    }
    if (!(std::abs(sum - 1.0) <= 1e-9)) {
        throw ArgumentError("belief: expected probabilities of sum 1, found " + format_number(sum));
    }
}

}  // namespace automix::pomdp::detail
