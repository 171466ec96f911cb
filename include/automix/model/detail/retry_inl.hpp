// SPDX-License-Identifier: Apache-2.0
// Definitions of model/retry.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/model/retry.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>

namespace automix {

AUTOMIX_INLINE void validate(const RetryOptions& options) {
    const auto require = [](bool holds, const char* field, const char* expected, auto found) {
        if (!holds) {
            throw ArgumentError("retry: " + std::string(field) + ": expected " + expected + ", found " +
                                format_number(found));
        }
    };
    const auto require_time = [&](std::chrono::milliseconds time, const char* field) {
        constexpr std::chrono::milliseconds year = std::chrono::hours(24 * 365);
        require(time.count() >= 0 && time <= year, field, "milliseconds from 0 to a year", time.count());
    };
    require(options.attempts >= 1, "attempts", "at least 1", options.attempts);
    require(options.rate_limit_attempts >= 1, "rate_limit_attempts", "at least 1",
            options.rate_limit_attempts);
    require_time(options.total_time, "total_time");
    require_time(options.first_wait, "first_wait");
    require_time(options.longest_wait, "longest_wait");
    require(options.growth >= 1.0 && std::isfinite(options.growth), "growth", "a finite number of at least 1",
            options.growth);
    require(options.jitter >= 0.0 && options.jitter <= 1.0, "jitter", "a number in [0, 1]", options.jitter);
}

AUTOMIX_INLINE std::chrono::milliseconds backoff(const RetryOptions& options, int failed, double uniform) {
    constexpr double beyond_any_wait = 1e15;
    const double growth = std::min(std::pow(options.growth, failed - 1), beyond_any_wait);
    const double full = std::min(static_cast<double>(options.longest_wait.count()),
                                 static_cast<double>(options.first_wait.count()) * growth);
    return std::chrono::milliseconds(std::llround(full * (1.0 - options.jitter * uniform)));
}

AUTOMIX_INLINE void wait_in_real_time(std::chrono::milliseconds time, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, time, [] { return false; });
}

}  // namespace automix
