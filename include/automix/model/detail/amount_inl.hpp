// SPDX-License-Identifier: Apache-2.0
// Definitions of model/amount.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/model/amount.hpp>

#include <cmath>
#include <cstdint>

namespace automix {

AUTOMIX_INLINE Amount::Amount(double value) {
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

AUTOMIX_INLINE double Amount::value() const noexcept {
    return static_cast<double>(units_) + static_cast<double>(parts_) / static_cast<double>(parts_per_unit);
}

AUTOMIX_INLINE Amount& Amount::operator+=(const Amount& other) noexcept {
    units_ += other.units_;
    parts_ += other.parts_;
    carry();
    return *this;
}

AUTOMIX_INLINE Amount& Amount::operator-=(const Amount& other) noexcept {
    if (*this <= other) return *this = Amount();
    units_ -= other.units_;
    parts_ -= other.parts_;
    if (parts_ < 0) {
        parts_ += parts_per_unit;
        --units_;
    }
    return *this;
}

AUTOMIX_INLINE void Amount::carry() noexcept {
    if (parts_ >= parts_per_unit) {
        parts_ -= parts_per_unit;
        ++units_;
    }
    if (units_ >= largest) {
        units_ = largest;
        parts_ = 0;
    }
}

}  // namespace automix
