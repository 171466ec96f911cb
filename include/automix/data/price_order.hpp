// SPDX-License-Identifier: Apache-2.0
// This file puts the models of a data set in the order of their mean price, since a cascade asks the cheapest model
// first. Logs list models in any order, and prices given for a log may fall. O(rows * models).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>

#include <algorithm>
#include <span>
#include <vector>

namespace automix {

/// Returns the numbers of the models in ascending order of the mean price of an answer. Models of equal price keep
/// their order.
std::vector<Index> price_order(const PriceTable& prices);

/// A data set with its prices, of the same models in the same order.
struct PricedDataset {
    Dataset data{};
    PriceTable prices{};
};

/// Returns the data set and its prices with the models in that order, and adds the sentence on it, if there is one, to
/// the notes of the prices.
PricedDataset arrange_models(Dataset data, PriceTable prices, std::span<const Index> order);

/// Returns the data set and its prices with the models in ascending order of the mean price of an answer.
PricedDataset order_by_price(Dataset data, PriceTable prices);

/// Returns `use(data, prices)` with the models in that order. Copies nothing if they stand in it already.
template <class Use>
auto use_in_order(const Dataset& data, const PriceTable& prices, std::span<const Index> order, Use use) {
    if (std::is_sorted(order.begin(), order.end())) return use(data, prices);
    const PricedDataset arranged = arrange_models(data, prices, order);
    return use(arranged.data, arranged.prices);
}

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/data/detail/price_order_inl.hpp>
#endif
