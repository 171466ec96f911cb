// SPDX-License-Identifier: Apache-2.0
// Parts of a text of at most so many bytes that cut no UTF-8 sequence. In text that is not UTF-8, where no sequence begins
// within three bytes of the cut, the part is cut where it is. O(1).
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace automix {

namespace detail {

constexpr std::size_t longest_utf8_tail = 3;

constexpr bool continues_utf8(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

}  // namespace detail

/// The longest beginning of `text` of at most `limit` bytes.
constexpr std::string_view first_bytes(std::string_view text, std::size_t limit) noexcept {
    if (limit >= text.size()) return text;
    for (std::size_t back = 0; back <= std::min(detail::longest_utf8_tail, limit); ++back) {
        if (!detail::continues_utf8(text[limit - back])) return text.substr(0, limit - back);
    }
    return text.substr(0, limit);
}

/// The longest end of `text` of at most `limit` bytes.
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
