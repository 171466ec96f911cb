// SPDX-License-Identifier: Apache-2.0
// Adds sums of money in fixed point, exact to the 10^-12th of a unit. A hundred calls at 0.1 make exactly 10. A total
// does not depend on the order in which threads add to it. Everything is O(1).
#pragma once

#include <compare>
#include <cstdint>

namespace automix {

class Amount {
 public:
    /// The maximum of an amount and of a sum, in units. Larger values count as this one.
    static constexpr std::int64_t largest = 1'000'000'000'000'000'000;

    Amount() = default;

    /// Makes the nearest amount. A value above zero gives the smallest amount or more. Requires a value of 0 or more.
    explicit Amount(double value);

    [[nodiscard]] double value() const noexcept;

    Amount& operator+=(const Amount& other) noexcept;

    /// Subtracts `other`; the result is zero if `other` is larger.
    Amount& operator-=(const Amount& other) noexcept;

    friend Amount operator+(Amount left, const Amount& right) noexcept { return left += right; }
    friend Amount operator-(Amount left, const Amount& right) noexcept { return left -= right; }
    friend bool operator==(const Amount&, const Amount&) = default;
    friend std::strong_ordering operator<=>(const Amount& left, const Amount& right) noexcept {
        const std::strong_ordering units = left.units_ <=> right.units_;
        return std::is_neq(units) ? units : left.parts_ <=> right.parts_;
    }

 private:
    static constexpr std::int64_t parts_per_unit = 1'000'000'000'000;

    void carry() noexcept;

    std::int64_t units_ = 0;
    std::int64_t parts_ = 0;  ///< parts of a unit, below parts_per_unit
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/model/detail/amount_inl.hpp>
#endif
