// SPDX-License-Identifier: Apache-2.0
// Sums up what the verification of a model tells of its answers: the distribution of the share of positive verdicts over
// right and over wrong answers, and how well it tells them apart. A score of s counts as s right answers and 1 - s wrong
// ones. O(rows * log rows).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/checks.hpp>
#include <automix/data/dataset.hpp>
#include <automix/metrics/ibc.hpp>

#include <optional>
#include <string>
#include <vector>

namespace automix {

/// Answers whose share of positive verdicts falls into one bin.
struct VerdictBin {
    double confidence = 0.0;  ///< middle of the bin: 0, 1 / (bins - 1), ..., 1
    double right = 0.0;       ///< answers
    double wrong = 0.0;
};

struct VerdictSummary {
    std::string model{};
    Index rows = 0;                  ///< answers with verification
    int draws = 0;                   ///< verdicts of every answer; 0 if only a confidence is logged
    std::vector<VerdictBin> bins{};  ///< one for each number of positive verdicts, at most eleven
    double right = 0.0;              ///< mean share of positive verdicts of right answers
    double wrong = 0.0;              ///< of wrong answers
    /// Probability that a right answer has a higher share of positive verdicts than a wrong one, ties counting half; 0.5
    /// tells nothing.
    OptionalMetric discrimination = OptionalMetric::undefined("no answers");
    OptionalMetric unparsed = OptionalMetric::undefined("no draws");  ///< share of unreadable verdicts
    std::optional<ColumnTest> columns{};  ///< whether draws are alike; nothing with fewer than two draws
};

/// Sums up the first `draws` verdicts of every answer, or all that every row has if `draws` is negative; nothing if none
/// is verified, or if `draws` is 0.
std::optional<VerdictSummary> summarise_verdicts(const Dataset& data, Index model, int draws = -1);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/data/detail/verdict_summary_inl.hpp>
#endif
