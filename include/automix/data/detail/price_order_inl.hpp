// SPDX-License-Identifier: Apache-2.0
// Definitions of data/price_order.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_order.hpp>
#include <automix/data/price_table.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace automix {

AUTOMIX_INLINE std::vector<Index> price_order(const PriceTable& prices) {
    std::vector<Index> order(prices.answers.size());
    std::iota(order.begin(), order.end(), Index{0});
    std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
        return prices.answers[as_size(a)].mean() < prices.answers[as_size(b)].mean();
    });
    return order;
}

AUTOMIX_INLINE PricedDataset arrange_models(Dataset data, PriceTable prices, std::span<const Index> order) {
    if (std::is_sorted(order.begin(), order.end())) return {std::move(data), std::move(prices)};
    PriceTable arranged = prices.select_models(order);
    std::vector<std::string> names;
    std::vector<std::string> priced;
    for (std::size_t place = 0; place < order.size(); ++place) {
        names.push_back(data.model_names()[as_size(order[place])]);
        priced.push_back(names.back() + " (" + format_price(arranged.answers[place].mean()) + ")");
    }
    arranged.notes.push_back("models are used in the order of their prices, not of the log: " +
                             joined(priced));
    return {data.with_models(names), std::move(arranged)};
}

AUTOMIX_INLINE PricedDataset order_by_price(Dataset data, PriceTable prices) {
    const std::vector<Index> order = price_order(prices);
    return arrange_models(std::move(data), std::move(prices), order);
}

}  // namespace automix
