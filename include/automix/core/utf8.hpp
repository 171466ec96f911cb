// SPDX-License-Identifier: Apache-2.0
// This file cuts a text to a maximum number of bytes without cutting a UTF-8 sequence. Text that is not UTF-8, with no
// sequence beginning within three bytes of the cut, is cut exactly there. O(1).
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace automix {

namespace detail {

constexpr std::size_t longest_utf8_tail = 3;

constexpr bool continues_utf8(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

}  // namespace detail

/// Returns the longest beginning of `text` within `limit` bytes.
constexpr std::string_view first_bytes(std::string_view text, std::size_t limit) noexcept {
    if (limit >= text.size()) return text;
    for (std::size_t back = 0; back <= std::min(detail::longest_utf8_tail, limit); ++back) {
        if (!detail::continues_utf8(text[limit - back])) return text.substr(0, limit - back);
    }
    return text.substr(0, limit);
}

/// Returns the longest end of `text` within `limit` bytes.
constexpr std::string_view last_bytes(std::string_view text, std::size_t limit) noexcept {
    if (limit >= text.size()) return text;
    const std::size_t start = text.size() - limit;
    for (std::size_t on = 0; on <= std::min(detail::longest_utf8_tail, limit); ++on) {
        if (start + on == text.size() || !detail::continues_utf8(text[start + on]))
            return text.substr(start + on);
    }
    return text.substr(start);
}

}  // namespace automix
