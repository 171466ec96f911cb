// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/report/detail/markup.hpp.
#pragma once

#include <automix/core/code_points.hpp>
#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/evaluation/report/detail/markup.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace automix::detail {

/// Returns true for a character that a reader cannot see but that changes what is seen.
inline bool is_hidden_control(char32_t c) noexcept {
    const auto among = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
    return (c < 0x20U && c != '\n') || among(0x7F, 0x9F) || c == 0x061CU || among(0x200E, 0x200F) ||
           among(0x2028, 0x202E) || among(0x2066, 0x2069) || among(0xFFF9, 0xFFFB) || among(0xFFFE, 0xFFFF);
}

AUTOMIX_INLINE std::string markup_text(std::string_view text) {
    constexpr char32_t replacement = 0xFFFD;
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint point = code_point_at(text, at);
        at += point.bytes;
        switch (point.value) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                if (!point.valid) {
                    append_code_point(out, replacement);
                } else if (is_hidden_control(point.value)) {
                    const std::string number = hexadecimal(point.value);
                    const std::size_t digits = point.value < 0x100U ? 2 : 4;
                    out += (digits == 2 ? "\\x" : "\\u") + number.substr(number.size() - digits);
                } else {
                    append_code_point(out, point.value);
                }
        }
    }
    return out;
}

AUTOMIX_INLINE std::string attribute(std::string_view name, std::string_view value) {
    return ' ' + std::string(name) + "=\"" + markup_text(value) + '"';
}

AUTOMIX_INLINE std::string element(std::string_view tag, std::string_view attributes,
                                   std::string_view content) {
    std::string out = "<";
    ((((((out += tag) += attributes) += '>') += content) += "</") += tag) += ">";
    return out;
}

AUTOMIX_INLINE std::string text_element(std::string_view tag, std::string_view text,
                                        std::string_view attributes) {
    return element(tag, attributes, markup_text(text));
}

/// Returns the width of a character as a share of the font size.
inline double character_width(char32_t c) noexcept {
    constexpr char32_t first_wide = 0x1100;  // Hangul, and from there on CJK
    if (c >= first_wide) return 1.0;
    if (c >= 0x80U) return 0.65;
    if (std::string_view("ijl.,:;'|![]() ft-").find(static_cast<char>(c)) != std::string_view::npos)
        return 0.36;
    if (std::string_view("mwMW%@").find(static_cast<char>(c)) != std::string_view::npos) return 0.92;
    return c >= 'A' && c <= 'Z' ? 0.70 : 0.59;
}

AUTOMIX_INLINE double text_pixels(std::string_view text, double font_size) {
    double width = 0.0;
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint point = code_point_at(text, at);
        at += point.bytes;
        width += character_width(point.value);
    }
    return width * font_size;
}

AUTOMIX_INLINE std::string fit_text(std::string_view text, double font_size, double width) {
    if (text_pixels(text, font_size) <= width) return std::string(text);
    const std::string_view ellipsis = "\xE2\x80\xA6";
    double used = text_pixels(ellipsis, font_size);
    std::size_t at = 0;
    while (at < text.size()) {
        const CodePoint point = code_point_at(text, at);
        used += character_width(point.value) * font_size;
        if (used > width) break;
        at += point.bytes;
    }
    return std::string(text.substr(0, at)) + std::string(ellipsis);
}

}  // namespace automix::detail
