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
#include <numeric>
#include <optional>
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

AUTOMIX_INLINE std::optional<std::string> order_note(const std::vector<std::string>& models,
                                                     const PriceTable& prices, std::span<const Index> order) {
    if (std::is_sorted(order.begin(), order.end())) return std::nullopt;
    std::vector<std::string> priced;
    for (const Index model : order)
        priced.push_back(models[as_size(model)] + " (" + format_price(prices.answers[as_size(model)].mean()) +
                         ")");
    return "models are used in the order of their prices, not of the log: " + joined(priced);
}

AUTOMIX_INLINE PricedDataset arrange_models(Dataset data, PriceTable prices, std::span<const Index> order) {
    const std::optional<std::string> note = order_note(data.model_names(), prices, order);
    if (!note) return {std::move(data), std::move(prices)};
    std::vector<std::string> names;
    for (const Index model : order) names.push_back(data.model_names()[as_size(model)]);
    PriceTable arranged = prices.select_models(order);
    arranged.notes.push_back(*note);
    return {data.with_models(names), std::move(arranged)};
}

AUTOMIX_INLINE PricedDataset order_by_price(Dataset data, PriceTable prices) {
    const std::vector<Index> order = price_order(prices);
    return arrange_models(std::move(data), std::move(prices), order);
}

}  // namespace automix
