// SPDX-License-Identifier: Apache-2.0
// The published simple POMDP (AutoMix, section 4.2): one observation of three hidden categories, then one action. Its
// rewards have a free parameter r, tried at 0 .. 4999; a bin that holds N needy, G good and H hopeless rows is routed iff
// r > (100 (N + G + H) - H) / N. So the policies are nested and the search over r is a sort of the bins by the r at
// which they enter. O(cells * bins).
#pragma once

#include <automix/router/candidate_search.hpp>
#include <automix/router/one_shot.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <string_view>
#include <vector>

namespace automix {

struct SimplePomdpFamily {
    static constexpr std::string_view name = "simple_pomdp";
    static constexpr bool uses_categories = true;
    static constexpr double largest_reward = 4999.0;

    template <class Search>
    static void search(Search& search, int bins) {
        std::map<double, std::vector<int>> entering;
        for (int bin = 0; bin <= bins; ++bin) {
            const double reward = entering_reward(search.table(), bin, bins);
            if (reward <= largest_reward) entering[reward].push_back(bin);
        }
        BinRule rule{std::vector<std::uint8_t>(static_cast<std::size_t>(bins) + 1, 0)};
        search.consider(name, rule);
        for (const auto& [reward, together] : entering) {
            for (const int bin : together) rule.routed[static_cast<std::size_t>(bin)] = 1;
            search.consider(name, rule);
        }
    }

 private:
    /// The least whole r at which the bin is routed; infinite where it never is. Bins count without both their ends.
    static double entering_reward(const ConfidenceCells& table, int bin, int bins) {
        double good = 0.0;
        double needy = 0.0;
        double hopeless = 0.0;
        for (const ConfidenceCell& cell : table.cells) {
            if (std::abs(cell.confidence * bins - bin) >= 0.5) continue;
            good += cell.categories[static_cast<std::size_t>(Category::good)];
            needy += cell.categories[static_cast<std::size_t>(Category::needy)];
            hopeless += cell.categories[static_cast<std::size_t>(Category::hopeless)];
        }
        if (needy == 0.0) return std::numeric_limits<double>::infinity();
        return std::floor((100.0 * (good + needy + hopeless) - hopeless) / needy) + 1.0;
    }
};

using SimplePomdpRouter = OneShotRouter<SimplePomdpFamily>;

}  // namespace automix
