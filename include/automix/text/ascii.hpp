// SPDX-License-Identifier: Apache-2.0
// This file defines classes of bytes, the same in every locale. Bytes of 128 and above, the parts of UTF-8 sequences,
// are neither letters nor space nor punctuation. They count as part of a word.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace automix {

constexpr char ascii_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool is_ascii_letter(char c) noexcept { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; }

constexpr bool is_ascii_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Returns true for the characters at which Python's `str.split` splits: blanks, tabulators, line ends and the
/// separators 0x1C to 0x1F.
constexpr bool is_ascii_space(char c) noexcept {
    return c == ' ' || (c >= '\t' && c <= '\r') || (c >= '\x1C' && c <= '\x1F');
}

/// Returns true for printable characters that are neither letter nor digit nor blank: Python's `string.punctuation`.
constexpr bool is_ascii_punctuation(char c) noexcept {
    return c > ' ' && c < '\x7F' && !is_ascii_letter(c) && !is_ascii_digit(c);
}

constexpr bool is_word_byte(char c) noexcept {
    return is_ascii_letter(c) || is_ascii_digit(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80U;
}

/// Returns `text` with the letters A to Z in lower case.
inline std::string ascii_lower(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) c = ascii_lower(c);
    return lower;
}

/// Returns true if `text` has `word` at `position`, in any case of letters. `word` is given in lower case.
constexpr bool has_word_at(std::string_view text, std::size_t position, std::string_view word) noexcept {
    if (position > text.size() || text.size() - position < word.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i) {
        if (ascii_lower(text[position + i]) != word[i]) return false;
    }
    return true;
}

}  // namespace automix
