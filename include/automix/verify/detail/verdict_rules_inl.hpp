// SPDX-License-Identifier: Apache-2.0
// Definitions of verify/verdict_rules.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/text/utf8.hpp>
#include <automix/verify/verdict_rules.hpp>

#include <cstddef>
#include <locale>
#include <optional>
#include <regex>
#include <string>
#include <string_view>

namespace automix {

AUTOMIX_INLINE VerdictRules::VerdictRules(std::string_view positive, std::string_view negative)
    : positive_(compile(positive, "positive")), negative_(compile(negative, "negative")) {
    if (positive == negative)
        throw ArgumentError("verdict: expected two patterns, found " + in_quotes(positive) + " twice");
}

AUTOMIX_INLINE Verdict VerdictRules::operator()(std::string_view reply) const {
    const std::string_view searched = last_bytes(reply, searched_bytes);
    const auto positive = start_of(positive_, searched);
    const auto negative = start_of(negative_, searched);
    if (positive == negative) return Verdict::unparsed;
    if (!negative) return Verdict::positive;
    return positive && *positive < *negative ? Verdict::positive : Verdict::negative;
}

AUTOMIX_INLINE std::locale VerdictRules::own_locale() {
    std::locale locale(std::locale::classic(), new std::ctype<char>);
    const auto& facet = std::use_facet<std::ctype<char>>(locale);
    for (int c = 1; c < 256; ++c) (void)facet.narrow(static_cast<char>(c), '\0');
    (void)facet.widen('_');
    return locale;
}

AUTOMIX_INLINE VerdictRules::Regex VerdictRules::compile(std::string_view pattern, const char* name) {
    const auto fail = [&](const std::string& reason) {
        throw ArgumentError(std::string("verdict.") + name + ": expected a regular expression, found " +
                            in_quotes(pattern) + ": " + reason);
    };
    if (pattern.empty()) fail("it is empty");
    Regex regex;
    regex.imbue(own_locale());
    try {
        regex.assign(pattern.data(), pattern.size(),
                     std::regex::ECMAScript | std::regex::icase | std::regex::optimize);
    } catch (const std::regex_error& error) {
        fail(error.what());
    }
    if (start_of(regex, "")) fail("it matches any reply");
    return regex;
}

AUTOMIX_INLINE std::optional<std::ptrdiff_t> VerdictRules::start_of(const Regex& regex,
                                                                    std::string_view text) {
    std::match_results<const char*> match;
    if (!std::regex_search(text.data(), text.data() + text.size(), match, regex)) return std::nullopt;
    return match.position();
}

}  // namespace automix
