// SPDX-License-Identifier: Apache-2.0
// Definitions of gateway/budget_period.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/gateway/budget_period.hpp>
#include <automix/model/ledger.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

/// Returns the seconds since a Monday. The first one of 1970 is the fifth day.
inline std::int64_t seconds_of_weeks(BudgetPeriod::Clock::time_point now) {
    constexpr std::int64_t first_monday = std::int64_t{4} * 24 * 3600;
    return std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count() - first_monday;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE BudgetPeriod::BudgetPeriod(std::chrono::seconds length,
                                          std::vector<std::shared_ptr<Ledger>> ledgers, Clock::time_point now)
    : length_(length), ledgers_(std::move(ledgers)), current_(number_at(now)) {}

AUTOMIX_INLINE void BudgetPeriod::roll(Clock::time_point now) {
    const std::int64_t number = number_at(now);
    std::int64_t before = current_.load();
    while (number > before) {
        if (!current_.compare_exchange_weak(before, number)) continue;
        for (const auto& ledger : ledgers_) ledger->renew();
        return;
    }
}

AUTOMIX_INLINE std::int64_t BudgetPeriod::seconds_left(Clock::time_point now) const {
    if (length_.count() == 0) return 0;
    return length_.count() - (detail::seconds_of_weeks(now) % length_.count());
}

AUTOMIX_INLINE std::int64_t BudgetPeriod::number_at(Clock::time_point now) const {
    return length_.count() == 0 ? 0 : detail::seconds_of_weeks(now) / length_.count();
}

AUTOMIX_INLINE std::chrono::seconds parse_period(std::string_view text) {
    if (text == "hour") return std::chrono::hours(1);
    if (text == "day") return std::chrono::hours(24);
    if (text == "week") return std::chrono::hours(24 * 7);
    throw ArgumentError("period: expected hour, day or week, found " + in_quotes(text));
}

}  // namespace automix
