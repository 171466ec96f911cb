// SPDX-License-Identifier: Apache-2.0
// Chooses the facts that a policy reads, and fits their forecasts. Each choice is judged on held-out rows: neither its
// forecasts nor its levels were fitted to them. A richer one has to gain its standard error over a poorer one, row by
// row. Without facts the excess is that of the policy that the guard would ship. O(contexts * (fit + rows * solution)).
#pragma once

#include <automix/context/context_fields.hpp>
#include <automix/context/fit_context.hpp>
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/row_evidence.hpp>
#include <automix/data/split.hpp>
#include <automix/data/verification.hpp>
#include <automix/routing/belief/context_choice.hpp>
#include <automix/routing/belief/detail/context_rows.hpp>
#include <automix/routing/belief/detail/guard.hpp>
#include <automix/routing/belief/detail/training_context.hpp>
#include <automix/routing/training.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

/// Maximum number of cells of a tree that is solved for each query.
inline constexpr Index max_query_cells = 20'000;

/// The facts that a log holds.
struct KnownFacts {
    bool dataset = false;  ///< more than one name
    bool text = false;
    bool features = false;
    bool prior = false;

    explicit KnownFacts(const Dataset& data) : dataset(data.dataset_names().size() > 1) {
        for (Index row = 0; row < data.rows(); ++row) {
            const QueryFacts facts = data.facts(row);
            text = text || !facts.question.empty();
            features = features || !facts.features.empty();
            prior = prior || !facts.prior.empty();
        }
    }
};

/// Returns the contexts to try, poorer ones first; none if the log holds nothing to read. Throws `DataError` if the
/// user asks for facts that it does not hold.
inline std::vector<ContextFields> contexts_to_try(const ContextChoice& choice, const Dataset& data) {
    if (!choice.best && !choice.fields.any()) return {};
    const KnownFacts known(data);
    if (!choice.best) {
        const auto require = [](bool wanted, bool there, const std::string& name, const std::string& field) {
            if (wanted && !there)
                throw DataError("context " + name + ": no row of the log has " + field);
        };
        require(choice.fields.text, known.text, "text", "a question");
        require(choice.fields.features, known.features, "features", "features");
        require(choice.fields.prior, known.prior, "prior", "a prior");
        return {choice.fields};
    }
    std::vector<ContextFields> contexts;
    if (known.dataset) contexts.push_back({.dataset = true});
    if (known.text) contexts.push_back({.dataset = known.dataset, .text = true});
    return contexts;
}

/// Returns the rows of a log with neither forecasts nor a model.
inline ContextRows collect_rows(const TrainingData& training, const std::vector<ModelShape>& shapes,
                                const StatisticsOptions& options) {
    const Dataset& data = training.data;
    ContextRows rows;
    rows.folds = fold_numbers(data, options.folds, options.seed);
    rows.evidence = RowEvidence(data, shapes, options);
    for (auto* table : {&rows.scores, &rows.answer_prices, &rows.draw_prices})
        table->setZero(data.rows(), data.models());
    for (Index model = 0; model < data.models(); ++model) {
        rows.scores.col(model) = data.scores(model);
        const bool whole = shapes[as_size(model)].kind == VerificationKind::confidence;
        const PriceTable& prices = training.prices;
        const auto& draws = (whole ? prices.verifications : prices.draws)[as_size(model)];
        for (Index row = 0; row < data.rows(); ++row) {
            rows.answer_prices(row, model) = prices.answers[as_size(model)](row);
            if (model + 1 < data.models()) rows.draw_prices(row, model) = draws(row);
        }
    }
    return rows;
}

/// A context that was tried, with its decision on held-out rows.
struct TriedContext {
    TrainingContext context;
    HeldOutDecision decision{};
};

/// Returns the context without facts, whose results are those of its rows one by one.
inline TriedContext try_no_context(const TrainingContext& base, std::shared_ptr<const ContextRows> rows,
                                   std::optional<double> lambda) {
    TriedContext tried{base, {}};
    tried.context.rows = std::move(rows);
    tried.decision = decide_on_held_out_rows(tried.context, lambda);
    if (!tried.decision.guard.passed)
        std::fill(tried.decision.excess.begin(), tried.decision.excess.end(), 0.0);
    return tried;
}

/// Fits the forecasts of a context and decides on held-out rows.
inline TriedContext try_context(const TrainingContext& base, const ContextRows& rows,
                                const TrainingData& training, ContextFields fields,
                                std::optional<double> lambda) {
    ContextOptions options;
    options.fields = fields;
    // A confidence comes at the price of the whole verification.
    PriceTable prices = training.prices;
    for (Index m = 0; m < std::ssize(base.statistics.models); ++m) {
        if (base.statistics.models[as_size(m)].kind == VerificationKind::confidence)
            prices.draws[as_size(m)] = prices.verifications[as_size(m)];
    }
    FittedContext fitted = fit_context(training.data, prices, rows.folds, options);
    ContextRows read = rows;
    read.forecasts = std::move(fitted.held_out);
    TriedContext tried{base, {}};
    tried.context.rows = std::make_shared<const ContextRows>(std::move(read));
    tried.context.reader = std::make_shared<const ContextModel>(std::move(fitted.model));
    tried.decision = decide_on_held_out_rows(tried.context, lambda);
    return tried;
}

/// Returns true if the first excess is larger than the second by more than the standard error of the difference. The
/// control is a column of mean 0: what it explains of the difference is no error (control variates: Hammersley,
/// Handscomb 1964).
inline bool gains_over(const std::vector<double>& one, const std::vector<double>& other,
                       const Eigen::ArrayXd& control) {
    const auto rows = std::ssize(one);
    if (rows < 3) return false;
    const auto column = [rows](const std::vector<double>& values) {
        return Eigen::Map<const Eigen::ArrayXd>(values.data(), rows);
    };
    const Eigen::ArrayXd gain = column(one) - column(other);
    const double mean = gain.mean();
    Eigen::ArrayXd rest = gain - mean;
    if (control.size() == rows) {
        const double variance = control.square().sum();
        if (variance > 0.0) rest -= (rest * control).sum() / variance * control;
    }
    return mean > std::sqrt(rest.square().sum() / static_cast<double>(rows * (rows - 2)));
}

/// Returns the gain of the best model alone over the first, net of its price at the base slope, of each row that
/// `estimate_on_folds` visits and in its order. Its mean is 0 by the definition of the slope. Returns nothing without a
/// base slope, or if a fold has no tree.
inline Eigen::ArrayXd mixing_gain(const TrainingContext& context) {
    if (!context.base_slope) return {};
    const Index best = best_alone(context.total, context.prices, 0.0);
    std::vector<double> gains;
    const auto alone = [&](std::size_t) -> std::vector<PolicyShare> {
        return {{1.0, accept_at_once(*context.tree, context.prices, best).policy}};
    };
    static_cast<void>(
        estimate_on_folds(context, excess_metric(context, *context.base_slope), alone, &gains));
    return Eigen::Map<const Eigen::ArrayXd>(gains.data(), std::ssize(gains));
}

/// Returns the context that pays on held-out rows, poorer ones first, or the one that the user chose. `base` is
/// returned, without a decision, if no facts are read.
inline std::pair<TrainingContext, std::optional<HeldOutDecision>> choose_context(
    const TrainingContext& base, const TrainingData& training, const ContextChoice& choice,
    const std::vector<ContextFields>& contexts, const StatisticsOptions& options,
    std::optional<double> lambda) {
    const auto rows = std::make_shared<const ContextRows>(
        collect_rows(training, base.statistics.models, options));
    TriedContext none = try_no_context(base, rows, lambda);
    std::vector<ContextWorth> worth{{{}, none.decision.guard.mean, none.decision.guard.se, false}};
    std::vector<double> best = none.decision.excess;
    const Eigen::ArrayXd control = mixing_gain(none.context);
    std::optional<TriedContext> chosen;
    std::size_t number = 0;
    for (const ContextFields fields : contexts) {
        TriedContext tried = try_context(base, *rows, training, fields, lambda);
        worth.push_back({fields, tried.decision.guard.mean, tried.decision.guard.se, false});
        if (choice.best && !gains_over(tried.decision.excess, best, control)) continue;
        best = tried.decision.excess;
        chosen.emplace(std::move(tried));
        number = worth.size() - 1;
    }
    worth[number].chosen = true;
    if (!chosen) {
        TrainingContext plain = base;
        plain.worth = std::move(worth);
        return {std::move(plain), std::nullopt};
    }
    chosen->context.worth = std::move(worth);
    return {std::move(chosen->context), std::move(chosen->decision)};
}

}  // namespace automix::detail
