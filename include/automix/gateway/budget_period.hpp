// SPDX-License-Identifier: Apache-2.0
// Renews the budgets of ledgers with each hour, day or week (UTC; weeks begin on Monday).
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/model/ledger.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

/// Renews ledgers at the beginning of each period. Safe to use from many threads.
class BudgetPeriod {
 public:
    using Clock = std::chrono::system_clock;

    /// Takes a length of 0 for one period without end.
    BudgetPeriod(std::chrono::seconds length, std::vector<std::shared_ptr<Ledger>> ledgers,
                 Clock::time_point now = Clock::now())
        : length_(length), ledgers_(std::move(ledgers)), current_(number_at(now)) {}

    /// Renews the ledgers if a period has begun since the last call.
    void roll(Clock::time_point now = Clock::now()) {
        const std::int64_t number = number_at(now);
        std::int64_t before = current_.load();
        while (number > before) {
            if (!current_.compare_exchange_weak(before, number)) continue;
            for (const auto& ledger : ledgers_) ledger->renew();
            return;
        }
    }

    /// Returns the number of the current period.
    [[nodiscard]] std::int64_t number() const noexcept { return current_; }

    /// Returns the seconds until the next period; 0 if there is none.
    [[nodiscard]] std::int64_t seconds_left(Clock::time_point now = Clock::now()) const {
        if (length_.count() == 0) return 0;
        return length_.count() - (seconds_at(now) % length_.count());
    }

 private:
    /// The first Monday of 1970 is the fifth day.
    static constexpr std::int64_t first_monday = std::int64_t{4} * 24 * 3600;

    [[nodiscard]] std::int64_t seconds_at(Clock::time_point now) const {
        return std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count() -
               first_monday;
    }
    [[nodiscard]] std::int64_t number_at(Clock::time_point now) const {
        return length_.count() == 0 ? 0 : seconds_at(now) / length_.count();
    }

    std::chrono::seconds length_;
    std::vector<std::shared_ptr<Ledger>> ledgers_;
    std::atomic<std::int64_t> current_;
};

/// Returns the length of `hour`, `day` or `week`. Throws `ArgumentError` for any other text.
inline std::chrono::seconds parse_period(std::string_view text) {
    if (text == "hour") return std::chrono::hours(1);
    if (text == "day") return std::chrono::hours(24);
    if (text == "week") return std::chrono::hours(24 * 7);
    throw ArgumentError("period: expected hour, day or week, found " + in_quotes(text));
}

}  // namespace automix
