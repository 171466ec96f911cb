// SPDX-License-Identifier: Apache-2.0
// Definitions of stream/weighted_statistics.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/statistics_options.hpp>
#include <automix/stream/seen_rows.hpp>
#include <automix/stream/weighted_statistics.hpp>

#include <map>
#include <utility>
#include <vector>

namespace automix {

AUTOMIX_INLINE Statistics weighted_statistics(const SeenRows& rows, const PriceTable& prices,
                                              const StatisticsOptions& options) {
    Statistics all = collect_statistics(rows.data, prices, options);
    std::map<double, std::vector<Index>> classes;  // rows of each weight
    double sum = 0.0;
    double squares = 0.0;
    for (Index row = 0; row < rows.data.rows(); ++row) {
        const double weight = rows.weights[as_size(row)];
        classes[weight].push_back(row);
        sum += weight;
        squares += weight * weight;
    }
    if (classes.size() == 1) return all;
    Statistics weighted = all;
    for (FoldStatistics& fold : weighted.folds) fold = FoldStatistics(weighted.models);
    for (const auto& [weight, members] : classes) {
        Statistics part =
            collect_statistics(rows.data.select_rows(members), prices.select_rows(members), options);
        part *= weight * sum / squares;
        weighted.add(part, Overlap::allow);
    }
    weighted.logs = std::move(all.logs);
    return weighted;
}

}  // namespace automix
