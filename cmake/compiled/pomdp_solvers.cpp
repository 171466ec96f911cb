// SPDX-License-Identifier: Apache-2.0
// Definitions of the room pomdp/solvers.
#include <automix/pomdp/solvers/detail/point_based_inl.hpp>
