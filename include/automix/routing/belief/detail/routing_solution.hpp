// SPDX-License-Identifier: Apache-2.0
// One solution of the routing POMDP: a policy, its value under the belief, and how sure that value is.
#pragma once

#include <automix/routing/belief/detail/cell_values.hpp>
#include <automix/routing/belief/policy.hpp>

#include <vector>

namespace automix::detail {

struct RoutingSolution {
    RoutingPolicy policy{};
    RoutingValue value{};                ///< at the start, the first answer included
    double gap = 0.0;                    ///< by which the best policy may be better; 0: none is
    std::vector<RoutingValue> starts{};  ///< value of asking each model first; none where that is not known
};

}  // namespace automix::detail
