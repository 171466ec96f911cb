// SPDX-License-Identifier: Apache-2.0
// Definitions of core/format.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/core/utf8.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace automix {

AUTOMIX_INLINE std::string format_fixed(double value, int digits) {
    char buffer[400];
    const auto [end, error] =
        std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, digits);
    if (error != std::errc{}) return "?";
    std::string text(buffer, end);
    const bool negative_zero = text.front() == '-' && text.find_first_not_of("-0.") == std::string::npos;
    return negative_zero ? text.substr(1) : text;
}

AUTOMIX_INLINE std::string hexadecimal(std::uint64_t word) {
    char digits[16];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, word, 16);
    const std::string text(digits, end);
    return std::string(sizeof digits - text.size(), '0') + text;
}

AUTOMIX_INLINE std::optional<std::uint64_t> parse_hexadecimal(std::string_view text) {
    std::uint64_t word = 0;
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, word, 16);
    if (error != std::errc{} || end != last || hexadecimal(word) != text) return std::nullopt;
    return word;
}

AUTOMIX_INLINE std::optional<double> parse_number(std::string_view text) {
    double number = 0.0;
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, number);
    if (error != std::errc{} || end != last) return std::nullopt;
    return number;
}

AUTOMIX_INLINE std::string format_significant(double value, int digits) {
    if (value == 0.0) return "0";
    char buffer[400];
    const auto [end, error] =
        std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific, digits - 1);
    if (error != std::errc{}) return "?";
    const std::string text(buffer, end);
    const std::size_t e = text.find('e');
    if (e == std::string::npos) return text;
    // The exponent is that of the rounded number, so 9.996 becomes 10.0.
    const int exponent =
        static_cast<int>(parse_number(text.substr(e + (text[e + 1] == '+' ? 2 : 1))).value());
    if (exponent < -6 || exponent > 8) return text;
    return format_fixed(value, std::max(0, digits - 1 - exponent));
}

AUTOMIX_INLINE std::string format_price(double price) { return format_significant(price, 3); }

AUTOMIX_INLINE std::string in_quotes(std::string_view text, std::size_t limit) {
    constexpr std::string_view hex = "0123456789abcdef";
    const bool cut = text.size() > limit;
    if (cut) {
        while (limit > 0 && detail::continues_utf8(text[limit])) --limit;
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

}  // namespace automix
