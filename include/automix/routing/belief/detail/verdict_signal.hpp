// SPDX-License-Identifier: Apache-2.0
// Tests whether the verification of a model tells anything of what routing gains: the correlation over rows between the
// share of positive verdicts, or a logged confidence, and the score gained by the other model, as a standard normal
// deviate (Fisher 1921). It reads the sums of all rows, so it depends on no folds and no seed. Verdicts are expected to
// say the truth, so those that say the opposite need a larger deviate. O(cells).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>
#include <automix/routing/evidence.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace automix::detail {

/// Probability that useless verification of a log passes as one that tells the truth, and as one that tells the
/// opposite.
inline constexpr double truthful_level = 0.04;
inline constexpr double inverted_level = 0.005;
inline constexpr double min_signal_rows = 4.0;

/// Returns the share of positive verdicts, with one pseudo verdict of each kind, or the logged confidence.
inline double positive_share(const Verification& evidence, VerificationKind kind) {
    if (kind == VerificationKind::confidence) return evidence.confidence;
    return (evidence.positive + 1.0) / (evidence.parsed + 2.0);
}

/// Returns a correlation over rows as a standard normal deviate (Fisher 1921). Requires more than three rows.
inline double correlation_deviate(double correlation, double rows) {
    constexpr double highest = 1.0 - 1e-9;
    return std::sqrt(rows - 3.0) * std::atanh(std::clamp(correlation, -highest, highest));
}

/// Returns the probability that a standard normal deviate is above this one.
inline double upper_tail(double deviate) { return 0.5 * std::erfc(deviate / std::numbers::sqrt2); }

/// Returns the deviate of the correlation between verification of `model` by a verifier and the score that `other` has
/// less than it. Above 0 verification tells the truth. Returns 0 if either does not vary, or if there are fewer than four
/// rows.
inline double verdict_signal(const FoldStatistics& sums, const std::vector<ModelShape>& models, Index model,
                             Index other, Index verifier = 0) {
    const auto i = as_size(model);
    const auto j = as_size(other);
    const double rows = sums.weight();
    if (rows < min_signal_rows) return 0.0;
    const VerificationKind kind = models[i].verifier_shape(verifier).kind;
    const std::size_t place = evidence_place(models, model, verifier);
    double share = 0.0;
    double shares = 0.0;
    double loss = 0.0;
    double losses = 0.0;
    double product = 0.0;
    for (const EvidenceCell& cell : sums.cells) {
        const double v = positive_share(cell.evidence[place], kind);
        const double lost = cell.scores[i] - cell.scores[j];
        const auto squares = [&](std::size_t a, std::size_t b) {
            return cell.products[a * models.size() + b];
        };
        share += cell.weight * v;
        shares += cell.weight * v * v;
        loss += lost;
        losses += squares(i, i) - 2.0 * squares(i, j) + squares(j, j);
        product += v * lost;
    }
    const double share_variance = shares / rows - share / rows * share / rows;
    const double loss_variance = losses / rows - loss / rows * loss / rows;
    constexpr double no_variance = 1e-12;
    if (share_variance < no_variance || loss_variance < no_variance) return 0.0;
    return correlation_deviate(
        (product / rows - share / rows * loss / rows) / std::sqrt(share_variance * loss_variance), rows);
}

/// The largest signal of any model, and whether it is one that useless verification has seldom.
struct VerdictSignal {
    double deviate = 0.0;
    bool significant = false;
};

/// Returns the signal of the models that can be verified, each against `best`, or `best` itself against the last model.
/// The levels are divided by the number of verifiers of these models.
inline VerdictSignal strongest_signal(const FoldStatistics& sums, const std::vector<ModelShape>& models,
                                      Index best) {
    VerdictSignal strongest;
    double verified = 0.0;
    for (const ModelShape& model : models) {
        for (Index v = 0; v < model.verifier_count(); ++v)
            verified += model.verifier_shape(v).kind != VerificationKind::none ? 1.0 : 0.0;
    }
    for (Index m = 0; m < std::ssize(models); ++m) {
        const Index other = m == best ? std::ssize(models) - 1 : best;
        if (other == m) continue;
        for (Index v = 0; v < models[as_size(m)].verifier_count(); ++v) {
            if (models[as_size(m)].verifier_shape(v).kind == VerificationKind::none) continue;
            const double deviate = verdict_signal(sums, models, m, other, v);
            const double tail = upper_tail(std::abs(deviate));
            if (std::abs(deviate) > std::abs(strongest.deviate)) strongest.deviate = deviate;
            if (tail * verified < (deviate > 0.0 ? truthful_level : inverted_level))
                strongest.significant = true;
        }
    }
    return strongest;
}

}  // namespace automix::detail
