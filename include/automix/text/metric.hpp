// SPDX-License-Identifier: Apache-2.0
// This file scores an answer against a reference, in [0, 1], and finds scores by name. Exact match and token F1 are
// those of SQuAD (Rajpurkar et al. 2016) with the rule of its version 2.0 for empty texts. Scores are O(length), F1 O(n
// log n) in the tokens.
#pragma once

#include <array>
#include <string_view>

namespace automix {

/// Returns 1 if the texts are equal when normalised, else 0.
double exact_match(std::string_view answer, std::string_view reference);

/// Returns 1 if the texts are equal apart from the case of ASCII letters and white space at the ends, else 0.
double trimmed_match(std::string_view answer, std::string_view reference);

/// Returns the harmonic mean of precision and recall of the normalised answer's words, each counted as often as it
/// occurs. If a text has no words, the score is 1 if both have none, else 0.
double token_f1(std::string_view answer, std::string_view reference);

/// Returns 1 if the reply chooses the option, else 0. The rules are those of `chooses`.
double multiple_choice(std::string_view answer, std::string_view reference);

using Metric = double (*)(std::string_view answer, std::string_view reference);

struct NamedMetric {
    std::string_view name{};
    Metric metric = nullptr;
};

inline constexpr std::array<NamedMetric, 4> metrics = {{
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
