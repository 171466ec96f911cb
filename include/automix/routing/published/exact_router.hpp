// SPDX-License-Identifier: Apache-2.0
// The best one-shot policy on a training table among policies that route one or more cells. IBC is a ratio of sums over
// the routed cells. So a prefix of the cells sorted by mean gain attains the maximum (the argument of Dinkelbach 1967,
// as in Lawler's fractional selection). If routing nothing would be better still, a single cell attains it. With
// constant prices and no cost range, no member of the published family that routes anything can beat it on that table.
// Lone confidences of more than 16 values are merged first (detail/merged_cells.hpp), or the policy would memorise the
// rows; it is then the best over the merged cells. O(cells log cells).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/routing/published/candidate_search.hpp>
#include <automix/routing/published/one_shot.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

struct ExactFamily {
    static constexpr std::string_view name = "exact";
    static constexpr bool uses_categories = false;
    static constexpr bool merges_cells = true;

    template <class Search>
    static void search(Search& search, int) {
        const std::vector<detail::ConfidenceCell>& cells = search.table().cells;
        const auto mean_gain = [&](std::size_t i) { return cells[i].gain / cells[i].weight; };
        std::vector<std::size_t> order(cells.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return mean_gain(a) > mean_gain(b); });
        // The best candidate so far routes the cells at positions begin .. end - 1 of the order.
        std::optional<Candidate> best;
        std::size_t begin = 0;
        std::size_t end = 0;
        const auto select = [&](const Candidate& figures, std::size_t from, std::size_t to) {
            std::vector<std::uint8_t> routed(cells.size(), 0);
            for (std::size_t i = from; i < to; ++i) routed[order[i]] = 1;
            return Selection{rule(cells, routed), name, figures};
        };
        const auto consider = [&](const detail::RoutedSum& sum, std::size_t from, std::size_t to) {
            const auto figures = search.evaluate(sum);
            if (!figures) return;
            search.show(*figures, [&] { return select(*figures, from, to); });
            if (best && !figures->beats(*best)) return;
            best = figures;
            begin = from;
            end = to;
        };
        const auto sum_of = [&](std::size_t position) {
            return detail::RoutedSum{cells[order[position]].weight, cells[order[position]].gain};
        };
        detail::RoutedSum sum;
        for (std::size_t i = 0; i < order.size(); ++i) {
            sum = sum + sum_of(i);
            consider(sum, 0, i + 1);
        }
        if (!best) return;
        const double worth_its_cost = best->ibc * search.table().large.cost;
        if (mean_gain(order[0]) < worth_its_cost && !nearly_equal(mean_gain(order[0]), worth_its_cost)) {
            for (std::size_t i = 1; i < order.size(); ++i) consider(sum_of(i), i, i + 1);
        }
        search.keep(select(*best, begin, end));
    }

 private:
    /// Returns the rule that routes some cells. A merged cell is both its ends, so what lies between is of it.
    static detail::ConfidenceRule rule(const std::vector<detail::ConfidenceCell>& cells,
                                       const std::vector<std::uint8_t>& routed) {
        std::vector<double> confidences;
        std::vector<std::uint8_t> routes;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            confidences.push_back(cells[i].confidence);
            routes.push_back(routed[i]);
            if (cells[i].highest == cells[i].confidence) continue;
            confidences.push_back(cells[i].highest);
            routes.push_back(routed[i]);
        }
        return detail::ConfidenceRule::cells(std::move(confidences), std::move(routes));
    }
};

using ExactRouter = OneShotRouter<ExactFamily>;

}  // namespace automix
