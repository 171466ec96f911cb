// SPDX-License-Identifier: Apache-2.0
// This file defines verdicts, the results of verification draws, live or logged, and their average, the confidence.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

namespace automix {

/// The result of one verification draw of an answer.
enum class Verdict : std::int8_t { unparsed = -1, negative = 0, positive = 1 };

/// Returns the share of positives among the parsed verdicts; 0 if none parsed (AutoMix, section 3.1).
inline double positive_share(std::span<const Verdict> verdicts) noexcept {
    const auto positive = std::count(verdicts.begin(), verdicts.end(), Verdict::positive);
    const auto negative = std::count(verdicts.begin(), verdicts.end(), Verdict::negative);
    return positive == 0 ? 0.0 : static_cast<double>(positive) / static_cast<double>(positive + negative);
}

}  // namespace automix
