// SPDX-License-Identifier: Apache-2.0
// The greedy POMDP of AutoMix's released code. It orders the bins [i/n, (i+1)/n) by their mean gain, smoothed over the
// bins with a Gaussian of two bins. Candidates are the prefixes of that order. It counts in these bins but acts on bins
// centred on i/n, as the release does. O(cells + bins^2).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/routing/published/candidate_search.hpp>
#include <automix/routing/published/one_shot.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <vector>

namespace automix {

struct GreedyPomdpFamily {
    static constexpr std::string_view name = "greedy_pomdp";
    static constexpr bool uses_categories = false;
    static constexpr double smoothing = 2.0;

    template <class Search>
    static void search(Search& search, int bins) {
        const Eigen::ArrayXd smoothed = gaussian_smooth(mean_gains(search.table(), bins), smoothing);
        std::vector<Index> order(as_size(bins) + 1);
        std::iota(order.begin(), order.end(), Index{0});
        std::sort(order.begin(), order.end(), [&](Index a, Index b) {
            return smoothed(a) != smoothed(b) ? smoothed(a) > smoothed(b) : a > b;
        });
        auto rule = detail::ConfidenceRule::bins(std::vector<std::uint8_t>(order.size(), 0));
        for (const Index bin : order) {
            rule.routed[as_size(bin)] = 1;
            search.consider(name, rule);
        }
    }

 private:
    /// Returns the mean gain of each bin, 0 for an empty one. The last bin holds confidence 1 alone.
    template <class Cells>
    static Eigen::ArrayXd mean_gains(const Cells& table, int bins) {
        Eigen::ArrayXd weight = Eigen::ArrayXd::Zero(bins + 1);
        Eigen::ArrayXd gain = Eigen::ArrayXd::Zero(bins + 1);
        for (const auto& cell : table.cells) {
            const auto bin = static_cast<Index>(std::floor(cell.confidence * bins));
            weight(bin) += cell.weight;
            gain(bin) += cell.gain;
        }
        for (Index bin = 0; bin <= bins; ++bin) {
            if (weight(bin) > 0.0) gain(bin) /= weight(bin);
        }
        return gain;
    }
};

using GreedyPomdpRouter = OneShotRouter<GreedyPomdpFamily>;

}  // namespace automix
