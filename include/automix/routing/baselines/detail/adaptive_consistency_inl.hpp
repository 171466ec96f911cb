// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/baselines/adaptive_consistency.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/baselines/adaptive_consistency.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/loop.hpp>
#include <automix/routing/training.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace automix {

AUTOMIX_INLINE double majority_probability(int majority, int others) {
    const int coins = majority + others + 1;
    double sum = 0.0;
    double log_choose = 0.0;  // of `heads` out of all coins
    for (int heads = 0; heads <= majority; ++heads) {
        sum += std::exp(log_choose - coins * std::log(2.0));
        log_choose += std::log(static_cast<double>(coins - heads) / (heads + 1));
    }
    return sum;
}

AUTOMIX_INLINE void validate(const AdaptiveConsistencyOptions& options) {
    if (!(options.sure > 0.5 && options.sure < 1.0))
        throw ArgumentError("sure: expected a probability above 0.5 and below 1, found " +
                            format_number(options.sure));
    if (options.max_draws < 0 || options.max_draws > max_rounds)
        throw ArgumentError("max_draws: expected 1 to " + std::to_string(max_rounds) +
                            ", or 0 for all, found " + std::to_string(options.max_draws));
}

AUTOMIX_INLINE TrainingResult AdaptiveConsistencyRouter::train(const TrainingData& training) {
    const Dataset& data = training.data;
    if (data.rows() == 0) throw DataError("no rows to train on");
    if (data.models() < 2) throw DataError("routing needs at least two models, found one");
    const Index logged = data.draw_counts(0).first;
    if (logged == 0)
        throw DataError("model " + in_quotes(data.model_names().front()) +
                        ": adaptive_consistency needs verdicts in every row");
    const Index most = options_.max_draws == 0 ? Index{max_rounds} : Index{options_.max_draws};
    draws_ = static_cast<int>(std::min(logged, most));
    return {};
}

AUTOMIX_INLINE Action AdaptiveConsistencyRouter::next(const Evidence& evidence) const {
    if (draws_ == 0) throw NotTrainedError(name() + ": not trained");
    if (!evidence.started()) return Action::route(0);
    if (evidence.current > 0) return Action::accept();
    const ModelEvidence& known = evidence.current_model();
    const int negative = known.parsed - known.positive;
    const bool sure = majority_probability(std::max(known.positive, negative),
                                           std::min(known.positive, negative)) >= options_.sure;
    if (!sure && known.drawn < draws_) return Action::verify(1);
    return known.positive > negative ? Action::accept() : Action::route(evidence.last_model());
}

}  // namespace automix
