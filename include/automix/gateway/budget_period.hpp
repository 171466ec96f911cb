// SPDX-License-Identifier: Apache-2.0
// Renews the budgets of ledgers with each hour, day or week (UTC; weeks begin on Monday).
#pragma once

#include <automix/model/ledger.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace automix {

/// Renews ledgers at the beginning of each period. Safe to use from many threads.
class BudgetPeriod {
 public:
    using Clock = std::chrono::system_clock;

    /// Takes a length of 0 for one period without end.
    BudgetPeriod(std::chrono::seconds length, std::vector<std::shared_ptr<Ledger>> ledgers,
                 Clock::time_point now = Clock::now());

    /// Renews the ledgers if a period has begun since the last call.
    void roll(Clock::time_point now = Clock::now());

    /// Returns the number of the current period.
    [[nodiscard]] std::int64_t number() const noexcept { return current_; }

    /// Returns the seconds until the next period; 0 if there is none.
    [[nodiscard]] std::int64_t seconds_left(Clock::time_point now = Clock::now()) const;

 private:
    [[nodiscard]] std::int64_t number_at(Clock::time_point now) const;

    std::chrono::seconds length_;
    std::vector<std::shared_ptr<Ledger>> ledgers_;
    std::atomic<std::int64_t> current_;
};

/// Returns the length of `hour`, `day` or `week`. Throws `ArgumentError` for any other text.
std::chrono::seconds parse_period(std::string_view text);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/gateway/detail/budget_period_inl.hpp>
#endif
