// SPDX-License-Identifier: Apache-2.0
// Prices as the user states them. A price given here beats what a record holds, which beats the default: 1 and 50 for
// the answers of two models, 1 for a whole verification (the accounting of the AutoMix paper, section 5.1).
// Units are the user's own; only ratios matter to a policy.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

/// Sums and products of prices stay finite below this.
inline constexpr double highest_price = 1e100;

/// True for what can be a price: finite, not negative and below `highest_price`; zero is a legal price.
inline bool is_price(double price) noexcept { return price >= 0.0 && price < highest_price; }

/// What is said of a number that is none.
std::string price_complaint(double found);

/// Throws `ArgumentError` unless `price` is one.
void require_price(double price, std::string_view name);

/// Either a draw has a price, or the whole verification of an answer has one: then all its k logged draws together
/// cost that, and one draw costs a k-th of it.
struct Prices {
    std::vector<double> answers{};         ///< one for each model; empty: recorded prices, else 1 and 50
    std::optional<double> verification{};  ///< of all draws of an answer together
    std::vector<double>
        draws{};  ///< of one draw: one for all models, or one for each (the last may be left out)
};

/// Throws `ArgumentError` where prices are negative, not finite, of the wrong number, or where both kinds of
/// verification price are given.
void validate(const Prices& prices, std::size_t models);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/core/detail/price_inl.hpp>
#endif
