// SPDX-License-Identifier: Apache-2.0
// This file scores an answer against a reference, in [0, 1], and finds scores by name. `answer_match` compares as people
// do. Exact match and token F1 are those of SQuAD (Rajpurkar et al. 2016). They differ from its scripts in one case: a
// text that normalises to nothing equals nothing. Scores are O(length), F1 O(n log n) in the tokens.
#pragma once

#include <array>
#include <string_view>

namespace automix {

/// Returns 1 if people would take the texts for the same answer, else 0. The texts are read as `meant_text` and compared
/// as `plain_characters` and `fold_case` show them, word by word:
///     - Punctuation at the ends of a word does not count, nor does an article before the first of several words.
///     - A sign, a point, "%" and the "+" of "C++" count. "-5", "3.0" and "12:30" are not "5", "30" and "1230".
///     - Separators of thousands, a plus sign, and zeros at the end behind a point do not: "+1,000.50" is "1000.5".
///     - A currency sign counts if both texts have one.
///     - Points of abbreviations do not: "U.S." is "US".
///     - Signs of comparison count, before a number and between words: "<5" is neither "5" nor ">5", "<= 5" is "<=5".
///     - A unit counts, and the blank before it does not: "5 km" is "5km", but not "5". "50 %" and "50 percent" are "50%".
///     - Tags of HTML that only style do not, and references are read: "<b>42</b>" is "42", "A &amp; B" is "A & B".
///     - LaTeX around all of a text does not: "$\boxed{\text{Oslo}}$" is "Oslo". "$5" keeps its sign.
/// Whole texts are compared: no answer is taken from a sentence, and "The answer is 5" is not "5".
/// If a text has no words, the score is 1 only if both have the same other characters.
double answer_match(std::string_view answer, std::string_view reference);

/// Returns the harmonic mean of precision and recall of the answer's words, as `answer_match` reads them, each counted
/// as often as it occurs. Each ideograph and each letter of the Japanese syllabaries is a word. If a text has no words,
/// the score is that of `answer_match`.
double answer_f1(std::string_view answer, std::string_view reference);

/// Returns 1 if the texts are equal when normalised and not empty, else 0.
double exact_match(std::string_view answer, std::string_view reference);

/// Returns 1 if the texts are equal apart from the case of ASCII letters and white space at the ends, else 0.
double trimmed_match(std::string_view answer, std::string_view reference);

/// Returns the harmonic mean of precision and recall of the normalised answer's words, each counted as often as it
/// occurs. If a text has no words, the score is 0.
double token_f1(std::string_view answer, std::string_view reference);

/// Returns 1 if the reply chooses the option, else 0. The rules are those of `chooses`.
double multiple_choice(std::string_view answer, std::string_view reference);

using Metric = double (*)(std::string_view answer, std::string_view reference);

struct NamedMetric {
    std::string_view name{};
    Metric metric = nullptr;
};

inline constexpr std::array<NamedMetric, 6> metrics = {{
    {"answer", answer_match},
    {"answer_f1", answer_f1},
    {"exact", exact_match},
    {"f1", token_f1},
    {"choice", multiple_choice},
    {"trimmed", trimmed_match},
}};

/// Returns the metric of that name. Throws `ArgumentError` for an unknown name and lists the known ones.
Metric parse_metric(std::string_view name);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/text/detail/metric_inl.hpp>
#endif
