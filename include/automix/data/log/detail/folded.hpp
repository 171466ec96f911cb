// SPDX-License-Identifier: Apache-2.0
// This file compares words of a log without case and outer blanks, for ASCII.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace automix::detail {

/// Returns the text without outer blanks.
inline std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n\v\f";
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// Returns the text in lower case and without outer blanks.
inline std::string folded(std::string_view text) {
    std::string out(trimmed(text));
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

}  // namespace automix::detail
