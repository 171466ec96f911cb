// SPDX-License-Identifier: Apache-2.0
// This file reads and writes single code points of UTF-8 texts. A byte that begins no valid sequence is a code point of
// its own, so that any bytes can be read and are kept. O(1) each.
#pragma once

#include <automix/core/utf8.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace automix {

/// A code point in a text.
struct CodePoint {
    char32_t value = 0;     ///< 0xFFFD for a byte that is not UTF-8
    std::size_t bytes = 1;  ///< length in the text
    bool valid = true;      ///< false for a byte that is not UTF-8
};

/// Returns the code point at `position`, which must be within the text.
constexpr CodePoint code_point_at(std::string_view text, std::size_t position) noexcept {
    constexpr CodePoint broken{0xFFFD, 1, false};
    const auto first = static_cast<unsigned char>(text[position]);
    if (first < 0x80U) return {first, 1, true};
    const std::size_t bytes = first >= 0xF0U ? 4 : first >= 0xE0U ? 3 : 2;
    if (first < 0xC2U || first > 0xF4U || text.size() - position < bytes) return broken;
    char32_t value = first & (0xFFU >> (bytes + 1));
    for (std::size_t i = 1; i < bytes; ++i) {
        const char next = text[position + i];
        if (!detail::continues_utf8(next)) return broken;
        value = (value << 6U) | (static_cast<unsigned char>(next) & 0x3FU);
    }
    const bool overlong = (bytes == 3 && value < 0x800U) || (bytes == 4 && value < 0x10000U);
    const bool surrogate = value >= 0xD800U && value <= 0xDFFFU;
    return overlong || surrogate || value > 0x10FFFFU ? broken : CodePoint{value, bytes, true};
}

/// Appends a code point, which must be a valid one, as UTF-8.
inline void append_code_point(std::string& text, char32_t value) {
    const auto tail = [&text, value](unsigned shift) {
        text += static_cast<char>(0x80U | ((value >> shift) & 0x3FU));
    };
    if (value < 0x80U) {
        text += static_cast<char>(value);
    } else if (value < 0x800U) {
        text += static_cast<char>(0xC0U | (value >> 6U));
        tail(0);
    } else if (value < 0x10000U) {
        text += static_cast<char>(0xE0U | (value >> 12U));
        tail(6);
        tail(0);
    } else {
        text += static_cast<char>(0xF0U | (value >> 18U));
        tail(12);
        tail(6);
        tail(0);
    }
}

}  // namespace automix
