// SPDX-License-Identifier: Apache-2.0
// Definitions of text/normalise.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/text/ascii.hpp>
#include <automix/text/normalise.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

AUTOMIX_INLINE std::vector<std::string_view> split_words(std::string_view text) {
    std::vector<std::string_view> words;
    for (std::size_t i = 0; i < text.size();) {
        const auto begin = text.begin() + static_cast<std::ptrdiff_t>(i);
        const auto length = static_cast<std::size_t>(std::find_if(begin, text.end(), is_ascii_space) - begin);
        if (length > 0) words.push_back(text.substr(i, length));
        i += length + 1;
    }
    return words;
}

AUTOMIX_INLINE std::string normalise(std::string_view text) {
    std::string plain;
    plain.reserve(text.size());
    for (const char c : text) {
        if (!is_ascii_punctuation(c)) plain += ascii_lower(c);
    }
    // An article must be a whole word: the bytes beside it are not part of a word. Control characters are part of a
    // word.
    std::string kept;
    kept.reserve(plain.size());
    for (std::size_t i = 0; i < plain.size();) {
        std::size_t end = i;
        while (end < plain.size() && is_word_byte(plain[end])) ++end;
        const auto word = std::string_view(plain).substr(i, end - i);
        if (word == "a" || word == "an" || word == "the") {
            kept += ' ';
        } else {
            kept += word;
        }
        if (end < plain.size()) kept += plain[end++];
        i = end;
    }
    std::string joined_words;
    joined_words.reserve(kept.size());
    for (const std::string_view word : split_words(kept)) {
        if (!joined_words.empty()) joined_words += ' ';
        joined_words += word;
    }
    return joined_words;
}

}  // namespace automix
