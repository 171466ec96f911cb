// SPDX-License-Identifier: Apache-2.0
// The routing POMDP of a policy that may accept the plurality of the samples drawn so far. Its evidence is (n, t): n further
// samples, t in the largest cluster of all n + 1. With N rows, a plurality that scored Y and s and g rows whose next sample
// left t or made it t + 1,
//     e(n,t) = (Y + 15 (t+1)/(n+3)) / (N + 15),   p(n,t) = (g + 1/2) / (s + g + 1),
// and the last model's score is shrunk to its mean by 30 pseudo rows, as by level. Two models. O(cells).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/plurality_sums.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>
#include <automix/routing/belief/detail/level_distribution.hpp>
#include <automix/routing/belief/detail/routing_layout.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>

#include <memory>
#include <vector>

namespace automix::detail {

inline constexpr double plurality_pseudo_rows = 15.0;
inline constexpr double growth_pseudo_rows = 0.5;  ///< of each way that a sample may go

/// Fills the tree of pluralities from sums over two models. Requires rows and the first model's plurality sums.
inline RoutingTree make_plurality_tree(const FoldStatistics& sums, int draws) {
    const CascadeModel model{VerificationKind::samples, draws, {}};
    const std::vector<PluralityCell>& cells = sums.pluralities.front().cells;
    RoutingTree tree;
    tree.layout = std::make_shared<RoutingLayout>(std::vector<CascadeModel>{model, {}});
    for (auto* column : {&tree.chance, &tree.current, &tree.last}) column->setZero(tree.layout->cells());
    tree.last_alone = sums.mean_score(1);
    for (int n = 0; n <= draws; ++n) {
        for (int t = 0; t <= n + 1; ++t) {
            const std::size_t at = PluralitySums::index(n, t);
            const PluralityCell cell = at < cells.size() ? cells[at] : PluralityCell{};
            const double last = cell.scores.empty() ? 0.0 : cell.scores.back();
            const Index state = model.state(n, t);
            tree.current(state) = (cell.score + plurality_pseudo_rows * (t + 1.0) / (n + 3.0)) /
                                  (cell.weight + plurality_pseudo_rows);
            tree.last(state) =
                (last + score_pseudo_rows * tree.last_alone) / (cell.weight + score_pseudo_rows);
            tree.chance(state) =
                (cell.grew + growth_pseudo_rows) / (cell.grew + cell.stayed + 2.0 * growth_pseudo_rows);
        }
    }
    const double answered = cells[PluralitySums::index(0, 1)].weight;
    const double failed = cells[PluralitySums::index(0, 0)].weight;
    tree.failed = failed / (failed + answered);
    return tree;
}

}  // namespace automix::detail
