// SPDX-License-Identifier: Apache-2.0
// Scores of an answer against a reference, in [0, 1], and by name. Exact match and token F1 are those of SQuAD
// (Rajpurkar et al. 2016) with the rule of its version 2.0 for empty texts. O(length), F1 O(n log n) in the tokens.
#pragma once

#include <array>
#include <string_view>

namespace automix {

/// 1 where the texts are equal when normalised, else 0.
double exact_match(std::string_view answer, std::string_view reference);

/// 1 where the texts are equal but for the case of ASCII letters and white space at the ends, else 0.
double trimmed_match(std::string_view answer, std::string_view reference);

/// Harmonic mean of precision and recall of the normalised answer's words, each counted as often as it occurs. Where one text
/// has none: 1 where both have none, else 0.
double token_f1(std::string_view answer, std::string_view reference);

/// 1 where the reply chooses the option, else 0; the rules are those of `chooses`.
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

/// The metric of that name. Throws `ArgumentError` for an unknown one, listing those that there are.
Metric parse_metric(std::string_view name);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/text/detail/metric_inl.hpp>
#endif
