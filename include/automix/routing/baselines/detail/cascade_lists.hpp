// SPDX-License-Identifier: Apache-2.0
// The lists of models that FrugalGPT tries as a cascade: all of up to three models, cheapest first (Chen, Zaharia, Zou
// 2023, section 3). O(models^3).
#pragma once

#include <automix/core/numerics.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace automix::detail {

inline constexpr std::size_t max_cascade_models = 3;

/// Returns the lists of one to three models in ascending order.
inline std::vector<std::vector<Index>> cascade_lists(Index models) {
    std::vector<std::vector<Index>> lists{{}};
    for (std::size_t i = 0; i < lists.size(); ++i) {
        const Index next = lists[i].empty() ? 0 : lists[i].back() + 1;
        if (lists[i].size() == max_cascade_models) continue;
        for (Index model = next; model < models; ++model) {
            std::vector<Index> longer = lists[i];
            longer.push_back(model);
            lists.push_back(std::move(longer));
        }
    }
    lists.erase(lists.begin());
    return lists;
}

}  // namespace automix::detail
