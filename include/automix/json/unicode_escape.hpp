// SPDX-License-Identifier: Apache-2.0
// This file reads the escapes `\uXXXX` of JSON texts, to find halves of surrogate pairs that stand alone. They are no
// characters, and the parser refuses them. O(1) each.
#pragma once

#include <charconv>
#include <cstddef>
#include <string_view>
#include <system_error>

namespace automix::detail {

inline constexpr std::size_t escape_bytes = 6;  ///< length of an escape

/// Returns the code of the escape at `at`; 0 if there is none.
[[nodiscard]] inline unsigned escaped_code(std::string_view text, std::size_t at) {
    if (at + escape_bytes > text.size() || text[at] != '\\' || text[at + 1] != 'u') return 0;
    unsigned code = 0;
    const char* const begin = text.data() + at + 2;
    const auto [stop, error] = std::from_chars(begin, begin + 4, code, 16);
    return error == std::errc{} && stop == begin + 4 ? code : 0;
}

/// Returns true for half of a surrogate pair.
[[nodiscard]] constexpr bool is_surrogate(unsigned code) noexcept {
    return code >= 0xD800U && code <= 0xDFFFU;
}

/// Returns the length of the two escapes at `at` that make up one character; 0 if there are none.
[[nodiscard]] inline std::size_t surrogate_pair_bytes(std::string_view text, std::size_t at) {
    const unsigned first = escaped_code(text, at);
    if (!is_surrogate(first) || first >= 0xDC00U) return 0;
    const unsigned second = escaped_code(text, at + escape_bytes);
    return is_surrogate(second) && second >= 0xDC00U ? 2 * escape_bytes : 0;
}

}  // namespace automix::detail
