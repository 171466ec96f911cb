// SPDX-License-Identifier: Apache-2.0
// Reading a verdict from a reply to the verification prompt (AutoMix, section 3.1). Any callable of the right form is a
// parser: `read_verdict` below, the regular expressions of `VerdictRules`, or one's own.
#pragma once

#include <automix/core/verdict.hpp>
#include <automix/text/ascii.hpp>

#include <cstddef>
#include <functional>
#include <string_view>

namespace automix {

/// Called from many threads at once where queries are answered concurrently. It must not throw for any reply.
using VerdictParser = std::function<Verdict(std::string_view reply)>;

/// The first "Verdict: correct" or "Verdict: incorrect" in a reply, in letters of any case, with white space, quotes and the
/// marks of Markdown (`*`, `_`, backquotes) around the colon and the words. A "verdict:" that neither word follows is passed
/// over. O(length), whatever the reply.
inline Verdict read_verdict(std::string_view reply) noexcept {
    constexpr std::string_view word = "verdict";
    const auto skip_marks = [reply](std::size_t i) {
        while (i < reply.size() && (is_ascii_space(reply[i]) ||
                                    std::string_view("*_`'\"").find(reply[i]) != std::string_view::npos))
            ++i;
        return i;
    };
    const auto has_word = [reply](std::size_t i, std::string_view expected) {
        const std::size_t end = i + expected.size();
        return has_word_at(reply, i, expected) &&
               (end == reply.size() || !(is_ascii_letter(reply[end]) || is_ascii_digit(reply[end])));
    };
    for (std::size_t i = 0; i < reply.size(); ++i) {
        if (!has_word_at(reply, i, word)) continue;
        i = skip_marks(i + word.size());
        if (i < reply.size() && reply[i] == ':') {
            i = skip_marks(i + 1);
            if (has_word(i, "correct")) return Verdict::positive;
            if (has_word(i, "incorrect")) return Verdict::negative;
        }
        --i;
    }
    return Verdict::unparsed;
}

}  // namespace automix
