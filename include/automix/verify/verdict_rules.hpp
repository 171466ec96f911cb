// SPDX-License-Identifier: Apache-2.0
// Verdicts by two regular expressions, for models whose replies `read_verdict` does not suit. Only the end of a long reply is
// searched: the matcher of the standard library recurses once a byte and more, so that a reply of a megabyte would overflow
// the stack. The one header that includes <regex>.
#pragma once

#include <automix/core/verdict.hpp>

#include <cstddef>
#include <locale>
#include <optional>
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

/// Parser of verdicts: the match that starts first decides; if matches of both patterns start at the same byte, or neither
/// matches, the reply is unparsed.
class VerdictRules {
 public:
    /// Bytes of a reply's end that are searched: ordinary patterns then take at most half a megabyte of stack.
    static constexpr std::size_t searched_bytes = 1024;

    /// ECMAScript patterns; the case of letters A to Z does not count, and `^` and `$` are the ends of what is searched.
    /// Throws `ArgumentError` with the pattern and the reason if one is invalid or matches any reply, and if both are the
    /// same.
    VerdictRules(std::string_view positive, std::string_view negative);

    /// Safe from many threads at once. Time can grow exponentially for patterns such as `(.|\s)*x`, which can match the same
    /// text in many ways.
    [[nodiscard]] Verdict operator()(std::string_view reply) const;

 private:
    using Regex = std::regex;

    /// The classic locale with a facet of its own: libstdc++ fills caches of the facet while it matches, without a lock, which
    /// here is done before the first match.
    static std::locale own_locale();

    static Regex compile(std::string_view pattern, const char* name);

    static std::optional<std::ptrdiff_t> start_of(const Regex& regex, std::string_view text);

    Regex positive_;
    Regex negative_;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/verify/detail/verdict_rules_inl.hpp>
#endif
