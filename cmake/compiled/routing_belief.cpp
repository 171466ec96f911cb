// SPDX-License-Identifier: Apache-2.0
// Definitions of the room routing/belief.
#include <automix/routing/belief/detail/fixed_k_inl.hpp>
#include <automix/routing/belief/detail/policy_cells_inl.hpp>
#include <automix/routing/belief/detail/policy_explainer_inl.hpp>
#include <automix/routing/belief/detail/policy_inl.hpp>
#include <automix/routing/belief/detail/prices_inl.hpp>
