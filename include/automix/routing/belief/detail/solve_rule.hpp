// SPDX-License-Identifier: Apache-2.0
// The options of one solution of the routing POMDP.
#pragma once

#include <automix/core/numerics.hpp>

#include <vector>

namespace automix::detail {

/// The options of one solution.
struct SolveRule {
    double lambda = 0.0;          ///< score per unit of price
    std::vector<int> batches{1};  ///< possible numbers of draws of a round, ascending
    Index min_first_model = 0;    ///< smallest model that may be asked first
    /// Accept nothing before the first verdict, and prefer verifying in a tie with routing. Maximum IBC needs this.
    bool verify_first = false;
    bool verify = true;      ///< verdicts may be drawn
    bool with_value = true;  ///< compute the policy's value, which takes longest if there is no table
    int vectors = 300;       ///< maximum number of alpha vectors of the engine
};

}  // namespace automix::detail
