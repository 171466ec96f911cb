// SPDX-License-Identifier: Apache-2.0
// The published simple POMDP (AutoMix, section 4.2): one observation of three hidden categories, then one action. Its
// rewards have a free parameter r, for which the release tries 0 .. 4999. A bin of N needy, G good and H hopeless rows
// is routed if and only if r > (100 (N + G + H) - H) / N. So the policies are nested, and the search over r sorts the
// bins by the r from which they are routed. O(cells + bins^2).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/routing/published/candidate_search.hpp>
#include <automix/routing/published/one_shot.hpp>

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
        const auto counts = count(search.table(), bins);
        std::map<double, std::vector<std::size_t>> entering;
        for (std::size_t bin = 0; bin < counts.size(); ++bin) {
            const double reward = entering_reward(counts[bin]);
            if (reward <= largest_reward) entering[reward].push_back(bin);
        }
        auto rule = detail::ConfidenceRule::bins(std::vector<std::uint8_t>(counts.size(), 0));
        search.consider(name, rule);
        for (const auto& [reward, together] : entering) {
            for (const std::size_t bin : together) rule.routed[bin] = 1;
            search.consider(name, rule);
        }
    }

 private:
    struct Counts {
        double good = 0.0;
        double needy = 0.0;
        double hopeless = 0.0;
    };

    /// Counts rows by bin. Rows at either end of a bin are left out, as in the release.
    template <class Cells>
    static std::vector<Counts> count(const Cells& table, int bins) {
        std::vector<Counts> counts(as_size(bins) + 1);
        for (const auto& cell : table.cells) {
            const double position = cell.confidence * bins;
            if (std::abs(position - std::round(position)) >= 0.5) continue;
            Counts& bin = counts[static_cast<std::size_t>(std::round(position))];
            bin.good += cell.categories[static_cast<std::size_t>(Category::good)];
            bin.needy += cell.categories[static_cast<std::size_t>(Category::needy)];
            bin.hopeless += cell.categories[static_cast<std::size_t>(Category::hopeless)];
        }
        return counts;
    }

    /// Returns the minimum whole r at which a bin is routed; infinity if it never is.
    static double entering_reward(const Counts& bin) {
        if (bin.needy == 0.0) return std::numeric_limits<double>::infinity();
        return std::floor((100.0 * (bin.good + bin.needy + bin.hopeless) - bin.hopeless) / bin.needy) + 1.0;
    }
};

using SimplePomdpRouter = OneShotRouter<SimplePomdpFamily>;

}  // namespace automix
