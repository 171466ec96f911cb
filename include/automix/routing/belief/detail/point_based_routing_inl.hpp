// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/belief/detail/point_based_routing.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/numerics.hpp>
#include <automix/pomdp/policy.hpp>
#include <automix/pomdp/solvers/sarsop.hpp>
#include <automix/pomdp/value_function.hpp>
#include <automix/routing/belief/detail/expected_value.hpp>
#include <automix/routing/belief/detail/point_based_routing.hpp>
#include <automix/routing/belief/detail/routing_pomdp.hpp>
#include <automix/routing/belief/detail/vector_policy.hpp>

#include <limits>
#include <memory>
#include <utility>

namespace automix::detail {

AUTOMIX_INLINE RoutingSolution solve_point_based(const BeliefModel& belief, const RoutingPrices& prices,
                                                 const SolveRule& rule) {
    const auto model = std::make_shared<const RoutingPomdp>(belief, prices, rule);
    pomdp::SarsopOptions options;
    options.stop.gap = point_based_gap;
    options.stop.vector_limit = rule.vectors;
    options.stop.time_limit = std::numeric_limits<double>::infinity();
    pomdp::Solution solved = pomdp::solve_sarsop(*model, options);
    RoutingSolution solution;
    solution.policy = RoutingPolicy(std::make_shared<const VectorPolicy>(model, std::move(solved.policy)));
    if (rule.with_value) solution.value = expected_value(solution.policy, *model, prices);
    solution.gap = solved.gap();
    return solution;
}

AUTOMIX_INLINE RoutingSolution accept_by_vectors(const BeliefModel& belief, const RoutingPrices& prices,
                                                 Index first) {
    // After that model has answered, a route to it is impossible and counts as accepting.
    using Model = RoutingPomdp;
    const auto model = std::make_shared<const Model>(belief, prices, SolveRule{0.0, {1}, first});
    pomdp::ValueFunction ask(model->states());
    ask.add({Eigen::VectorXd::Zero(model->states()), static_cast<int>(1 + first)});
    const typename Model::Chain& chain = model->chain();
    const double score = chain.score(
        first < model->last_model() ? chain.arrive({}, first) : typename Model::LevelBelief{}, first);
    return {RoutingPolicy(std::make_shared<const VectorPolicy>(model, pomdp::Policy(std::move(ask)))),
            {score, prices.answers[as_size(first)], 0.0, 0.0}};
}

}  // namespace automix::detail
