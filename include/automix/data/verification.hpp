// SPDX-License-Identifier: Apache-2.0
// What a log tells of the verification of one answer, reduced to what a belief depends on: verdicts that could be read and
// how many of them were positive, or the confidence where only that was logged. Draws are taken to be exchangeable, so
// the counts are a sufficient statistic.
#pragma once

#include <cstdint>
#include <string>

namespace automix {

/// How the answers of a model are verified: not at all, by verdicts drawn one by one, by a confidence that comes at once, or
/// by further samples, of which the plurality is accepted.
enum class VerificationKind : std::uint8_t { none, verdicts, confidence, samples };

/// One answer's verification. A model that is not verified has all three at 0.
struct Verification {
    int parsed = 0;
    int positive = 0;
    double confidence = 0.0;  ///< where only that was logged

    friend constexpr bool operator==(const Verification&, const Verification&) = default;
    // NOLINTNEXTLINE(modernize-use-nullptr): there is no pointer
    friend constexpr auto operator<=>(const Verification&, const Verification&) = default;
};

/// Number of (parsed, positive) pairs with fewer than `parsed` parsed verdicts: pairs are numbered by
/// `first_count(parsed) + positive`.
constexpr std::int64_t first_count(int parsed) noexcept { return std::int64_t{parsed} * (parsed + 1) / 2; }

/// Most draws on an answer that a policy is made for: its table grows with their square.
inline constexpr int most_draws = 255;

}  // namespace automix
