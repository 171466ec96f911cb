// SPDX-License-Identifier: Apache-2.0
// The outcome of training the POMDP router: a policy, or two that are mixed at random so that a constraint is met
// exactly. Groups of queries may have policies of their own.
#pragma once

#include <automix/context/context_model.hpp>
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

/// A policy and the probability with which it is used.
struct PolicyShare {
    double share = 1.0;
    RoutingPolicy policy{};
};

/// The policy of a group of queries: one, or two mixed at random.
struct PolicyGroup {
    std::string name{};
    double lambda = 0.0;  ///< lambda of the policy; of the more expensive one if two are mixed
    std::vector<PolicyShare> mixture{};
};

/// A trained policy: one policy, or two mixed at random, and the report of training.
struct TrainedPolicy {
    std::vector<ModelShape> models{};
    RoutingPrices prices{};
    std::shared_ptr<const detail::RoutingTree> tree{};  ///< tree of the policies, shared by copies
    std::shared_ptr<const ContextModel> reader{};  ///< forecasts of queries; null if the policies read none
    std::vector<PolicyShare> mixture{};            ///< empty if the objective is infeasible
    std::vector<PolicyGroup> groups{};             ///< ascending in name; other queries are left to `mixture`
    PomdpReport report{};
    std::string infeasible{};  ///< the reason; empty if there is a policy

    /// Returns the policies of all queries, those of the mixture first.
    [[nodiscard]] std::vector<const RoutingPolicy*> policies() const {
        std::vector<const RoutingPolicy*> all;
        const auto add = [&all](const std::vector<PolicyShare>& parts) {
            for (const PolicyShare& part : parts) all.push_back(&part.policy);
        };
        add(mixture);
        for (const PolicyGroup& group : groups) add(group.mixture);
        return all;
    }
};

}  // namespace automix
