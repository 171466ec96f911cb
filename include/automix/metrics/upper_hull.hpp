// SPDX-License-Identifier: Apache-2.0
// Finds the upper hull of performance over cost: the points that are best for some price of quality (score per unit of
// cost). They ascend in cost and in performance. O(points log points).
#pragma once

#include <automix/metrics/ibc.hpp>

#include <cstddef>
#include <vector>

namespace automix {

/// Returns the numbers of the points on the upper hull, in ascending order of cost and performance. Of equal points it
/// takes the first.
std::vector<std::size_t> upper_hull(const std::vector<OperatingPoint>& points);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/metrics/detail/upper_hull_inl.hpp>
#endif
