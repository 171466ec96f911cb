// SPDX-License-Identifier: Apache-2.0
// Merges the cells of confidences that hardly repeat, such as token probabilities, since a policy that is free in every
// one of them memorises the training rows. Neighbours are merged into at most 16 cells of about equal weight, as the
// POMDP router merges them, or into fewer if cross-fitting over folds of rows finds a higher IBC (AutoMix, equation 1)
// with fewer. Confidences that are shares of verdicts, and up to 16 distinct ones, stay as they are.
// O(rows + folds * sizes * cells log cells).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/split.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/detail/rank_cells.hpp>
#include <automix/routing/published/candidate_search.hpp>
#include <automix/routing/published/detail/confidence_cells.hpp>
#include <automix/routing/training.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <vector>

namespace automix::detail {

/// Numbers of cells to choose from. The first is that of the POMDP router.
inline constexpr std::array<std::size_t, 4> merged_sizes{16, 8, 4, 2};
inline constexpr double min_merged_rows = 10.0;  ///< minimum rows of a merged cell
inline constexpr int merging_folds = 10;

/// Merges neighbouring cells into at most `size` of them.
inline ConfidenceCells merge_cells(ConfidenceCells table, std::size_t size) {
    std::vector<double> weights;
    double rows = 0.0;
    for (const ConfidenceCell& cell : table.cells) {
        weights.push_back(cell.weight);
        rows += cell.weight;
    }
    std::vector<std::size_t> ends =
        rank_cells(weights, std::max(min_merged_rows, rows / static_cast<double>(size)));
    ends.push_back(table.cells.size());
    std::vector<ConfidenceCell> merged;
    std::size_t next = 0;
    for (const std::size_t end : ends) {
        ConfidenceCell& cell = merged.emplace_back(table.cells[next]);
        for (++next; next < end; ++next) cell.merge(table.cells[next]);
    }
    table.cells = std::move(merged);
    return table;
}

/// The cells of each fold of a table, at the table's prices and scores.
class FoldedCells {
 public:
    FoldedCells(const TrainingData& training, const ConfidenceCells& table)
        : all_(table), folds_(merging_folds, std::vector<RoutedSum>(table.cells.size())) {
        const Dataset& data = training.data;
        const Column small = data.scores(0);
        const Column large = data.scores(data.models() - 1);
        const Column confidence = data.confidences(0);
        const std::vector<int> folds = fold_numbers(data, merging_folds);
        for (std::size_t i = 0; i < folds.size(); ++i) {
            const auto row = static_cast<Index>(i);
            const auto cell =
                std::lower_bound(table.cells.begin(), table.cells.end(), confidence(row),
                                 [](const ConfidenceCell& a, double value) { return a.confidence < value; });
            RoutedSum& sum = folds_[static_cast<std::size_t>(folds[i])]
                                   [static_cast<std::size_t>(cell - table.cells.begin())];
            sum = sum + RoutedSum{1.0, large(row) - small(row)};
        }
    }

    /// Returns the IBC, over all held-out rows, of the rules that `search` finds on the other rows in cells merged to
    /// `size`. Returns nothing if a fold has no rule, or if no rule costs more than the small model.
    template <class Search>
    [[nodiscard]] std::optional<double> held_out_ibc(std::size_t size, const CostRange& range,
                                                     Search search) const {
        RoutedSum routed = all_.routed;
        for (const std::vector<RoutedSum>& fold : folds_) {
            const ConfidenceCells merged = merge_cells(without(fold), size);
            CandidateSearch candidates(merged, range);
            search(candidates);
            if (candidates.best() == nullptr) return std::nullopt;
            const ConfidenceRule& rule = candidates.best()->rule;
            for (std::size_t i = 0; i < fold.size(); ++i) {
                if (rule.routes(all_.cells[i].confidence)) routed = routed + fold[i];
            }
        }
        const double extra_cost = all_.verification * all_.rows + all_.large.cost * routed.weight;
        if (!(extra_cost > 0.0)) return std::nullopt;
        return routed.gain / extra_cost;
    }

 private:
    /// Returns the table without the rows of a fold.
    [[nodiscard]] ConfidenceCells without(const std::vector<RoutedSum>& fold) const {
        ConfidenceCells rest = all_;
        rest.cells.clear();
        for (std::size_t i = 0; i < fold.size(); ++i) {
            ConfidenceCell cell = all_.cells[i];
            cell.weight -= fold[i].weight;
            cell.gain -= fold[i].gain;
            if (cell.weight > 0.0) rest.cells.push_back(cell);
        }
        for (const RoutedSum& sum : fold) rest.rows -= sum.weight;
        return rest;
    }

    const ConfidenceCells& all_;
    std::vector<std::vector<RoutedSum>> folds_;  ///< of each fold, one sum for each cell
};

/// Merges the cells if they are of lone confidences and too many to be free in each.
template <class Search>
ConfidenceCells merge_lone_confidences(const TrainingData& training, ConfidenceCells table,
                                       const CostRange& range, Search search) {
    if (!holds_no_verdicts(training.data) || table.cells.size() <= merged_sizes.front()) return table;
    const FoldedCells folded(training, table);
    std::size_t best_size = merged_sizes.front();
    std::optional<double> best;
    for (const std::size_t size : merged_sizes) {
        const std::optional<double> ibc = folded.held_out_ibc(size, range, search);
        if (!ibc || (best && *ibc <= *best)) continue;
        best = ibc;
        best_size = size;
    }
    return merge_cells(table, best_size);
}

}  // namespace automix::detail
