// SPDX-License-Identifier: Apache-2.0
// Reading a verdict from a reply to the verification prompt (AutoMix, section 3.1). Any callable of the right form is a
// parser: `read_verdict` below, the regular expressions of `VerdictRules`, or one's own.
#pragma once

#include <automix/core/verdict.hpp>

#include <functional>
#include <string_view>

namespace automix {

/// Called from many threads at once if queries are answered concurrently. It must not throw for any reply.
using VerdictParser = std::function<Verdict(std::string_view reply)>;

/// The first "Verdict: correct" or "Verdict: incorrect" in a reply, in letters of any case, with white space, quotes and the
/// marks of Markdown (`*`, `_`, backquotes) around the colon and the words. A "verdict:" that neither word follows is passed
/// over. O(length), whatever the reply.
Verdict read_verdict(std::string_view reply) noexcept;

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/verify/detail/verdict_parser_inl.hpp>
#endif
