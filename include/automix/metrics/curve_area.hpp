// SPDX-License-Identifier: Apache-2.0
// What a router is worth over all prices of quality: the area between its curve of gap recovered over extra cost and the
// line of random mixing. Shares of the extra cost C_L - C_0 are read at 5, 10, ..., 95 %; 0 is random mixing, and nothing
// is above the oracle's curve. O(points log points).
#pragma once

#include <automix/metrics/ibc.hpp>

#include <vector>

namespace automix {

/// The mean over the shares 5, 10, ..., 95 % of the extra cost of (gap recovered - share), in per cent, on the curve through
/// what policies reached and its ends, the small model alone and the large one alone. Policies stand where they came out,
/// not where training thought that they would, and in the order of that cost; those of equal cost count as their mean. No
/// hull is taken, for that would choose among policies by the rows that they are judged on: a dearer policy that turned out
/// worse bends the curve down. Undefined where the large model is not better or not dearer.
OptionalMetric curve_area(const std::vector<OperatingPoint>& reached, const OperatingPoint& small,
                          const OperatingPoint& large);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/metrics/detail/curve_area_inl.hpp>
#endif
