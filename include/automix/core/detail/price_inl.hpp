// SPDX-License-Identifier: Apache-2.0
// Definitions of core/price.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/price.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>

namespace automix {

AUTOMIX_INLINE std::string price_complaint(double found) {
    return "expected a finite price of at least 0" +
           std::string(std::isfinite(found) && found > 0.0 ? " and below 1e100" : "") + ", found " +
           format_number(found);
}

AUTOMIX_INLINE void require_price(double price, std::string_view name) {
    if (!is_price(price)) throw ArgumentError(std::string(name) + ": " + price_complaint(price));
}

AUTOMIX_INLINE void validate(const Prices& prices, std::size_t models) {
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
    for (auto verifier = prices.verifiers.begin(); verifier != prices.verifiers.end(); ++verifier) {
        const std::string& name = verifier->first;
        if (name.empty()) throw ArgumentError("price of a verifier: its name is empty");
        require_price(verifier->second, "draw price of verifier " + name);
        if (std::any_of(prices.verifiers.begin(), verifier,
                        [&](const auto& before) { return before.first == name; }))
            throw ArgumentError("price of verifier " + name + ": given twice");
    }
    if (prices.verification) {
        require_price(*prices.verification, "verification price");
        if (draws > 0) throw ArgumentError("give a price for a draw or for a whole verification, not both");
    }
}

}  // namespace automix
