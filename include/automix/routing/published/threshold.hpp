// SPDX-License-Identifier: Apache-2.0
// Thresholds on the confidence (AutoMix, section 4.1, and its released code). There are one, two or three of them on a
// grid of width 1/bins. Self-consistency is the fixed threshold of one half. Grids have bins + 1, C(bins, 2) and
// C(bins, 3) candidates, at O(log cells) each.
#pragma once

#include <automix/routing/published/candidate_search.hpp>
#include <automix/routing/published/one_shot.hpp>

#include <string_view>

namespace automix {

/// Rules that route confidences up to a threshold in {0, 1/n, ..., 1}.
struct ThresholdFamily {
    static constexpr std::string_view name = "threshold";
    static constexpr bool uses_categories = false;

    template <class Search>
    static void search(Search& search, int bins) {
        for (int i = 0; i <= bins; ++i)
            search.consider(name, detail::ConfidenceRule::threshold(static_cast<double>(i) / bins));
    }
};

/// Rules that route confidences in [i/n, j/n] for i < j < n.
struct DoubleThresholdFamily {
    static constexpr std::string_view name = "double_threshold";
    static constexpr bool uses_categories = false;

    template <class Search>
    static void search(Search& search, int bins) {
        const double n = bins;
        for (int i = 0; i < bins; ++i) {
            for (int j = i + 1; j < bins; ++j)
                search.consider(name, detail::ConfidenceRule::double_threshold(i / n, j / n));
        }
    }
};

/// Rules that route confidences in [0, i/n] and in [j/n, k/n] for i < j < k < n.
struct TripleThresholdFamily {
    static constexpr std::string_view name = "triple_threshold";
    static constexpr bool uses_categories = false;

    template <class Search>
    static void search(Search& search, int bins) {
        const double n = bins;
        for (int i = 0; i < bins; ++i) {
            for (int j = i + 1; j < bins; ++j) {
                for (int k = j + 1; k < bins; ++k) {
                    search.consider(name, detail::ConfidenceRule::triple_threshold(i / n, j / n, k / n));
                }
            }
        }
    }
};

/// The rule that routes confidences up to one half.
struct SelfConsistencyFamily {
    static constexpr std::string_view name = "self_consistency";
    static constexpr bool uses_categories = false;

    template <class Search>
    static void search(Search& search, int) {
        search.consider(name, detail::ConfidenceRule::threshold(0.5));
    }
};

using ThresholdRouter = OneShotRouter<ThresholdFamily>;
using DoubleThresholdRouter = OneShotRouter<DoubleThresholdFamily>;
using TripleThresholdRouter = OneShotRouter<TripleThresholdFamily>;
using SelfConsistencyRouter = OneShotRouter<SelfConsistencyFamily>;

}  // namespace automix
