// SPDX-License-Identifier: Apache-2.0
// The cells into which the confidences of a model are merged. O(log cells).
#pragma once

#include <automix/core/numerics.hpp>

#include <algorithm>
#include <vector>

namespace automix::detail {

/// Returns the cell of a logged confidence, by the boundaries between cells.
inline Index confidence_cell(const std::vector<double>& boundaries, double confidence) noexcept {
    return std::lower_bound(boundaries.begin(), boundaries.end(), confidence) - boundaries.begin();
}

}  // namespace automix::detail
