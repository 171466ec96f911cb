// SPDX-License-Identifier: Apache-2.0
// The best policy for one lambda if the tree of evidence is too large to be laid out. The engine's point-based value
// iteration solves the same problem as a `pomdp_model`, up to a gap. Its effort is bounded by the number of alpha vectors
// and not by time, so that a log gives the same policy everywhere.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/routing/belief/detail/belief_model.hpp>
#include <automix/routing/belief/detail/routing_solution.hpp>
#include <automix/routing/belief/detail/solve_rule.hpp>
#include <automix/routing/belief/prices.hpp>

namespace automix::detail {

inline constexpr double point_based_gap = 1e-3;  ///< gap in net score at which the engine stops

/// Solves for one lambda by the engine, up to a gap.
RoutingSolution solve_point_based(const BeliefModel& belief, const RoutingPrices& prices,
                                  const SolveRule& rule);

/// Returns the policy of alpha vectors that asks one model and accepts its answer.
RoutingSolution accept_by_vectors(const BeliefModel& belief, const RoutingPrices& prices, Index first);

}  // namespace automix::detail

#ifndef AUTOMIX_COMPILED
#include <automix/routing/belief/detail/point_based_routing_inl.hpp>
#endif
