// SPDX-License-Identifier: Apache-2.0
// Limits on what a problem file may ask for, so that a short file cannot exhaust memory or time.
#pragma once

#include <cstddef>

namespace automix {

/// Limits on the tables that a file may ask for. A file that exceeds one is refused before the memory is taken.
struct PomdpLimits {
    std::size_t actions = std::size_t{1} << 16U;
    std::size_t rows = std::size_t{1} << 22U;          ///< states * actions; also observations
    std::size_t entries = std::size_t{1} << 25U;       ///< entries of T, and of O, wildcards written out
    std::size_t reward_terms = std::size_t{1} << 26U;  ///< terms of the sums over successors and observations
};

}  // namespace automix
