// SPDX-License-Identifier: Apache-2.0
// Verdicts by two regular expressions, for models whose replies `read_verdict` does not suit. Only the end of a long reply is
// searched: the matcher of the standard library recurses once a byte and more, so that a reply of a megabyte would overflow
// the stack. The matcher stands apart, so that no other unit includes it.
#pragma once

#include <automix/core/verdict.hpp>

#include <cstddef>
#include <memory>
#include <string_view>

namespace automix {

namespace detail {
class VerdictPatterns;
}  // namespace detail

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
    std::shared_ptr<const detail::VerdictPatterns> patterns_;  ///< shared by copies
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/verify/detail/verdict_rules_inl.hpp>
#endif
