// SPDX-License-Identifier: Apache-2.0
// Prices as the user states them. A price given here beats what a record holds, which beats the default: 1 and 50 for
// the answers of two models, 1 for a whole verification (the accounting of the AutoMix paper, section 5.1).
// Units are the user's own; only ratios matter to a policy.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>

#include <cmath>
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
inline std::string price_complaint(double found) {
    return "expected a finite price of at least 0" +
           std::string(std::isfinite(found) && found > 0.0 ? " and below 1e100" : "") + ", found " +
           format_number(found);
}

/// Throws `ArgumentError` unless `price` is one.
inline void require_price(double price, std::string_view name) {
    if (!is_price(price)) throw ArgumentError(std::string(name) + ": " + price_complaint(price));
}

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
inline void validate(const Prices& prices, std::size_t models) {
    const auto require_count = [&](bool right, const char* name, const char* expected, std::size_t found) {
        if (!right) {
            throw ArgumentError(std::string(name) + ": expected " + expected + " of " +
                                std::to_string(models) + " models, found " + std::to_string(found));
        }
    };
    const std::size_t answers = prices.answers.size();
    const std::size_t draws = prices.draws.size();
    require_count(answers == 0 || answers == models, "answer prices", "one for each", answers);
    require_count(draws <= 1 || draws == models || draws + 1 == models, "draw prices",
                  "one for all, or one for each", draws);
    for (const double price : prices.answers) require_price(price, "answer price");
    for (const double price : prices.draws) require_price(price, "draw price");
    if (prices.verification) {
        require_price(*prices.verification, "verification price");
        if (draws > 0) throw ArgumentError("give a price for a draw or for a whole verification, not both");
    }
}

}  // namespace automix
