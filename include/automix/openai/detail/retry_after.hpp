// SPDX-License-Identifier: Apache-2.0
// Reads how long a server asks to wait: `Retry-After` in seconds, with a unit or as an HTTP date, `retry-after-ms`, and
// `x-ratelimit-reset-*`, a time such as 1m30.5s or a moment after 1970. No wait is longer than one day.
#pragma once

#include <automix/core/format.hpp>

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <ctime>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace automix::detail {

using Wait = std::optional<std::chrono::milliseconds>;

/// Returns milliseconds, rounded up, as a wait of at most one day; nothing for a negative time.
inline Wait wait_of(double milliseconds) {
    constexpr double day = 86'400'000.0;
    if (!(milliseconds >= 0.0)) return std::nullopt;
    return std::chrono::milliseconds(static_cast<long long>(std::ceil(std::min(milliseconds, day))));
}

/// Returns the time in a text such as 2.75, 3s, 120ms or 1m30.5s, in milliseconds. A number without a unit counts
/// `unit` milliseconds.
inline std::optional<double> parse_duration(std::string_view text, double unit) {
    constexpr std::array<std::pair<std::string_view, double>, 5> units = {
        {{"ms", 1.0}, {"s", 1e3}, {"m", 6e4}, {"h", 3.6e6}, {"d", 8.64e7}}};
    if (text.empty()) return std::nullopt;
    double sum = 0.0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
        const auto number = parse_number(text.substr(0, end));
        text.remove_prefix(end);
        if (end == 0 || !number) return std::nullopt;
        if (text.empty()) return sum + *number * unit;
        const auto* const named = std::find_if(units.begin(), units.end(),
                                               [&](const auto& u) { return text.starts_with(u.first); });
        if (named == units.end()) return std::nullopt;
        sum += *number * named->second;
        text.remove_prefix(named->first.size());
    }
    return sum;
}

/// Returns `Retry-After` as time from `now` on, or nothing for a text that is no time.
inline Wait parse_retry_after(const std::string& value, std::time_t now) {
    if (const auto time = parse_duration(value, 1e3)) return wait_of(*time);
    const std::time_t date = curl_getdate(value.c_str(), nullptr);
    if (date == -1) return std::nullopt;
    return wait_of(1e3 * std::max(0.0, std::difftime(date, now)));
}

/// Returns a time of `x-ratelimit-reset-*` from `now` on. A large number is a moment, in seconds or milliseconds.
inline Wait parse_reset(const std::string& value, std::time_t now) {
    constexpr double least_moment = 1e9;
    constexpr double least_moment_ms = 1e12;
    if (const auto number = parse_number(value); number && *number >= least_moment) {
        const double moment = *number >= least_moment_ms ? *number : 1e3 * *number;
        return wait_of(std::max(0.0, moment - 1e3 * static_cast<double>(now)));
    }
    return parse_retry_after(value, now);
}

/// The headers of a reply that tell when to come back.
class WaitHeaders {
 public:
    /// Takes a header, its name in lower case.
    void add(const std::string& name, const std::string& value, std::time_t now) {
        constexpr std::string_view reset = "x-ratelimit-reset";
        constexpr std::string_view remaining = "x-ratelimit-remaining";
        if (name == "retry-after") retry_after_ = parse_retry_after(value, now);
        if (name == "retry-after-ms") {
            const auto time = parse_duration(value, 1.0);
            retry_after_ms_ = time ? wait_of(*time) : std::nullopt;
        }
        if (name.starts_with(reset)) resets_[name.substr(reset.size())] = parse_reset(value, now);
        if (name.starts_with(remaining)) {
            const auto left = parse_number(value);
            if (left && *left <= 0.0) exhausted_.insert(name.substr(remaining.size()));
        }
    }

    /// Returns the wait after a reply of this status: `retry-after-ms`, else `Retry-After`, else the reset of the limits
    /// that are used up. If none is known to be, it is the first reset. Resets do not count if the server itself failed.
    [[nodiscard]] Wait wait(int status) const {
        if (retry_after_ms_) return retry_after_ms_;
        if (retry_after_) return retry_after_;
        constexpr int server_failure = 500;
        if (status >= server_failure) return std::nullopt;
        Wait first;
        Wait last_exhausted;
        for (const auto& [limit, wait] : resets_) {
            if (!wait) continue;
            if (!first || *wait < *first) first = wait;
            if (exhausted_.contains(limit) && (!last_exhausted || *wait > *last_exhausted))
                last_exhausted = wait;
        }
        return last_exhausted ? last_exhausted : first;
    }

 private:
    Wait retry_after_{};
    Wait retry_after_ms_{};
    std::map<std::string, Wait> resets_{};
    std::set<std::string> exhausted_{};
};

}  // namespace automix::detail
