// SPDX-License-Identifier: Apache-2.0
// Texts made comparable. `normalise` does what the evaluation script of SQuAD (Rajpurkar et al. 2016) does: lower case,
// punctuation out, the articles a, an and the out, white space joined. On ASCII text the result is the script's. Beyond ASCII
// bytes are kept as they are, where Python lowers the case of all letters, splits at further kinds of white space (as U+00A0),
// and sees the end of a word at punctuation such as U+201C. O(length).
#pragma once

#include <automix/text/ascii.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace automix {

/// `text` without white space at its ends.
constexpr std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && is_ascii_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_ascii_space(text.back())) text.remove_suffix(1);
    return text;
}

/// Trimmed and in lower case, as the recorded answers are scored.
inline std::string simple(std::string_view text) { return ascii_lower(trim(text)); }

/// The parts of `text` between white space; views into it.
std::vector<std::string_view> split_words(std::string_view text);

std::string normalise(std::string_view text);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/text/detail/normalise_inl.hpp>
#endif
