// SPDX-License-Identifier: Apache-2.0
// This file computes the plurality of an answer's samples: the answer on which the maximum number of samples agree. A
// router may accept it in place of the first answer. Samples are given as cluster numbers; equal numbers mean equal
// answers.
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

/// The cluster numbers of the samples of an answer, by their text. The first text gets 0, and further texts count
/// on from there. A sample that failed gets -1. Linear in the samples.
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

/// The largest cluster: its size and its first sample. Size 0 means that every sample failed, or that there is none.
struct Plurality {
    int size = 0;
    std::size_t sample = 0;
};

/// Returns the plurality of samples, the answer first. Ties go to the answer's cluster, then to the earlier one. Failed
/// samples (below 0) belong to no cluster. O(samples^2), no allocation.
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
