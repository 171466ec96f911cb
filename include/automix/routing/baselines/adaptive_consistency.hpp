// SPDX-License-Identifier: Apache-2.0
// Adaptive consistency (Aggarwal et al. 2023, Let's Sample Step by Step): draw one at a time and stop once the majority
// is sure. With a draws of the majority and b others, the chance that the majority stays one is that of Beta(a + 1, b + 1)
// above one half. What differs here: a draw is a verdict, so there are two kinds, and the paper samples answers; the
// answer that most verdicts reject, or that stays tied, goes to the last model, and the paper keeps the majority.
// A decision is O(draws).
#pragma once

#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/parameters.hpp>
#include <automix/routing/training.hpp>

#include <string>

namespace automix {

/// Returns the probability that a share with the posterior Beta(majority + 1, others + 1) is above one half. That is the
/// probability of at most `majority` heads among majority + others + 1 fair coins. Requires counts of at least 0.
double majority_probability(int majority, int others);

struct AdaptiveConsistencyOptions {
    double sure = 0.95;  ///< probability of the majority at which drawing stops, above 0.5 and below 1
    int max_draws = 0;   ///< verdicts of an answer that are used: 1 .. 64; 0: all that are logged, 64 at most
};

/// Throws `ArgumentError` for options out of range.
void validate(const AdaptiveConsistencyOptions& options);

/// A router that draws verdicts on the first answer one by one until their majority is sure. It accepts the answer if more
/// than half of the parsed verdicts are positive, and asks the last model otherwise.
class AdaptiveConsistencyRouter {
 public:
    explicit AdaptiveConsistencyRouter(AdaptiveConsistencyOptions options = {}) : options_(options) {
        validate(options);
    }

    [[nodiscard]] static std::string name() { return "adaptive_consistency"; }

    /// Stores how many verdicts each row has; nothing is fitted. Throws `DataError` if there are no rows, fewer than two
    /// models, or a row without verdicts of the first model.
    TrainingResult train(const TrainingData& training);

    /// Returns the next action. Throws `NotTrainedError` before training.
    [[nodiscard]] Action next(const Evidence& evidence) const;

    [[nodiscard]] Parameters parameters() const {
        return {{"sure", options_.sure}, {"draws", static_cast<double>(draws_)}};
    }

 private:
    AdaptiveConsistencyOptions options_;
    int draws_ = 0;  ///< maximum number of verdicts; 0 before training
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/routing/baselines/detail/adaptive_consistency_inl.hpp>
#endif
