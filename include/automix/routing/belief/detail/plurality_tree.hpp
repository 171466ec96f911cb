// SPDX-License-Identifier: Apache-2.0
// The routing POMDP of a policy that may accept the plurality of the samples drawn so far. Its evidence is (n, t): n
// further samples, and t samples in the largest cluster of all n + 1. Let N be the rows with that evidence and Y the
// sum of the plurality's scores on them. The next sample left t unchanged on s rows and made it t + 1 on g rows. Then
//     e(n,t) = (Y + 15 (t+1)/(n+3)) / (N + 15),   p(n,t) = (g + 1/2) / (s + g + 1),
// and 30 pseudo rows shrink the last model's score to its mean, as for a level. For two models. O(cells).
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
inline constexpr double growth_pseudo_rows = 0.5;  ///< pseudo rows for each of t and t + 1

/// Returns the sums at (n, t); all are zero if no row got there.
inline const PluralityCell& plurality_cell(const PluralitySums& sums, int n, int t) {
    static const PluralityCell none;
    const std::size_t at = PluralitySums::index(n, t);
    return at < sums.cells.size() ? sums.cells[at] : none;
}

/// Fills the tree of pluralities from sums over two models. Requires rows and the first model's plurality sums.
inline RoutingTree make_plurality_tree(const FoldStatistics& sums, int draws) {
    const CascadeModel model{VerificationKind::samples, draws, {}};
    const VerifierStates& states = model.first();
    const PluralitySums& pluralities = sums.pluralities.front();
    RoutingTree tree;
    tree.layout = std::make_shared<RoutingLayout>(std::vector<CascadeModel>{model, {}});
    for (auto* column : {&tree.current, &tree.last}) column->setZero(tree.layout->cells());
    tree.probability.setZero(tree.layout->cells(), 1);
    tree.last_alone = sums.mean_score(1);
    for (int n = 0; n <= draws; ++n) {
        for (int t = 0; t <= n + 1; ++t) {
            const PluralityCell& cell = plurality_cell(pluralities, n, t);
            const double last = cell.scores.empty() ? 0.0 : cell.scores.back();
            const Index state = states.state(n, t);
            tree.current(state) = (cell.score + plurality_pseudo_rows * (t + 1.0) / (n + 3.0)) /
                                  (cell.weight + plurality_pseudo_rows);
            tree.last(state) =
                (last + score_pseudo_rows * tree.last_alone) / (cell.weight + score_pseudo_rows);
            tree.probability(state, 0) =
                (cell.grew + growth_pseudo_rows) / (cell.grew + cell.stayed + 2.0 * growth_pseudo_rows);
        }
    }
    const double answered = plurality_cell(pluralities, 0, 1).weight;
    const double failed = plurality_cell(pluralities, 0, 0).weight;
    tree.failed = failed / (failed + answered);
    return tree;
}

}  // namespace automix::detail
