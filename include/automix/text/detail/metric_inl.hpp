// SPDX-License-Identifier: Apache-2.0
// Definitions of text/metric.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/text/detail/answer_words.hpp>
#include <automix/text/metric.hpp>
#include <automix/text/multiple_choice.hpp>
#include <automix/text/normalise.hpp>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace automix::detail {

/// Returns the F1 of two lists of words; 0 if one is empty.
inline double f1(std::vector<std::string_view> said, std::vector<std::string_view> wanted) {
    if (said.empty() || wanted.empty()) return 0.0;
    std::sort(said.begin(), said.end());
    std::sort(wanted.begin(), wanted.end());
    std::vector<std::string_view> common;
    std::set_intersection(said.begin(), said.end(), wanted.begin(), wanted.end(), std::back_inserter(common));
    return 2.0 * static_cast<double>(common.size()) / static_cast<double>(said.size() + wanted.size());
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE double answer_match(std::string_view answer, std::string_view reference) {
    return detail::AnswerText(answer).same(detail::AnswerText(reference)) ? 1.0 : 0.0;
}

AUTOMIX_INLINE double answer_f1(std::string_view answer, std::string_view reference) {
    const detail::AnswerText said(answer);
    const detail::AnswerText wanted(reference);
    if (said.empty() || wanted.empty()) return said.same(wanted) ? 1.0 : 0.0;
    return detail::f1(said.tokens(), wanted.tokens());
}

AUTOMIX_INLINE double exact_match(std::string_view answer, std::string_view reference) {
    const std::string said = normalise(answer);
    return !said.empty() && said == normalise(reference) ? 1.0 : 0.0;
}

AUTOMIX_INLINE double trimmed_match(std::string_view answer, std::string_view reference) {
    return simple(answer) == simple(reference) ? 1.0 : 0.0;
}

AUTOMIX_INLINE double token_f1(std::string_view answer, std::string_view reference) {
    const std::string said = normalise(answer);
    const std::string wanted = normalise(reference);
    return detail::f1(split_words(said), split_words(wanted));
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
