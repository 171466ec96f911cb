// SPDX-License-Identifier: Apache-2.0
// One solution of the routing POMDP: a policy, its value under the belief, and a bound on the value of the best policy.
#pragma once

#include <automix/routing/belief/detail/cell_values.hpp>
#include <automix/routing/belief/policy.hpp>
#include <automix/routing/belief/routing_value.hpp>

#include <vector>

namespace automix::detail {

struct RoutingSolution {
    RoutingPolicy policy{};
    RoutingValue value{};                ///< value at the start, the first answer included
    double gap = 0.0;                    ///< maximum gain of the best policy over this one; 0: it is the best
    std::vector<RoutingValue> starts{};  ///< value of asking each model first; empty if not known
};

}  // namespace automix::detail
