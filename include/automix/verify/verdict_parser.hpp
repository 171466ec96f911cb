// SPDX-License-Identifier: Apache-2.0
// Reads a verdict from a reply to the verification prompt (AutoMix, section 3.1). A parser is any callable of the right
// form: `read_verdict` below, the regular expressions of `VerdictRules`, or the user's own.
#pragma once

#include <automix/core/verdict.hpp>

#include <functional>
#include <string_view>

namespace automix {

/// A function that reads a verdict from a reply. Called from many threads at once if queries are answered concurrently.
/// It must not throw for any reply.
using VerdictParser = std::function<Verdict(std::string_view reply)>;

/// Reads the first "Verdict: correct" or "Verdict: incorrect" in a reply. Letters may have any case. White space,
/// quotes and marks of Markdown (`*`, `_`, backquotes) may surround the colon and the words. A "verdict:" without one
/// of the two words is skipped. O(length) for any reply.
Verdict read_verdict(std::string_view reply) noexcept;

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/verify/detail/verdict_parser_inl.hpp>
#endif
