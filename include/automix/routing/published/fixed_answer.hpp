// SPDX-License-Identifier: Apache-2.0
// The published fixed-answer rule. An answer known to be bad ("unanswerable", an empty string) is routed to the large
// model at once, without paying for verdicts. The wrapped router decides all other queries. The source knows which
// answers are bad and flags them in the evidence. The wrapped router is trained on the rows that it decides. The other
// rows cost c_0 + c_L each and are a constant in its metrics and its cost range. O(rows) beside the wrapped training.
#pragma once

#include <automix/context/context_fields.hpp>
#include <automix/context/query_forecast.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/parameters.hpp>
#include <automix/routing/router.hpp>
#include <automix/routing/training.hpp>

#include <optional>
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

    /// Trains the wrapped router on the rows whose first answer is not flagged. The metrics of the result and the cost
    /// range of the wrapped router are over all rows, of which flagged ones are routed without verification. If every
    /// row is flagged, the wrapped router is trained on all rows as if none were, and the metrics are those of routing
    /// all. Throws the errors of the wrapped router.
    TrainingResult train(const TrainingData& training) {
        const Rows rows = divide(training.data);
        if (rows.flagged.empty()) return inner_.train(training);
        const RoutedRows routed = sum_up(training, rows.flagged);
        if (rows.open.empty()) {
            TrainingResult result = inner_.train(training);
            const OperatingPoint reached{routed.large.performance, routed.small.cost + routed.large.cost};
            if (result.ibc) {
                result.ibc = ibc(reached, routed.small);
                result.ibc_lift = ibc_lift(reached, routed.small, routed.large);
            }
            return result;
        }
        const Dataset unflagged = training.data.select_rows(rows.open);
        const PriceTable prices = training.prices.select_rows(rows.open);
        return inner_.train({unflagged, prices, routed});
    }

    /// Returns the wrapped router's policies for all lambdas, on the rows that it decides. Throws the errors of the
    /// wrapped router.
    [[nodiscard]] std::vector<FixedAnswerRouter> curve(const TrainingData& training) const requires
        requires(const Inner& inner) {
        inner.curve(training);
    }
    {
        const Rows rows = divide(training.data);
        if (rows.flagged.empty() || rows.open.empty()) return wrapped(inner_.curve(training));
        const Dataset unflagged = training.data.select_rows(rows.open);
        const PriceTable prices = training.prices.select_rows(rows.open);
        return wrapped(inner_.curve({unflagged, prices, sum_up(training, rows.flagged)}));
    }

    [[nodiscard]] Action next(const Evidence& evidence) const {
        const bool bad = evidence.started() && evidence.current_model().flagged;
        if (bad && evidence.current < evidence.last_model()) return Action::route(evidence.last_model());
        return inner_.next(evidence);
    }

    [[nodiscard]] std::optional<QueryForecast> forecast(const QueryFacts& facts) const {
        if constexpr (query_reading_router<Inner>) return inner_.forecast(facts);
        return std::nullopt;
    }

    [[nodiscard]] ContextFields reads() const {
        if constexpr (query_reading_router<Inner>) return inner_.reads();
        return {};
    }

    [[nodiscard]] Parameters parameters() const { return inner_.parameters(); }

    [[nodiscard]] std::span<const double> breakpoints() const {
        if constexpr (randomised_router<Inner>) return inner_.breakpoints();
        return {};
    }

    /// Returns the explainer of the wrapped router, which decides the answers that are not flagged.
    [[nodiscard]] Explainer explainer() const {
        if constexpr (explaining_router<Inner>) return inner_.explainer();
        return {};
    }

    [[nodiscard]] std::optional<int> max_draws(Index model) const {
        if constexpr (draw_limited_router<Inner>) return inner_.max_draws(model);
        return std::nullopt;
    }

    [[nodiscard]] std::vector<ModelShape> models() const {
        if constexpr (model_bound_router<Inner>) return inner_.models();
        return {};
    }

 private:
    /// Numbers of the rows whose first answer is not flagged (open) or is flagged.
    struct Rows {
        std::vector<Index> open{};
        std::vector<Index> flagged{};
    };

    static Rows divide(const Dataset& data) {
        Rows rows;
        for (Index row = 0; row < data.rows(); ++row)
            (data.flagged(row, 0) ? rows.flagged : rows.open).push_back(row);
        return rows;
    }

    static std::vector<FixedAnswerRouter> wrapped(std::vector<Inner> inner) {
        std::vector<FixedAnswerRouter> routers;
        for (Inner& router : inner) routers.emplace_back(std::move(router));
        return routers;
    }

    static RoutedRows sum_up(const TrainingData& training, const std::vector<Index>& rows) {
        const auto mean = [&](const Column& scores, const PriceColumn& prices) {
            double score = 0.0;
            for (const Index row : rows) score += scores(row);
            return OperatingPoint{score / static_cast<double>(rows.size()), prices.select_rows(rows).mean()};
        };
        return {static_cast<double>(rows.size()),
                mean(training.data.scores(0), training.prices.answers.front()),
                mean(training.data.scores(training.data.models() - 1), training.prices.answers.back())};
    }

    Inner inner_;
};

}  // namespace automix
