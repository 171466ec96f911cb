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

/// Reads the last verdict that a reply means, as people read it. Thinking, struck-out text and marks of Markdown, HTML
/// and LaTeX do not count (`plain_text`).
///     - A verdict is a line or sentence that begins with "verdict", also as a heading or in a table, or a field of
///       JSON such as "verdict" and "is_correct". If there are several, the last one counts. A quotation, a "verdict:"
///       within a sentence, and labels such as "conclusion:" count if there is no better one.
///     - A reply without any label is read if its sentences judge the answer, as "This answer is incorrect." does.
///     - Positive are "correct", "right", "true", "accurate", "valid", "yes" and check marks, negative their opposites,
///       crosses and "not correct". A verdict is unparsed if it says both, limits the word before it ("mostly
///       correct"), or asks ("correct?"). It is unparsed too if the reply takes it back.
///     - The reply ends where a form of the prompt begins anew ("Question:", "Context:", "AI answer:") behind a verdict.
/// O(length) for any bytes.
Verdict read_verdict(std::string_view reply);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/verify/detail/verdict_parser_inl.hpp>
#endif
