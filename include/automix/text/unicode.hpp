// SPDX-License-Identifier: Apache-2.0
// This file makes Unicode texts comparable without a library for it. `plain_characters` turns forms of the same
// character into the plain one:
//     - spaces of any width into a blank, separators of lines and paragraphs into a line end;
//     - full-width letters, digits and marks, and the mathematical alphabets, into ASCII;
//     - curly and angle quotes into " and ', dashes into -, the ideographic comma and full stop into , and .;
//     - invisible characters (zero width, soft hyphens, marks of direction, variation selectors) into nothing.
// `fold_case` compares Latin, modern Greek, Cyrillic and Armenian texts in any case and composition: it lowers letters,
// writes `ss` for sharp s and the letters of ligatures, and splits composed letters of U+00C0 to U+024F, U+0370 to
// U+052F and U+1E00 to U+1EFF into letter and marks in canonical order. All other characters stay, and so do rare
// capitals of Latin Extended-B and bytes that are not UTF-8. O(length), and O(n log n) in the marks on one letter.
#pragma once

#include <string>
#include <string_view>

namespace automix {

namespace detail {

constexpr bool is_between(char32_t value, char32_t first, char32_t last) noexcept {
    return value >= first && value <= last;
}

}  // namespace detail

/// Returns true for characters that nobody sees: zero width, soft hyphens, marks of direction, variation selectors.
constexpr bool is_invisible(char32_t value) noexcept {
    using detail::is_between;
    return value == 0xADU || value == 0x34FU || value == 0x61CU || value == 0x180EU || value == 0xFEFFU ||
           is_between(value, 0x200B, 0x200F) || is_between(value, 0x202A, 0x202E) ||
           is_between(value, 0x2060, 0x206F) || is_between(value, 0xFE00, 0xFE0F) ||
           is_between(value, 0xE0000, 0xE01EF);
}

/// Returns the text with plain characters.
std::string plain_characters(std::string_view text);

/// Returns the text in lower case and decomposed, so that canonically equal texts become equal.
std::string fold_case(std::string_view text);

/// Returns true for an ideograph or a letter of the Japanese syllabaries. They are written without blanks between words.
constexpr bool is_cjk(char32_t value) noexcept {
    return (value >= 0x2E80U && value <= 0x2FDFU) || (value >= 0x3005U && value <= 0x3007U) ||
           (value >= 0x3031U && value <= 0x30FFU) || (value >= 0x31F0U && value <= 0x31FFU) ||
           (value >= 0x3400U && value <= 0x4DBFU) || (value >= 0x4E00U && value <= 0x9FFFU) ||
           (value >= 0xF900U && value <= 0xFAFFU) || (value >= 0x20000U && value <= 0x3FFFFU);
}

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/text/detail/unicode_inl.hpp>
#endif
