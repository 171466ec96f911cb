// SPDX-License-Identifier: Apache-2.0
// Definitions of verify/verdict_rules.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/utf8.hpp>
#include <automix/text/reply_text.hpp>
#include <automix/verify/detail/byte_pattern.hpp>
#include <automix/verify/verdict_rules.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace automix::detail {

/// A pair of compiled patterns.
class VerdictPatterns {
 public:
    VerdictPatterns(std::string_view positive, std::string_view negative)
        : positive_(compile(positive, "positive")), negative_(compile(negative, "negative")) {}

    [[nodiscard]] Verdict find(std::string_view searched) const {
        const auto positive = positive_.start_of(searched);
        const auto negative = negative_.start_of(searched);
        if (positive == negative) return Verdict::unparsed;
        if (!negative) return Verdict::positive;
        return positive && *positive < *negative ? Verdict::positive : Verdict::negative;
    }

 private:
    static BytePattern compile(std::string_view pattern, const char* name) {
        const auto fail = [&](const std::string& reason) {
            throw ArgumentError(std::string("verdict.") + name + ": expected a regular expression, found " +
                                in_quotes(pattern) + ": " + reason);
        };
        if (pattern.empty()) fail("it is empty");
        std::optional<BytePattern> compiled;
        try {
            compiled.emplace(pattern);
        } catch (const DataError& error) {
            fail(error.what());
        }
        if (compiled->start_of("")) fail("it matches any reply");
        return *std::move(compiled);
    }

    BytePattern positive_;
    BytePattern negative_;
};

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE VerdictRules::VerdictRules(std::string_view positive, std::string_view negative)
    : patterns_(std::make_shared<const detail::VerdictPatterns>(positive, negative)) {
    if (positive == negative)
        throw ArgumentError("verdict: expected two patterns, found " + in_quotes(positive) + " twice");
}

AUTOMIX_INLINE Verdict VerdictRules::operator()(std::string_view reply) const {
    const std::string meant = meant_text(reply);
    return patterns_->find(last_bytes(meant, searched_bytes));
}

}  // namespace automix
