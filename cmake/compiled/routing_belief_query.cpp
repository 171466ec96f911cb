// SPDX-License-Identifier: Apache-2.0
// Definitions of the policies that read the query, of the room routing.
#include <automix/routing/belief/detail/query_solver_inl.hpp>
#include <automix/routing/belief/detail/query_trees_inl.hpp>
