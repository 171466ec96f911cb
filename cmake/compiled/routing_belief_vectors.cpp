// SPDX-License-Identifier: Apache-2.0
// Definitions of the room routing/belief: policies of alpha vectors.
#include <automix/routing/belief/detail/point_based_routing_inl.hpp>
