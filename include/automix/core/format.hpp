// SPDX-License-Identifier: Apache-2.0
// This file formats numbers and quoted text for messages and tables. The supported standard libraries lack
// `std::format`. Numbers go through `std::to_chars`, so they do not depend on the locale.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace automix {

/// Returns the shortest text that reads back as the same number.
inline std::string format_number(std::floating_point auto value) {
    char buffer[64];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
    return error == std::errc{} ? std::string(buffer, end) : std::string("?");
}

inline std::string format_number(std::integral auto value) { return std::to_string(value); }

/// Returns `value` with `digits` digits behind the point.
std::string format_fixed(double value, int digits);

/// Formats `value` with that many significant digits: `0.000612`, `18.2`, `50.0`, `1230`, `0`. Digits before the point
/// are never rounded away. Uses an exponent below 0.000001 and from 1,000,000,000 on.
std::string format_significant(double value, int digits);

/// Formats a price or a cost with three significant digits.
std::string format_price(double price);

/// Returns the 16 hexadecimal digits of a word, in lower case.
std::string hexadecimal(std::uint64_t word);

/// Returns the word that 16 hexadecimal digits in lower case spell; nothing for any other text.
std::optional<std::uint64_t> parse_hexadecimal(std::string_view text);

/// Returns the number that the whole of `text` spells, in any locale; nothing if it spells none.
std::optional<double> parse_number(std::string_view text);

/// Returns `text` in double quotes, with control characters escaped. It is cut after `limit` bytes, never inside a
/// UTF-8 sequence.
std::string in_quotes(std::string_view text, std::size_t limit = 60);

/// Returns the items joined as `a, b, c`, for a list in a message.
template <class Range>
std::string joined(const Range& items, std::string_view separator = ", ") {
    std::string text;
    bool first = true;
    for (const auto& item : items) {
        if (!first) text += separator;
        first = false;
        text += item;
    }
    return text;
}

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/core/detail/format_inl.hpp>
#endif
