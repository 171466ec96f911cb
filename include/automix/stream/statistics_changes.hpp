// SPDX-License-Identifier: Apache-2.0
// Changes statistics as models change: one joins without rows of its own, one leaves, one changes its price. A policy is
// then trained again from the statistics alone. O(cells).
//     // The new model starts as ten rows of its neighbour's; explored requests replace them.
//     automix::Statistics wider = automix::joined_statistics(statistics, 1, "large-v2", 10.0);
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/statistics.hpp>

#include <optional>
#include <string>
#include <vector>

namespace automix {

/// Returns statistics with one more model, right behind its neighbour and like it: it has the neighbour's scores,
/// verdicts and price, or the price given. They are scaled to that number of rows, as a prior for rows to come. Pluralities
/// are left out. Throws `ArgumentError` for a name that exists, a model that does not, or a number of rows that is not
/// above 0.
Statistics joined_statistics(const Statistics& statistics, Index neighbour, const std::string& name,
                             double rows, std::optional<double> price = {});

/// Returns statistics without a model. The last model that is left is not verified. Throws `ArgumentError` for a model
/// that does not exist, or if fewer than two would be left.
Statistics statistics_without(const Statistics& statistics, Index model);

/// Sets the mean price of a model's answers. Throws `ArgumentError` for a price that makes no sense.
void set_answer_price(Statistics& statistics, Index model, double price);

/// Sets all mean prices of statistics to those of others over the same models, which have rows.
void take_prices(Statistics& statistics, const Statistics& from);

/// Scales statistics to that number of rows. Throws `ArgumentError` unless both numbers are above 0.
void scale_to(Statistics& statistics, double rows);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/stream/detail/statistics_changes_inl.hpp>
#endif
