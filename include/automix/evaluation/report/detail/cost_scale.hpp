// SPDX-License-Identifier: Apache-2.0
// Chooses how costs are shown: for a query, or for a thousand or a million queries if prices are small, so that numbers
// have few zeros. O(1).
#pragma once

#include <automix/core/format.hpp>

#include <string>
#include <utility>

namespace automix::detail {

/// A number of queries that costs are shown for, and the unit of the prices.
class CostScale {
 public:
    CostScale(std::string unit, double highest) : unit_(std::move(unit)) {
        constexpr double small = 0.1;
        constexpr double thousand = 1e3;
        while (highest > 0.0 && highest * queries_ < small && queries_ < thousand * thousand)
            queries_ *= thousand;
    }

    [[nodiscard]] double of(double cost) const { return cost * queries_; }
    /// Returns `12.3`.
    [[nodiscard]] std::string number(double cost) const { return format_price(of(cost)); }
    /// Returns `USD per 1,000 queries`.
    [[nodiscard]] std::string per() const {
        constexpr double one = 1.0;
        constexpr double thousand = 1e3;
        return unit_ + (queries_ == one        ? " per query"
                        : queries_ == thousand ? " per 1,000 queries"
                                               : " per million queries");
    }
    /// Returns `12.3 USD per 1,000 queries`.
    [[nodiscard]] std::string text(double cost) const { return number(cost) + ' ' + per(); }
    /// Returns `0.0123 USD`, of a price that is not one of queries.
    [[nodiscard]] std::string unit_text(double price) const { return format_price(price) + ' ' + unit_; }

 private:
    std::string unit_;
    double queries_ = 1.0;
};

}  // namespace automix::detail
