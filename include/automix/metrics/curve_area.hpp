// SPDX-License-Identifier: Apache-2.0
// Computes the value of a router over all prices of quality. It is the area between its curve of gap recovered over
// extra cost and the line of random mixing. The curve is read at 5, 10, ..., 95 % of the extra cost C_L - C_0. Random
// mixing has an area of 0, and the oracle's curve bounds all others. O(points log points).
#pragma once

#include <automix/metrics/ibc.hpp>

#include <vector>

namespace automix {

/// Returns the mean of (gap recovered - share) over the shares 5, 10, ..., 95 % of the extra cost, in per cent. The
/// curve begins at the small model alone, runs through the points of the policies, and ends at the large model alone.
/// Policies are ordered by their cost; policies of equal cost count as their mean. No hull is taken, since it would
/// choose policies by the rows that judge them. So a policy of higher cost and lower score bends the curve down.
/// Undefined if the large model is not better or not more expensive.
OptionalMetric curve_area(const std::vector<OperatingPoint>& reached, const OperatingPoint& small,
                          const OperatingPoint& large);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/metrics/detail/curve_area_inl.hpp>
#endif
