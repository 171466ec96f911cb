// SPDX-License-Identifier: Apache-2.0
// The published fixed-answer rule: an answer known to be bad ("unanswerable", an empty string) is routed to the large
// model at once, without paying for verdicts on it; any other query is the wrapped router's. Which answers are bad is
// known to the source, which flags them in the evidence. The wrapped router is trained on the rows that it will decide.
#pragma once

#include <automix/data/dataset.hpp>
#include <automix/router/action.hpp>
#include <automix/router/any_router.hpp>
#include <automix/router/evidence.hpp>
#include <automix/router/parameters.hpp>
#include <automix/router/training.hpp>

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace automix {

template <named_router Inner>
class FixedAnswerRouter {
 public:
    explicit FixedAnswerRouter(Inner inner = Inner{}) : inner_(std::move(inner)) {}

    [[nodiscard]] std::string name() const { return "fixed_answer:" + inner_.name(); }

    /// Trains the wrapped router on the rows whose first answer is not flagged, at their mean prices; on all rows where
    /// every one is. Throws what the wrapped router throws.
    TrainingResult train(const TrainingData& training) {
        std::vector<Index> open;
        for (Index row = 0; row < training.data.rows(); ++row) {
            if (!training.data.flagged(row, 0)) open.push_back(row);
        }
        if (open.empty() || static_cast<Index>(open.size()) == training.data.rows()) return inner_.train(training);
        const Dataset unflagged = training.data.select_rows(open);
        const PriceTable prices = training.prices.select_rows(open);
        return inner_.train({unflagged, prices});
    }

    [[nodiscard]] Action next(const Evidence& evidence) const {
        const bool bad = evidence.started() && evidence.current_model().flagged;
        if (bad && evidence.current < evidence.last_model()) return Action::route(evidence.last_model());
        return inner_.next(evidence);
    }

    [[nodiscard]] Parameters parameters() const { return inner_.parameters(); }

    [[nodiscard]] std::span<const double> breakpoints() const {
        if constexpr (randomised_router<Inner>) return inner_.breakpoints();
        return {};
    }

 private:
    Inner inner_;
};

}  // namespace automix
