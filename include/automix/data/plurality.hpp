// SPDX-License-Identifier: Apache-2.0
// The plurality of an answer's samples: the answer that most of them agree on, which a router may accept in place of the
// first one. Samples come as numbers of clusters, equal ones being equal answers. O(samples^2), no allocation.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace automix {

/// The largest cluster: its size and the first sample in it. Size 0: every sample failed, or there is none.
struct Plurality {
    int size = 0;
    std::size_t sample = 0;
};

/// The plurality of samples, the answer first. Ties go to the answer's cluster, then to the earlier one; failed samples
/// (below 0) belong to none.
inline Plurality plurality(std::span<const std::int32_t> clusters) {
    Plurality best;
    for (std::size_t i = 0; i < clusters.size(); ++i) {
        const auto earlier = clusters.first(i);
        if (clusters[i] < 0 || std::find(earlier.begin(), earlier.end(), clusters[i]) != earlier.end())
            continue;
        const auto size = static_cast<int>(std::count(clusters.begin(), clusters.end(), clusters[i]));
        if (size > best.size) best = {size, i};
    }
    return best;
}

}  // namespace automix
