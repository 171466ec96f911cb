// SPDX-License-Identifier: Apache-2.0
// Multiple choice: which option a reply chooses. An option is a letter from A to Z, a text, or both, as in "B", "(B)", "B)
// Paris" and "Paris". The letter of a reply is, by the first of these rules that finds one:
//     1. the letter that the reply begins with, or that follows the last "answer is" or "answer:" in it, marked as an option: alone
//        on its line, in brackets, or before `)`, `.`, `:` or `,` (quotes and stars of Markdown beside it do not count);
//     2. the one letter in brackets in the whole reply, where there is only one, however often.
// O(length).
#pragma once

#include <optional>
#include <string_view>

namespace automix {

/// An option as read from the beginning of a text.
struct OptionMark {
    char letter = 'a';        ///< in lower case
    std::string_view rest{};  ///< what follows it, trimmed
};

/// The option that `text` begins with; nothing where it begins with none, as in "A cat".
std::optional<OptionMark> leading_option(std::string_view text) noexcept;

/// The letter that a reply chooses, in lower case; nothing where it names none or several.
std::optional<char> chosen_letter(std::string_view reply) noexcept;

/// True where the reply chooses the option `reference`. Where the reply has a letter and so has the reference, they decide;
/// otherwise the texts must be equal when normalised: the reply, or what follows its last "answer is", without the
/// option's letter.
bool chooses(std::string_view reply, std::string_view reference);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/text/detail/multiple_choice_inl.hpp>
#endif
