// SPDX-License-Identifier: Apache-2.0
// This file finds the option that a reply to a multiple-choice question chooses. An option is a letter from A to Z, a
// text, or both, as in "B", "(B)", "B) Paris" and "Paris". Replies are read as `plain_text` shows them. The first of
// these rules that finds a letter gives the letter of a reply:
//     1. The letter follows the last "answer is", "answer:", "choice is", "option B" or the like that has one behind it.
//        Before a colon the word may also be that of other languages, as in "Antwort: B". A letter that ends its line
//        or sentence may also follow "choose", "so", "therefore" or the like, and be small behind "option".
//     2. The letter begins the reply or stands alone on its last line.
//     3. The letter is the only one in brackets in the whole reply. It may occur there several times.
// Options that the reply rules out do not count, as in "not B, so C" and "A is wrong". If it rules any out and no rule
// finds a letter in the rest, the only letter there is the one.
// A letter must be marked as an option: alone on its line, in brackets, or before `)`, `.`, `:`, `,`, a dash, or a word
// such as "because". Two letters, as in "C, D" and "A or B", choose nothing. Initials and abbreviations, as in "U.K." and
// "S. pneumoniae", are no options. A reply ends where a line such as "Question:" or "Context:" begins another question
// behind an option by rule 1 or 2. O(length).
#pragma once

#include <optional>
#include <string_view>

namespace automix {

/// An option as read from the beginning of a text.
struct OptionMark {
    char letter = 'a';        ///< in lower case
    std::string_view rest{};  ///< the trimmed text behind it
    bool certain = true;      ///< false for a letter and a point before a text, which may be an initial
};

/// Returns the option at the beginning of a plain text; nothing if there is none, as in "A cat".
std::optional<OptionMark> leading_option(std::string_view text) noexcept;

/// Returns the letter that a reply chooses, in lower case; nothing if the reply names none or several.
std::optional<char> chosen_letter(std::string_view reply);

/// Returns true if the reply chooses the option `reference`. If the texts are equal when normalised, it does. Otherwise
/// the letters decide if both have one; a letter that may be an initial must have the text of the reference behind it.
/// If a letter is missing, the texts must be equal. The text of a reply is all of it, or the part behind its last
/// "answer is", without the option's letter.
bool chooses(std::string_view reply, std::string_view reference);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/text/detail/multiple_choice_inl.hpp>
#endif
