// SPDX-License-Identifier: Apache-2.0
// This file finds the option that a reply to a multiple-choice question chooses. An option is a letter from A to Z, a
// text, or both, as in "B", "(B)", "B) Paris" and "Paris". The first of these rules that finds a letter gives the
// letter of a reply:
//     1. The letter begins the reply or follows its last "answer is" or "answer:". It must be marked as an option:
//        alone on its line, in brackets, or before `)`, `.`, `:` or `,`. Quotes and stars of Markdown beside it do not
//        count.
//     2. The letter is the only one in brackets in the whole reply. It may occur there several times.
// O(length).
#pragma once

#include <optional>
#include <string_view>

namespace automix {

/// An option as read from the beginning of a text.
struct OptionMark {
    char letter = 'a';        ///< in lower case
    std::string_view rest{};  ///< the trimmed text behind it
};

/// Returns the option at the beginning of `text`; nothing if there is none, as in "A cat".
std::optional<OptionMark> leading_option(std::string_view text) noexcept;

/// Returns the letter that a reply chooses, in lower case; nothing if the reply names none or several.
std::optional<char> chosen_letter(std::string_view reply) noexcept;

/// Returns true if the reply chooses the option `reference`. If both have a letter, the letters decide. Otherwise the
/// texts must be equal when normalised. The text of a reply is all of it, or the part behind its last "answer is",
/// without the option's letter.
bool chooses(std::string_view reply, std::string_view reference);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/text/detail/multiple_choice_inl.hpp>
#endif
