// SPDX-License-Identifier: Apache-2.0
// Definitions of verify/verdict_parser.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/verdict.hpp>
#include <automix/text/ascii.hpp>
#include <automix/verify/verdict_parser.hpp>

#include <cstddef>
#include <string_view>

namespace automix {

AUTOMIX_INLINE Verdict read_verdict(std::string_view reply) noexcept {
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
