// SPDX-License-Identifier: Apache-2.0
// Cuts the verdicts of a log to the first few of each answer, at the same price a draw. A router that uses all logged
// draws is then trained for fewer. O(rows * draws).
#pragma once

#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>

namespace automix {

/// Returns the data set with at most the first `draws` verdicts of each answer. Confidences become shares of these.
/// Rows without verdicts stay as they are. Throws `ArgumentError` for fewer than one draw.
Dataset first_draws(const Dataset& data, int draws);

/// Returns the prices of that data set. Throws `ArgumentError` if the prices belong to another one.
PriceTable first_draws(const PriceTable& prices, const Dataset& data, int draws);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/data/detail/first_draws_inl.hpp>
#endif
