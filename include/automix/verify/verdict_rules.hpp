// SPDX-License-Identifier: Apache-2.0
// Reads verdicts by two regular expressions, for models whose replies do not suit `read_verdict`. They see the meant
// text of a reply: thinking, struck-out text and invisible characters are dropped, while marks of Markdown stay. Only
// the end of a long text is searched. The library's own matcher takes time linear in text times pattern.
#pragma once

#include <automix/core/verdict.hpp>

#include <cstddef>
#include <memory>
#include <string_view>

namespace automix {

namespace detail {
class VerdictPatterns;
}  // namespace detail

/// A parser of verdicts. The match that starts first decides. A reply is unparsed if both matches start at the same
/// byte, or if neither pattern matches.
class VerdictRules {
 public:
    /// The number of bytes searched at the end of the meant text.
    static constexpr std::size_t searched_bytes = 1024;

    /// Compiles ECMAScript patterns: literals, `.`, classes, \d \w \s \b, `^`, `$`, groups, alternation and
    /// quantifiers. Lookahead and back references are refused, and so are patterns of more than 1,000 bytes, groups
    /// nested more than 50 deep, and quantifiers that write out to more than 5,000 steps. They ignore the case of
    /// letters A to Z, and `^` and `$` are the ends of the searched text. Throws `ArgumentError` with the pattern and
    /// the reason if one is invalid or matches any reply, and if both are the same.
    VerdictRules(std::string_view positive, std::string_view negative);

    /// Returns the verdict in a reply. Safe to call from many threads at once.
    [[nodiscard]] Verdict operator()(std::string_view reply) const;

 private:
    std::shared_ptr<const detail::VerdictPatterns> patterns_;  ///< shared by copies
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/verify/detail/verdict_rules_inl.hpp>
#endif
