// SPDX-License-Identifier: Apache-2.0
// Reads how long a server asks to wait: `Retry-After`, `retry-after-ms`, `x-ratelimit-reset-*`, and the sentence of an
// error message. A wait is a number of seconds, a time such as 1m30.5s, a date, or a moment after 1970. No wait is longer
// than one day.
#pragma once

#include <automix/core/format.hpp>
#include <automix/text/ascii.hpp>

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

/// The units of a time in milliseconds. A longer name stands before its beginnings.
inline constexpr std::array<std::pair<std::string_view, double>, 23> time_units = {
    {{"milliseconds", 1.0}, {"millisecond", 1.0}, {"msecs", 1.0}, {"msec", 1.0}, {"ms", 1.0},
     {"seconds", 1e3},      {"second", 1e3},      {"secs", 1e3},  {"sec", 1e3},  {"s", 1e3},
     {"minutes", 6e4},      {"minute", 6e4},      {"mins", 6e4},  {"min", 6e4},  {"m", 6e4},
     {"hours", 3.6e6},      {"hour", 3.6e6},      {"hrs", 3.6e6}, {"hr", 3.6e6}, {"h", 3.6e6},
     {"days", 8.64e7},      {"day", 8.64e7},      {"d", 8.64e7}}};

/// A time at the beginning of a text.
struct LeadingTime {
    double milliseconds = 0.0;
    std::size_t bytes = 0;  ///< of the text; 0: it begins with no time
};

/// Reads a time such as 3s, 120ms, 1m30.5s or 2 minutes and 5 seconds at the beginning of a text, in any case of
/// letters. A number without a unit is no time.
inline LeadingTime leading_time(std::string_view text) {
    LeadingTime read;
    const auto behind_blanks = [&](std::size_t at) {
        return std::min(text.find_first_not_of(' ', at), text.size());
    };
    for (std::size_t at = 0;;) {
        const std::size_t end = std::min(text.find_first_not_of("0123456789.", at), text.size());
        const auto number = parse_number(text.substr(at, end - at));
        if (!number) return read;
        const std::size_t name = behind_blanks(end);
        const auto* const unit = std::find_if(time_units.begin(), time_units.end(), [&](const auto& known) {
            const std::size_t behind = name + known.first.size();
            return has_word_at(text, name, known.first) &&
                   !(behind < text.size() && is_ascii_letter(text[behind]));
        });
        if (unit == time_units.end()) return read;
        read.milliseconds += *number * unit->second;
        read.bytes = name + unit->first.size();
        at = behind_blanks(read.bytes);
        for (const std::string_view joint : {", ", "and "}) {
            if (has_word_at(text, at, joint)) at += joint.size();
        }
    }
}

/// Returns the time in a text such as 2.75 or one of `leading_time`, in milliseconds. A number without a unit counts
/// `unit` milliseconds.
inline std::optional<double> parse_duration(std::string_view text, double unit) {
    if (text.empty()) return std::nullopt;
    const LeadingTime time = leading_time(text);
    if (time.bytes == text.size()) return time.milliseconds;
    const auto last = parse_number(text.substr(time.bytes));
    const bool plain = text.find_first_not_of("0123456789.", time.bytes) == std::string_view::npos;
    if (!last || !plain) return std::nullopt;
    return time.milliseconds + *last * unit;
}

/// Returns a number of an epoch as milliseconds after 1970; nothing if it is too small for a moment of our days. It may
/// count seconds, or thousandths, millionths or billionths of them.
inline std::optional<double> epoch_milliseconds(double number) {
    constexpr double least = 1e9;  // seconds: the year 2001
    if (!(number >= least) || !std::isfinite(number)) return std::nullopt;
    double milliseconds = number < 1e3 * least ? 1e3 * number : number;
    while (milliseconds >= 1e6 * least) milliseconds /= 1e3;
    return milliseconds;
}

/// Returns the time from `now` on until a date, in the forms of HTTP and of ISO 8601 in UTC; nothing for another text.
inline Wait wait_until(std::string date, std::time_t now) {
    // curl reads the ISO form without its marks: 20260102 03:04:05 GMT.
    constexpr std::size_t iso_time = 10;
    if (date.size() > iso_time && date[4] == '-' && date[7] == '-' && date[iso_time] == 'T')
        date = date.substr(0, 4) + date.substr(5, 2) + date.substr(8, 2) + ' ' + date.substr(11, 8) + " GMT";
    const std::time_t moment = curl_getdate(date.c_str(), nullptr);
    if (moment == -1) return std::nullopt;
    return wait_of(1e3 * std::max(0.0, std::difftime(moment, now)));
}

/// Returns a wait from `now` on: a time, a date, or a moment after 1970. A number without a unit counts `unit`
/// milliseconds unless it is large enough for a moment. Returns nothing for a text that is none of these.
inline Wait parse_wait(const std::string& value, std::time_t now, double unit = 1e3) {
    if (const auto number = parse_number(value)) {
        if (const auto moment = epoch_milliseconds(*number))
            return wait_of(std::max(0.0, *moment - 1e3 * static_cast<double>(now)));
    }
    if (const auto time = parse_duration(value, unit)) return wait_of(*time);
    return wait_until(value, now);
}

/// Returns the wait in a sentence such as "Please try again in 1m2.5s."; nothing if it names none with a unit.
inline Wait stated_wait(std::string_view message) {
    constexpr std::array<std::string_view, 5> phrases = {"again in ", "retry in ", "retry after ",
                                                         "again after ", "wait "};
    constexpr std::array<std::string_view, 6> fillers = {"for ",    "about ",    "approximately ",
                                                         "around ", "at least ", "another "};
    for (std::size_t i = 0; i < message.size(); ++i) {
        for (const std::string_view phrase : phrases) {
            if (!has_word_at(message, i, phrase)) continue;
            std::string_view rest = message.substr(i + phrase.size());
            for (const std::string_view filler : fillers) {
                if (has_word_at(rest, 0, filler)) rest.remove_prefix(filler.size());
            }
            const LeadingTime time = leading_time(rest);
            if (time.bytes > 0) return wait_of(time.milliseconds);
        }
    }
    return std::nullopt;
}

/// The headers of a reply that tell when to come back.
class WaitHeaders {
 public:
    /// Takes a header, its name in lower case.
    void add(const std::string& name, const std::string& value, std::time_t now) {
        constexpr std::string_view reset = "x-ratelimit-reset";
        constexpr std::string_view remaining = "x-ratelimit-remaining";
        if (name == "retry-after") retry_after_ = parse_wait(value, now);
        if (name == "retry-after-ms") retry_after_ms_ = parse_wait(value, now, 1.0);
        if (name.starts_with(reset)) resets_[name.substr(reset.size())] = parse_wait(value, now);
        if (name.starts_with(remaining)) {
            const auto left = parse_number(value);
            if (left && *left <= 0.0) exhausted_.insert(name.substr(remaining.size()));
        }
    }

    /// Returns the wait that the server asks for: `retry-after-ms`, else `Retry-After`.
    [[nodiscard]] Wait stated() const { return retry_after_ms_ ? retry_after_ms_ : retry_after_; }

    /// Returns the reset of the limits that are used up. If none is known to be, it is the first reset.
    [[nodiscard]] Wait reset() const {
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
