// SPDX-License-Identifier: Apache-2.0
// This file normalises texts for comparison. `normalise` follows the evaluation script of SQuAD (Rajpurkar et al.
// 2016). It lowers the case, removes punctuation and the articles a, an and the, and joins white space. On ASCII text
// the result is the script's. Bytes beyond ASCII stay as they are. Python differs there: it lowers the case of all
// letters and splits at further white space (as U+00A0). It also ends words at punctuation such as U+201C. O(length).
#pragma once

#include <automix/text/ascii.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace automix {

/// Returns `text` without white space at its ends.
constexpr std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && is_ascii_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_ascii_space(text.back())) text.remove_suffix(1);
    return text;
}

/// Returns the text trimmed and in lower case, as the recorded answers are scored.
inline std::string simple(std::string_view text) { return ascii_lower(trim(text)); }

/// Returns the parts of `text` between white space, as views into it.
std::vector<std::string_view> split_words(std::string_view text);

std::string normalise(std::string_view text);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/text/detail/normalise_inl.hpp>
#endif
