// SPDX-License-Identifier: Apache-2.0
// A training table reduced to its cells, the distinct confidences of the small model's answers. The published family
// decides from the confidence alone, so training needs only the weight, gain and category counts of each cell. Rows
// that are always routed are not in the cells; their sums are constants. One pass over the rows, O(rows + cells log
// cells).
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/category.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/training.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

namespace automix::detail {

/// Weight and gain of routed rows.
struct RoutedSum {
    double weight = 0.0;  ///< rows
    double gain = 0.0;    ///< sum over them of large score minus small score

    friend constexpr RoutedSum operator+(const RoutedSum& a, const RoutedSum& b) noexcept {
        return {a.weight + b.weight, a.gain + b.gain};
    }
    friend constexpr RoutedSum operator-(const RoutedSum& a, const RoutedSum& b) noexcept {
        return {a.weight - b.weight, a.gain - b.gain};
    }
};

/// One distinct confidence, or several neighbours that were merged, and the rows that have it.
struct ConfidenceCell {
    double confidence = 0.0;             ///< the lowest
    double weight = 0.0;                 ///< rows
    double gain = 0.0;                   ///< sum over them of large score minus small score
    std::array<double, 4> categories{};  ///< rows of each category, in the order of `Category`
    double highest = confidence;         ///< the highest confidence

    /// Takes in the rows of the next cell above.
    void merge(const ConfidenceCell& above) {
        weight += above.weight;
        gain += above.gain;
        for (std::size_t i = 0; i < categories.size(); ++i) categories[i] += above.categories[i];
        highest = above.highest;
    }
};

/// The cells of a table in ascending order of confidence, and the scores and prices of its first and last model.
struct ConfidenceCells {
    std::vector<ConfidenceCell> cells{};
    RoutedSum routed{};         ///< rows in no cell, which are always routed without verification
    double rows = 0.0;          ///< rows of the table, the routed ones included
    OperatingPoint small{};     ///< mean score and mean price of the first model
    OperatingPoint large{};     ///< of the last model
    double verification = 0.0;  ///< price of all draws on an answer, mean over all rows
};

inline void require_verified(const Dataset& data) {
    if (data.rows() == 0) throw DataError("no rows to train on");
    if (data.models() < 2) throw DataError("routing needs at least two models, found one");
    if (data.verified(0)) return;
    Index row = 0;
    while (!std::isnan(data.confidences(0)(row))) ++row;
    throw DataError("model " + in_quotes(data.model_names().front()) +
                    ": this router needs verdicts or a confidence in every row, but id " +
                    in_quotes(data.id(row)) + " has neither");
}

/// Returns true if no row holds a verdict of the first model, so that its confidences are no shares of verdicts.
inline bool holds_no_verdicts(const Dataset& data) { return data.draw_counts(0).second == 0; }

/// Returns the categories of all rows as logged, or computes them from the scores if any row lacks one.
inline std::vector<Category> categories_of(const Dataset& data) {
    std::vector<Category> logged;
    for (Index row = 0; row < data.rows(); ++row) {
        logged.push_back(data.category(row));
        if (logged.back() == Category::none)
            return categorise(data.scores(0), data.scores(data.models() - 1));
    }
    return logged;
}

/// Returns the mean over two groups of rows; `share` of the rows are in the second group.
inline OperatingPoint mixed(const OperatingPoint& first, const OperatingPoint& second, double share) {
    return {first.performance + share * (second.performance - first.performance),
            first.cost + share * (second.cost - first.cost)};
}

/// Collects the cells of a table. Throws `DataError` if it has no rows, one model only, or rows without verification,
/// and `ArgumentError` if the prices are of another table.
template <class Cells = ConfidenceCells>
Cells collect_cells(const TrainingData& training, bool with_categories) {
    const Dataset& data = training.data;
    detail::require_verified(data);
    require_prices_for(data, training.prices);
    const Index last = data.models() - 1;
    const Column small = data.scores(0);
    const Column large = data.scores(last);
    const Column confidence = data.confidences(0);
    const auto categories = with_categories ? detail::categories_of(data) : std::vector<Category>{};

    Cells table;
    std::unordered_map<double, std::size_t> index;
    for (Index row = 0; row < data.rows(); ++row) {
        const auto [entry, fresh] = index.try_emplace(confidence(row), table.cells.size());
        if (fresh) table.cells.push_back({.confidence = confidence(row)});
        auto& cell = table.cells[entry->second];
        cell.weight += 1.0;
        cell.gain += large(row) - small(row);
        if (with_categories) cell.categories[static_cast<std::size_t>(categories[as_size(row)])] += 1.0;
    }
    std::sort(table.cells.begin(), table.cells.end(),
              [](const auto& a, const auto& b) { return a.confidence < b.confidence; });
    const RoutedRows& routed = training.routed;
    table.routed = {routed.rows, routed.rows * (routed.large.performance - routed.small.performance)};
    table.rows = static_cast<double>(data.rows()) + routed.rows;
    const double share = routed.rows / table.rows;
    table.small = detail::mixed({small.mean(), training.prices.answers.front().mean()}, routed.small, share);
    table.large = detail::mixed({large.mean(), training.prices.answers.back().mean()}, routed.large, share);
    table.verification = (1.0 - share) * training.prices.verifications.front().mean();
    return table;
}

}  // namespace automix::detail
