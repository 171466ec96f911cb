// SPDX-License-Identifier: Apache-2.0
// Definitions of verify/verdict_rules.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/utf8.hpp>
#include <automix/text/reply_text.hpp>
#include <automix/verify/verdict_rules.hpp>

#include <cstddef>
#include <locale>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

// g++ 12 takes a variant of <regex> for uninitialised when it checks addresses, and warns at each place of inlining.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <regex>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

namespace automix::detail {

/// A pair of compiled patterns.
class VerdictPatterns {
 public:
    VerdictPatterns(std::string_view positive, std::string_view negative)
        : positive_(compile(positive, "positive")), negative_(compile(negative, "negative")) {}

    [[nodiscard]] Verdict find(std::string_view searched) const {
        const auto positive = start_of(positive_, searched);
        const auto negative = start_of(negative_, searched);
        if (positive == negative) return Verdict::unparsed;
        if (!negative) return Verdict::positive;
        return positive && *positive < *negative ? Verdict::positive : Verdict::negative;
    }

 private:
    using Regex = std::regex;

    /// Returns the classic locale with its own facet. libstdc++ fills caches of the facet while it matches, without a
    /// lock. Here they are filled before the first match.
    static std::locale own_locale() {
        std::locale locale(std::locale::classic(), new std::ctype<char>);
        const auto& facet = std::use_facet<std::ctype<char>>(locale);
        for (int c = 1; c < 256; ++c) (void)facet.narrow(static_cast<char>(c), '\0');
        (void)facet.widen('_');
        return locale;
    }

    static Regex compile(std::string_view pattern, const char* name) {
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

    static std::optional<std::ptrdiff_t> start_of(const Regex& regex, std::string_view text) {
        std::match_results<const char*> match;
        if (!std::regex_search(text.data(), text.data() + text.size(), match, regex)) return std::nullopt;
        return match.position();
    }

    Regex positive_;
    Regex negative_;
};

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE VerdictRules::VerdictRules(std::string_view positive, std::string_view negative)
    : patterns_(std::make_shared<const detail::VerdictPatterns>(positive, negative)) {
    if (positive == negative)
        throw ArgumentError("verdict: expected two patterns, found " + in_quotes(positive) + " twice");
}

AUTOMIX_INLINE Verdict VerdictRules::operator()(std::string_view reply) const {
    const std::string meant = meant_text(reply);
    return patterns_->find(last_bytes(meant, searched_bytes));
}

}  // namespace automix
