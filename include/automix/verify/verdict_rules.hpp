// SPDX-License-Identifier: Apache-2.0
// Verdicts by two regular expressions, for models whose replies `read_verdict` does not suit. Only the end of a long reply is
// searched: the matcher of the standard library recurses once a byte and more, so that a reply of a megabyte would overflow
// the stack. The one header that includes <regex>.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/text/utf8.hpp>
#include <automix/verify/verdict_parser.hpp>

#include <cstddef>
#include <locale>
#include <optional>
#include <string>
#include <string_view>

// g++ 12 takes a variant of <regex> for uninitialised when it checks addresses, and warns wherever that is inlined.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <regex>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

namespace automix {

/// Parser of verdicts: the match that starts first decides; where matches of both patterns start at the same byte, or neither
/// matches, the reply is unparsed.
class VerdictRules {
 public:
    /// Bytes of a reply's end that are searched: ordinary patterns then take at most half a megabyte of stack.
    static constexpr std::size_t searched_bytes = 1024;

    /// ECMAScript patterns; the case of letters A to Z does not count, and `^` and `$` are the ends of what is searched.
    /// Throws `ArgumentError` with the pattern and the reason where one is invalid or matches any reply, and where both are the
    /// same.
    VerdictRules(std::string_view positive, std::string_view negative)
        : positive_(compile(positive, "positive")), negative_(compile(negative, "negative")) {
        if (positive == negative)
            throw ArgumentError("verdict: expected two patterns, found " + in_quotes(positive) + " twice");
    }

    /// Safe from many threads at once. Time can grow exponentially for patterns such as `(.|\s)*x`, which can match the same
    /// text in many ways.
    [[nodiscard]] Verdict operator()(std::string_view reply) const {
        const std::string_view searched = last_bytes(reply, searched_bytes);
        const auto positive = start_of(positive_, searched);
        const auto negative = start_of(negative_, searched);
        if (positive == negative) return Verdict::unparsed;
        if (!negative) return Verdict::positive;
        return positive && *positive < *negative ? Verdict::positive : Verdict::negative;
    }

 private:
    using Regex = std::regex;

    /// The classic locale with a facet of its own: libstdc++ fills caches of the facet while it matches, without a lock, which
    /// here is done before the first match.
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

}  // namespace automix
