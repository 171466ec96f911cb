// SPDX-License-Identifier: Apache-2.0
// Definitions of text/metric.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/text/metric.hpp>
#include <automix/text/multiple_choice.hpp>
#include <automix/text/normalise.hpp>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

AUTOMIX_INLINE double exact_match(std::string_view answer, std::string_view reference) {
    return normalise(answer) == normalise(reference) ? 1.0 : 0.0;
}

AUTOMIX_INLINE double trimmed_match(std::string_view answer, std::string_view reference) {
    return simple(answer) == simple(reference) ? 1.0 : 0.0;
}

AUTOMIX_INLINE double token_f1(std::string_view answer, std::string_view reference) {
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

AUTOMIX_INLINE double multiple_choice(std::string_view answer, std::string_view reference) {
    return chooses(answer, reference) ? 1.0 : 0.0;
}

AUTOMIX_INLINE Metric parse_metric(std::string_view name) {
    std::vector<std::string_view> names;
    for (const NamedMetric& known : metrics) {
        if (known.name == name) return known.metric;
        names.push_back(known.name);
    }
    throw ArgumentError("unknown metric " + in_quotes(name) + "; known are " + joined(names));
}

}  // namespace automix
