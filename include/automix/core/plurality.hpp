// SPDX-License-Identifier: Apache-2.0
// The plurality of an answer's samples: the answer that most of them agree on, which a router may accept in place of the
// first one. Samples are numbers of clusters, equal ones being equal answers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace automix {

/// The clusters of an answer's samples, told apart by their text: number 0 for the first text, then on as others appear; -1
/// for a sample that failed. Linear in the samples.
class Clusters {
 public:
    void add(std::optional<std::string> text) {
        const auto next = static_cast<std::int32_t>(known_.size());
        numbers_.push_back(text ? known_.try_emplace(*std::move(text), next).first->second : -1);
    }

    [[nodiscard]] const std::vector<std::int32_t>& numbers() const noexcept { return numbers_; }

 private:
    std::unordered_map<std::string, std::int32_t> known_;
    std::vector<std::int32_t> numbers_;
};

/// The largest cluster: its size and the first sample in it. Size 0: every sample failed, or there is none.
struct Plurality {
    int size = 0;
    std::size_t sample = 0;
};

/// The plurality of samples, the answer first. Ties go to the answer's cluster, then to the earlier one; failed samples
/// (below 0) belong to none. O(samples^2), no allocation.
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
