// SPDX-License-Identifier: Apache-2.0
// The union of families, which takes the best of all their candidates, in order. The published "POMDP" is the union of
// simple POMDP, greedy POMDP, double threshold and threshold. O(the members' searches).
#pragma once

#include <automix/routing/published/candidate_search.hpp>
#include <automix/routing/published/greedy_pomdp.hpp>
#include <automix/routing/published/one_shot.hpp>
#include <automix/routing/published/simple_pomdp.hpp>
#include <automix/routing/published/threshold.hpp>

#include <string_view>

namespace automix {

template <one_shot_family... Members>
struct UnionFamily {
    static constexpr std::string_view name = "union";
    static constexpr bool uses_categories = (Members::uses_categories || ...);

    template <class Search>
    static void search(Search& search, int bins) {
        (Members::search(search, bins), ...);
    }
};

using UnionRouter =
    OneShotRouter<UnionFamily<SimplePomdpFamily, GreedyPomdpFamily, DoubleThresholdFamily, ThresholdFamily>>;

}  // namespace automix
