// SPDX-License-Identifier: Apache-2.0
// Collects statistics of rows that were seen with known probabilities. Each row counts by its weight, and the whole counts
// as the effective number of rows: with weights w it is scaled to sum to (sum w)^2 / sum w^2 (Kish 1965). Pseudo rows of
// a belief, guards and standard errors, which all go by the number of rows, then see no more rows than there are. With
// equal weights that is the number of rows, and the statistics are those of the log. O(rows * draws), and a merge for
// each distinct weight.
#pragma once

#include <automix/data/price_table.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/statistics_options.hpp>
#include <automix/stream/seen_rows.hpp>

namespace automix {

/// Returns the statistics of the rows at these prices. Throws as `collect_statistics`.
Statistics weighted_statistics(const SeenRows& rows, const PriceTable& prices,
                               const StatisticsOptions& options);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/stream/detail/weighted_statistics_inl.hpp>
#endif
