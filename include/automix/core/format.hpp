// SPDX-License-Identifier: Apache-2.0
// Numbers and quoted text for messages and tables. `std::format` is not in the supported standard libraries;
// numbers go through `std::to_chars`, so they do not depend on the locale.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace automix {

/// Shortest text that reads back as the same number.
inline std::string format_number(std::floating_point auto value) {
    char buffer[64];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
    return error == std::errc{} ? std::string(buffer, end) : std::string("?");
}

inline std::string format_number(std::integral auto value) { return std::to_string(value); }

/// `value` with `digits` digits behind the point.
inline std::string format_fixed(double value, int digits) {
    char buffer[400];
    const auto [end, error] =
        std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, digits);
    if (error != std::errc{}) return "?";
    std::string text(buffer, end);
    const bool negative_zero = text.front() == '-' && text.find_first_not_of("-0.") == std::string::npos;
    return negative_zero ? text.substr(1) : text;
}

/// The number that the whole of `text` is, whatever the locale; nothing where it is none.
inline std::optional<double> parse_number(std::string_view text) {
    double number = 0.0;
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, number);
    if (error != std::errc{} || end != last) return std::nullopt;
    return number;
}

/// `text` in double quotes, control characters escaped, cut after `limit` bytes (never inside a UTF-8 sequence).
inline std::string in_quotes(std::string_view text, std::size_t limit = 60) {
    constexpr std::string_view hex = "0123456789abcdef";
    const bool cut = text.size() > limit;
    if (cut) {
        while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80U) --limit;
        text = text.substr(0, limit);
    }
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            (out += '\\') += c;
        } else if (byte < 0x20U || byte == 0x7FU) {
            ((out += "\\x") += hex[byte >> 4U]) += hex[byte & 15U];
        } else {
            out += c;
        }
    }
    return out + (cut ? "...\"" : "\"");
}

/// `a, b, c`: the items joined for a list in a message.
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
