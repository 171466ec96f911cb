// SPDX-License-Identifier: Apache-2.0
// The rule of one solution of the routing POMDP.
#pragma once

#include <vector>

namespace automix::detail {

/// What is asked of one solution.
struct SolveRule {
    double lambda = 0.0;          ///< score per unit of price
    std::vector<int> batches{1};  ///< numbers of draws that a round may have, ascending
    int min_first_model = 0;      ///< smallest model that may be asked first
    /// Accept nothing unverified, and verify where that ties with routing, as IBC asks.
    bool verify_first = false;
    bool with_value =
        true;  ///< tell what the policy is expected to score, which takes longest where there is no table
    int vectors = 300;  ///< alpha vectors at which the engine stops, where the tree of evidence is too large
};

}  // namespace automix::detail
