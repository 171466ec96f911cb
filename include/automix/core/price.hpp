// SPDX-License-Identifier: Apache-2.0
// This file holds the prices that the user states. A price given here takes precedence over the price in a record, and
// a recorded price over the default. The defaults are those of the AutoMix paper, section 5.1: 1 and 50 for the answers
// of two models, 1 for a whole verification. Units are the user's own; only ratios matter to a policy.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

/// The upper bound of prices. Sums and products of prices below it stay finite.
inline constexpr double highest_price = 1e100;

/// Returns true if `price` is finite, not negative and below `highest_price`. Zero is a valid price.
inline bool is_price(double price) noexcept { return price >= 0.0 && price < highest_price; }

/// Returns the message for a number that is not a valid price.
std::string price_complaint(double found);

/// Throws `ArgumentError` if `price` is not a valid price.
void require_price(double price, std::string_view name);

/// The prices of answers and verification. Verification is priced per draw or per answer. A price per answer covers all
/// its k logged draws together, so one draw costs a k-th of it.
struct Prices {
    std::vector<double> answers{};         ///< one for each model; if empty, recorded prices, else 1 and 50
    std::optional<double> verification{};  ///< the price of all draws of an answer together
    std::vector<double>
        draws{};  ///< prices of one draw: one for all models, or one for each (the last may be left out)
    std::vector<std::pair<std::string, double>>
        verifiers{};  ///< prices of one draw of further verifiers by name; else recorded ones
};

/// Throws `ArgumentError` if prices are negative, not finite or of the wrong number, or if both kinds of verification
/// price are given.
void validate(const Prices& prices, std::size_t models);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/core/detail/price_inl.hpp>
#endif
