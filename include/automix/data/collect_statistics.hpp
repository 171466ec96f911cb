// SPDX-License-Identifier: Apache-2.0
// This file collects statistics in one pass over a log. Folds are by a hash of the id, so a row keeps its fold if other
// rows come or go. The last model is never verified, because there is no larger one to route to. O(rows * draws).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/statistics_options.hpp>

#include <cstdint>
#include <vector>

namespace automix {

/// The number of random orders of a row's samples over which plurality sums are averaged.
inline constexpr int sample_orders = 16;

namespace detail {

/// Returns the number of leading verdicts of a model that count; -1 for all.
int draw_limit(const StatisticsOptions& options, Index model);

/// Adds the prices of a column to one model's sums of the folds. The cells of the folds must be filled.
template <class Price>
void add_prices(const Price& column, const std::vector<int>& folds, std::vector<FoldStatistics>& sums,
                std::vector<double> FoldStatistics::*prices, Index model) {
    if (column.is_constant()) {
        for (FoldStatistics& fold : sums) (fold.*prices)[as_size(model)] += column.mean() * fold.weight();
        return;
    }
    for (Index row = 0; row < std::ssize(folds); ++row)
        (sums[as_size(folds[as_size(row)])].*prices)[as_size(model)] += column(row);
}

}  // namespace detail

/// Throws `ArgumentError` for fewer than two folds or limits that do not fit the models.
void validate(const StatisticsOptions& options, Index models);

/// Returns the shapes of a log's models, as `collect_statistics` finds them. Throws as that does.
std::vector<ModelShape> model_shapes(const Dataset& data, const StatisticsOptions& options = {});

/// Returns the statistics of a log at settled prices. Throws `DataError` if it has no rows, fewer than two models, or a
/// row with fewer verdicts than needed. Throws `ArgumentError` for options or prices that do not fit it.
Statistics collect_statistics(const Dataset& data, const PriceTable& prices,
                              const StatisticsOptions& options = {});

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/data/detail/collect_statistics_inl.hpp>
#endif
