// SPDX-License-Identifier: Apache-2.0
// This file reduces the logged verification of one answer to the input of a belief. It keeps the number of readable
// verdicts and of positive ones, or the confidence if only that was logged. Draws are taken to be exchangeable, so the
// counts are a sufficient statistic.
#pragma once

#include <cstdint>
#include <string>

namespace automix {

/// The kind of verification of a model's answers. `verdicts` are drawn one by one, and a `confidence` comes at once.
/// For `samples` each draw is a further sample, and the plurality of the samples is accepted.
enum class VerificationKind : std::uint8_t { none, verdicts, confidence, samples };

/// The verification of one answer. A model that is not verified has all three members at 0.
struct Verification {
    int parsed = 0;
    int positive = 0;
    double confidence = 0.0;  ///< used if only that was logged

    friend constexpr bool operator==(const Verification&, const Verification&) = default;
    // NOLINTNEXTLINE(modernize-use-nullptr): there is no pointer
    friend constexpr auto operator<=>(const Verification&, const Verification&) = default;
};

/// Returns the number of (parsed, positive) pairs with fewer than `parsed` parsed verdicts. Pairs are numbered by
/// `first_count(parsed) + positive`.
constexpr std::int64_t first_count(int parsed) noexcept { return std::int64_t{parsed} * (parsed + 1) / 2; }

/// The maximum number of draws on an answer that a policy is made for. Its table grows with the square of that number.
inline constexpr int maximum_draws = 255;

}  // namespace automix
