// SPDX-License-Identifier: Apache-2.0
// The best one-shot policy that there is on a training table. Whatever set of cells is routed, IBC is a ratio of sums
// over it, so some prefix of the cells sorted by mean gain attains the maximum (the argument of Dinkelbach 1967, as in
// Lawler's fractional selection); with constant prices and no cost range no member of the published family can beat it
// there. At least one cell is routed. O(cells log cells).
#pragma once

#include <automix/router/candidate_search.hpp>
#include <automix/router/one_shot.hpp>

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

    template <class Search>
    static void search(Search& search, int) {
        const std::vector<ConfidenceCell>& cells = search.table().cells;
        const auto mean_gain = [&](std::size_t i) { return cells[i].gain / cells[i].weight; };
        std::vector<std::size_t> order(cells.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return mean_gain(a) > mean_gain(b); });
        std::optional<Selection> best;
        std::size_t best_size = 0;
        double weight = 0.0;
        double gain = 0.0;
        for (std::size_t size = 1; size <= order.size(); ++size) {
            weight += cells[order[size - 1]].weight;
            gain += cells[order[size - 1]].gain;
            const auto ibc = search.evaluate(weight, gain);
            if (!ibc || !Search::improves(*ibc, best ? std::optional(best->ibc) : std::nullopt)) continue;
            best = Selection{{}, name, *ibc, search.point(weight, gain)};
            best_size = size;
        }
        if (!best) return;
        best->rule = prefix_rule(cells, order, best_size);
        search.keep(std::move(*best));
    }

 private:
    static CellRule prefix_rule(const std::vector<ConfidenceCell>& cells, const std::vector<std::size_t>& order,
                                std::size_t size) {
        CellRule rule;
        for (const ConfidenceCell& cell : cells) rule.confidences.push_back(cell.confidence);
        rule.routed.assign(cells.size(), 0);
        for (std::size_t i = 0; i < size; ++i) rule.routed[order[i]] = 1;
        return rule;
    }
};

using ExactRouter = OneShotRouter<ExactFamily>;

}  // namespace automix
