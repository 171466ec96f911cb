// SPDX-License-Identifier: Apache-2.0
// Definitions of the room routing/belief: training.
#include <automix/routing/belief/detail/pomdp_router_inl.hpp>
