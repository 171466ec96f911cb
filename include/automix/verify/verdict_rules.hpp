// SPDX-License-Identifier: Apache-2.0
// Reads verdicts by two regular expressions, for models whose replies do not suit `read_verdict`. They see the meant
// text of a reply: thinking, struck-out text and invisible characters are dropped, while marks of Markdown stay. Only the
// end of a long text is searched. The matcher of the standard library recurses once or more for each byte, so a reply of a
// megabyte would overflow the stack. The matcher has its own header, so that no other unit includes it.
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
    /// The number of bytes searched at the end of the meant text. Ordinary patterns then take half a megabyte of stack at the
    /// maximum.
    static constexpr std::size_t searched_bytes = 1024;

    /// Compiles ECMAScript patterns. They ignore the case of letters A to Z, and `^` and `$` are the ends of the
    /// searched text. Throws `ArgumentError` with the pattern and the reason if one is invalid or matches any reply,
    /// and if both are the same.
    VerdictRules(std::string_view positive, std::string_view negative);

    /// Returns the verdict in a reply. Safe to call from many threads at once. Time can grow exponentially for patterns
    /// such as `(.|\s)*x`, which can match the same text in many ways.
    [[nodiscard]] Verdict operator()(std::string_view reply) const;

 private:
    std::shared_ptr<const detail::VerdictPatterns> patterns_;  ///< shared by copies
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/verify/detail/verdict_rules_inl.hpp>
#endif
