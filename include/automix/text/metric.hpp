// SPDX-License-Identifier: Apache-2.0
// Scores of an answer against a reference, in [0, 1], and by name. Exact match and token F1 are those of SQuAD
// (Rajpurkar et al. 2016) with the rule of its version 2.0 for empty texts. O(length), F1 O(n log n) in the tokens.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/text/choice.hpp>
#include <automix/text/normalise.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

/// 1 where the texts are equal when normalised, else 0.
inline double exact_match(std::string_view answer, std::string_view reference) {
    return normalise(answer) == normalise(reference) ? 1.0 : 0.0;
}

/// 1 where the texts are equal but for the case of ASCII letters and white space at the ends, else 0.
inline double trimmed_match(std::string_view answer, std::string_view reference) {
    return simple(answer) == simple(reference) ? 1.0 : 0.0;
}

/// Harmonic mean of precision and recall of the normalised answer's words, each counted as often as it occurs. Where one text
/// has none: 1 where both have none, else 0.
inline double token_f1(std::string_view answer, std::string_view reference) {
    const std::string said = normalise(answer);
    const std::string wanted = normalise(reference);
    std::vector<std::string_view> said_words = split_words(said);
    std::vector<std::string_view> wanted_words = split_words(wanted);
    if (said_words.empty() || wanted_words.empty())
        return said_words.empty() == wanted_words.empty() ? 1.0 : 0.0;
    std::sort(said_words.begin(), said_words.end());
    std::sort(wanted_words.begin(), wanted_words.end());
    std::vector<std::string_view> common;
    std::set_intersection(said_words.begin(), said_words.end(), wanted_words.begin(), wanted_words.end(),
                          std::back_inserter(common));
    return 2.0 * static_cast<double>(common.size()) /
           static_cast<double>(said_words.size() + wanted_words.size());
}

/// 1 where the reply chooses the option, else 0; the rules are those of `chooses`.
inline double multiple_choice(std::string_view answer, std::string_view reference) {
    return chooses(answer, reference) ? 1.0 : 0.0;
}

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
inline Metric parse_metric(std::string_view name) {
    std::vector<std::string_view> names;
    for (const NamedMetric& known : metrics) {
        if (known.name == name) return known.metric;
        names.push_back(known.name);
    }
    throw ArgumentError("unknown metric " + in_quotes(name) + "; known are " + joined(names));
}

}  // namespace automix
