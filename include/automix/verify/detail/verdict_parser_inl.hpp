// SPDX-License-Identifier: Apache-2.0
// Definitions of verify/verdict_parser.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/verdict.hpp>
#include <automix/text/ascii.hpp>
#include <automix/text/reply_text.hpp>
#include <automix/verify/detail/judgement.hpp>
#include <automix/verify/detail/verdict_lines.hpp>
#include <automix/verify/verdict_parser.hpp>

#include <string>
#include <string_view>

namespace automix {

AUTOMIX_INLINE Verdict read_verdict(std::string_view reply) {
    const std::string plain = plain_text(reply);
    const std::string lower = ascii_lower(plain);
    switch (detail::VerdictLines(detail::lines_of(plain, lower)).read()) {
        case detail::Judgement::positive:
            return Verdict::positive;
        case detail::Judgement::negative:
            return Verdict::negative;
        default:
            return Verdict::unparsed;
    }
}

}  // namespace automix
