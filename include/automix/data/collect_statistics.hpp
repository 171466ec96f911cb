// SPDX-License-Identifier: Apache-2.0
// The one pass over a log from which statistics come. Folds are by a hash of the id, so a row keeps its fold whatever other
// rows there are. The last model is never verified: no larger one is left to route to. O(rows * draws).
#pragma once

#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/statistics.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace automix {

struct StatisticsOptions {
    /// Verdicts of an answer that count, from the first: one number for all models, or one for each but the last; -1 or
    /// nothing: all that are logged; 0: the model is not verified.
    std::vector<int> max_draws{};
    int folds = 10;
    bool pluralities = false;  ///< sum up how pluralities of samples behave, too
    std::uint64_t seed = 0;    ///< of the folds and of the orders of samples
};

/// Stands in `max_draws` for all verdicts that are logged.
inline constexpr int all_logged_draws = -1;

/// Random orders of a row's samples that plurality sums are averaged over.
inline constexpr int sample_orders = 16;

namespace detail {

int draw_limit(const StatisticsOptions& options, std::size_t model);

/// Adds the prices of a column to one model's sums of the folds, whose cells are filled.
template <class Price>
void add_prices(const Price& column, const std::vector<int>& folds, std::vector<FoldStatistics>& sums,
                std::vector<double> FoldStatistics::*prices, std::size_t model) {
    if (column.is_constant()) {
        for (FoldStatistics& fold : sums) (fold.*prices)[model] += column.mean() * fold.weight();
        return;
    }
    for (std::size_t row = 0; row < folds.size(); ++row)
        (sums[static_cast<std::size_t>(folds[row])].*prices)[model] += column(static_cast<Index>(row));
}

}  // namespace detail

/// Throws `ArgumentError` for fewer than two folds or limits that do not fit the models.
void validate(const StatisticsOptions& options, std::size_t models);

/// Sums up a log at settled prices. Throws `DataError` where it has no rows, fewer than two models, or a row that holds
/// fewer verdicts than are needed, and `ArgumentError` for options or prices that do not fit it.
Statistics collect_statistics(const Dataset& data, const PriceTable& prices,
                              const StatisticsOptions& options = {});

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/data/detail/collect_statistics_inl.hpp>
#endif
