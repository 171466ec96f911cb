// SPDX-License-Identifier: Apache-2.0
// Definitions of the room routing.
#include <automix/routing/detail/loop_inl.hpp>
#include <automix/routing/detail/objective_inl.hpp>
#include <automix/routing/detail/registry_inl.hpp>
