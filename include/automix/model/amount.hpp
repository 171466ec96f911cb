// SPDX-License-Identifier: Apache-2.0
// Sums of money in fixed point: exact to the 10^-12th of a unit, so that a hundred calls at 0.1 make 10, and a total is the same
// in whatever order many threads add to it. Everything is O(1).
#pragma once

#include <cmath>
#include <compare>
#include <cstdint>

namespace automix {

class Amount {
 public:
    /// More than this counts as this, of a single amount and of a sum.
    static constexpr std::int64_t largest = 1'000'000'000'000'000'000;

    Amount() = default;

    /// The nearest amount; of what is above zero at least the smallest one. Requires a number of at least 0.
    explicit Amount(double value) {
        if (value >= static_cast<double>(largest)) {
            units_ = largest;
            return;
        }
        const double whole = std::floor(value);
        units_ = static_cast<std::int64_t>(whole);
        parts_ = std::llround((value - whole) * static_cast<double>(parts_per_unit));
        if (parts_ == 0 && units_ == 0 && value > 0.0) parts_ = 1;
        carry();
    }

    [[nodiscard]] double value() const noexcept {
        return static_cast<double>(units_) +
               static_cast<double>(parts_) / static_cast<double>(parts_per_unit);
    }

    Amount& operator+=(const Amount& other) noexcept {
        units_ += other.units_;
        parts_ += other.parts_;
        carry();
        return *this;
    }

    /// The difference, or zero where `other` is larger.
    Amount& operator-=(const Amount& other) noexcept {
        if (*this <= other) return *this = Amount();
        units_ -= other.units_;
        parts_ -= other.parts_;
        if (parts_ < 0) {
            parts_ += parts_per_unit;
            --units_;
        }
        return *this;
    }

    friend Amount operator+(Amount left, const Amount& right) noexcept { return left += right; }
    friend Amount operator-(Amount left, const Amount& right) noexcept { return left -= right; }
    friend bool operator==(const Amount&, const Amount&) = default;
    friend std::strong_ordering operator<=>(const Amount& left, const Amount& right) noexcept {
        const std::strong_ordering units = left.units_ <=> right.units_;
        return std::is_neq(units) ? units : left.parts_ <=> right.parts_;
    }

 private:
    static constexpr std::int64_t parts_per_unit = 1'000'000'000'000;

    void carry() noexcept {
        if (parts_ >= parts_per_unit) {
            parts_ -= parts_per_unit;
            ++units_;
        }
        if (units_ >= largest) {
            units_ = largest;
            parts_ = 0;
        }
    }

    std::int64_t units_ = 0;
    std::int64_t parts_ = 0;  ///< of a unit, below parts_per_unit
};

}  // namespace automix
