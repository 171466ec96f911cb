// SPDX-License-Identifier: Apache-2.0
// The outcome of training the POMDP router: a policy, or two that are mixed at random so that a constraint is met exactly.
#pragma once

#include <automix/data/model_shape.hpp>
#include <automix/routing/belief/policy.hpp>
#include <automix/routing/belief/pomdp_report.hpp>
#include <automix/routing/belief/prices.hpp>

#include <memory>
#include <string>
#include <vector>

namespace automix {

namespace detail {
struct RoutingTree;
}  // namespace detail

/// A policy and how often it is used.
struct PolicyShare {
    double share = 1.0;
    RoutingPolicy policy{};
};

/// A trained policy: one, or two mixed at random, and what training came to.
struct TrainedPolicy {
    std::vector<ModelShape> models{};
    RoutingPrices prices{};
    std::shared_ptr<const detail::RoutingTree> tree{};  ///< what the policies were found on, shared by copies
    std::vector<PolicyShare> mixture{};                 ///< none where the objective is infeasible
    PomdpReport report{};
    std::string infeasible{};  ///< why; empty where there is a policy
};

}  // namespace automix
