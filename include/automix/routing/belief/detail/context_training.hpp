// SPDX-License-Identifier: Apache-2.0
// Chooses the facts that a policy reads, and fits their forecasts. Each choice is judged on held-out rows: neither its
// forecasts nor its levels were fitted to them. The forecasts of a richer one have to tell more of scores or prices than
// chance would (forecast_skill.hpp), and its policies have to gain over those of a poorer one, over several prices of
// quality. Verdicts are drawn if that gains. Without facts the worth is that of the policy
// that the guard would ship. O(contexts * (fit + rows * solution)).
#pragma once

#include <automix/context/context_fields.hpp>
#include <automix/context/fit_context.hpp>
#include <automix/context/signal_model.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/progress.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/record.hpp>
#include <automix/data/row_evidence.hpp>
#include <automix/data/split.hpp>
#include <automix/data/verification.hpp>
#include <automix/routing/belief/context_choice.hpp>
#include <automix/routing/belief/detail/belief_fit.hpp>
#include <automix/routing/belief/detail/belief_model.hpp>
#include <automix/routing/belief/detail/context_rows.hpp>
#include <automix/routing/belief/detail/cross_fit.hpp>
#include <automix/routing/belief/detail/forecast_skill.hpp>
#include <automix/routing/belief/detail/forecast_strata.hpp>
#include <automix/routing/belief/detail/guard.hpp>
#include <automix/routing/belief/detail/query_trees.hpp>
#include <automix/routing/belief/detail/routing_layout.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/detail/training_context.hpp>
#include <automix/routing/belief/detail/verdict_signal.hpp>
#include <automix/routing/training.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

/// Maximum number of cells of a tree that is solved for each query. Contexts are judged by trees of at most
/// `max_judged_cells`, with fewer draws.
inline constexpr double max_query_cells = 2'500.0;
inline constexpr double max_judged_cells = 600.0;

/// Maximum number of cells of the trees of all strata of queries together, unless the fewest strata have more.
inline constexpr double max_stratum_cells = 500'000.0;
inline constexpr double min_strata = 4.0;

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
            if (wanted && !there) throw DataError("context " + name + ": no training row has " + field);
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

/// Returns the signals of all answers, row by row.
inline std::vector<std::vector<Signal>> collect_signals(const Dataset& data) {
    std::vector<std::vector<Signal>> signals;
    for (Index row = 0; row < data.rows(); ++row) {
        for (Index model = 0; model < data.models(); ++model)
            signals.push_back(data.answer_signals(row, model));
    }
    return signals;
}

/// Returns the rows of a log with neither forecasts nor a model.
inline ContextRows collect_rows(const TrainingData& training, const std::vector<ModelShape>& shapes,
                                const StatisticsOptions& options, bool with_signals) {
    const Dataset& data = training.data;
    ContextRows rows;
    rows.folds = fold_numbers(data, options.folds, options.seed);
    rows.evidence = RowEvidence(data, shapes, options);
    if (with_signals && data.has_signals()) rows.signals = collect_signals(data);
    for (auto* table : {&rows.scores, &rows.answer_prices, &rows.draw_prices})
        table->setZero(data.rows(), data.models());
    for (Index model = 0; model < data.models(); ++model) {
        rows.scores.col(model) = data.scores(model);
        const PriceColumn& answers = training.prices.answers[as_size(model)];
        const PriceColumn& draws = training.prices.draws_of(model, shapes[as_size(model)].kind);
        for (Index row = 0; row < data.rows(); ++row) {
            rows.answer_prices(row, model) = answers(row);
            if (model + 1 < data.models()) rows.draw_prices(row, model) = draws(row);
        }
    }
    rows.further_draw_prices.resize(data.rows(), static_cast<Index>(count_further_verifiers(shapes)));
    Index further = 0;
    for (Index model = 0; model + 1 < data.models(); ++model) {
        for (const VerifierShape& verifier : shapes[as_size(model)].further) {
            const PriceColumn& draws = training.prices.further_draws(data, model, verifier.name);
            for (Index row = 0; row < data.rows(); ++row) rows.further_draw_prices(row, further) = draws(row);
            ++further;
        }
    }
    return rows;
}

/// Returns the rows outside a fold, or all rows if `fold` is -1.
inline std::vector<Index> rows_outside(const ContextRows& rows, int fold) {
    std::vector<Index> outside;
    for (Index row = 0; row < rows.rows(); ++row) {
        if (rows.folds[as_size(row)] != fold) outside.push_back(row);
    }
    return outside;
}

/// Adds the expected prices of larger models by level to a belief: sums over rows of the price over the forecast price,
/// weighed by the posterior of the level, shrunk to the mean as scores are.
inline void add_prices_by_level(BeliefModel& belief, const ContextRows& rows,
                                const std::vector<Index>& chosen) {
    const Index models = rows.scores.cols();
    const std::vector<CascadeModel> shapes = routed_models(belief);
    for (std::size_t k = 0; k < belief.levels.size(); ++k) {
        LevelDistribution& levels = belief.levels[k];
        const Index number = belief.verified[k];
        const Eigen::MatrixXd likelihood = levels.likelihood();
        const CascadeModel& shape = shapes[as_size(number)];
        Eigen::MatrixXd sums = Eigen::MatrixXd::Zero(levels.levels(), models);
        Eigen::VectorXd mass = Eigen::VectorXd::Zero(levels.levels());
        Eigen::RowVectorXd means = Eigen::RowVectorXd::Zero(models);
        for (const Index row : chosen) {
            ModelEvidence evidence;
            for (Index v = 0; v < std::ssize(shape.verifiers); ++v) {
                const VerifierStates& verifier = shape.verifiers[as_size(v)];
                if (verifier.kind == VerificationKind::none) continue;
                const Verification& seen = rows.evidence.at(row)[evidence_place(shapes, number, v)];
                VerifierEvidence& known = evidence.verifier_at(v);
                known.drawn = 1;
                known.parsed = std::min(seen.parsed, verifier.draws);
                known.positive = std::min(seen.positive, known.parsed);
                if (verifier.kind == VerificationKind::confidence) known.logged_confidence = seen.confidence;
            }
            Eigen::VectorXd posterior =
                likelihood.row(shape.state(evidence)).transpose().cwiseProduct(levels.weight);
            posterior /= posterior.sum();
            const Eigen::ArrayXd forecast = rows.forecasts.answer_prices.row(row).transpose();
            const Eigen::ArrayXd price = rows.answer_prices.row(row).transpose();
            const Eigen::RowVectorXd ratio =
                (forecast > 0.0).select(price / forecast.max(1e-300), 1.0).matrix().transpose();
            sums += posterior * ratio;
            mass += posterior;
            means += ratio;
        }
        means /= static_cast<double>(chosen.size());
        levels.prices.resize(levels.levels(), models);
        for (Index g = 0; g < levels.levels(); ++g) {
            levels.prices.row(g) = (sums.row(g) + score_pseudo_rows * means) / (mass(g) + score_pseudo_rows);
            levels.prices.row(g) = levels.prices.row(g).cwiseQuotient(means.cwiseMax(1e-300));
        }
        for (Index model = 0; model < models; ++model) {
            if (!(means(model) > 0.0)) levels.prices.col(model).setOnes();
        }
    }
}

/// Returns the belief by which a context is judged: with fewer draws if the tree is too large to be solved for each query.
inline BeliefModel judged_belief(BeliefModel belief) {
    if (RoutingLayout::count_cells(routed_models(belief)) <= max_query_cells) return belief;
    return limit_cells(std::move(belief), max_judged_cells);
}

/// Learns from the rows outside a fold what statistics do not hold: the signals, if the rows have them, and prices by
/// level.
inline RoutingTree learn_from_rows(const TrainingContext& context, const RoutingTree& tree,
                                   const ContextRows& rows, const TrainingData& training, int fold) {
    const std::vector<Index> chosen = rows_outside(rows, fold);
    BeliefModel belief = *tree.belief;
    if (!rows.signals.empty()) {
        std::vector<SignalModel> signals;
        std::vector<ModelShape> shapes = context.statistics.models;
        for (Index model = 0; model < rows.scores.cols(); ++model) {
            const bool last = model + 1 == rows.scores.cols();
            signals.push_back(last ? SignalModel{} : fit_signals(training.data, model, chosen));
            // An answer without verification but with signals has levels that no verdict is drawn of.
            ModelShape& shape = shapes[as_size(model)];
            if (signals.back().strata() > 1 && !shape.verified()) shape.kind = VerificationKind::verdicts;
        }
        const FoldStatistics none;
        const FoldStatistics& left_out = fold < 0 ? none : context.statistics.folds[as_size(fold)];
        TreeOptions options;
        options.prior = context.prior;
        belief = fit_belief(fitted_sums(context.total, left_out, context.statistics.models, options), shapes);
        belief.signals = std::move(signals);
    }
    add_prices_by_level(belief, rows, chosen);
    return make_tree(fold < 0 ? std::move(belief) : judged_belief(std::move(belief)), context.max_cells);
}

/// Returns the mean of the difference of two columns.
inline double mean_gain(const std::vector<double>& one, const std::vector<double>& other) {
    double sum = 0.0;
    for (std::size_t row = 0; row < one.size(); ++row) sum += one[row] - other[row];
    return sum / static_cast<double>(one.size());
}

/// Returns the standard error of that mean. Requires at least two rows.
inline double gain_error(const std::vector<double>& one, const std::vector<double>& other) {
    const double mean = mean_gain(one, other);
    double squares = 0.0;
    for (std::size_t row = 0; row < one.size(); ++row) {
        const double deviation = one[row] - other[row] - mean;
        squares += deviation * deviation;
    }
    const auto rows = static_cast<double>(one.size());
    return std::sqrt(squares / (rows - 1.0) / rows);
}

/// A context that was tried, with its decision on held-out rows.
struct TriedContext {
    TrainingContext context;
    HeldOutDecision decision{};
    std::vector<double> worth{};         ///< of each row, in the order of the folds: see `worth_by_row`
    std::vector<std::size_t> varying{};  ///< outputs of the forecasts: see `FittedContext`
    Eigen::ArrayXXd told{};              ///< held-out forecasts of these outputs before calibration
};

/// Probabilities that chance makes forecasts tell as much, times the contexts tried. Below the first a richer context is
/// taken if it gains by more than half a standard error on held-out rows. Below the second it is taken unless it loses by
/// more than that: forecasts that surely tell something are expected to gain on other rows.
inline constexpr double likely_forecast = 0.1;
inline constexpr double sure_forecast = 0.01;

/// Prices of quality at which contexts are compared, as multiples of the guard's.
inline constexpr std::array<double, 5> compared_prices = {0.25, 0.5, 1.0, 2.0, 4.0};

/// Returns what the policies of a context are worth on each held-out row: the mean, over several prices of quality, of the
/// net value above that of the best model alone, in units in which score and cost weigh one together.
inline std::vector<double> worth_by_row(const TrainingContext& context, const HeldOutDecision& decision,
                                        double slope) {
    std::vector<double> worth;
    for (const double multiple : compared_prices) {
        const double lambda = multiple * slope;
        const std::vector<RoutingSolution> solutions = solve_folds(context, lambda);
        std::vector<double> net;
        static_cast<void>(estimate_on_folds(
            context, excess_metric(context, lambda, best_alone(context.total, context.prices, lambda)),
            [&](std::size_t fold) -> std::vector<PolicyShare> {
                return {{1.0, restrict_first_model(solutions[fold], decision.min_first_model, lambda,
                                                   context.prices)}};
            },
            &net));
        worth.resize(net.size(), 0.0);
        const double share = 1.0 / ((1.0 + multiple) * static_cast<double>(compared_prices.size()));
        for (std::size_t row = 0; row < net.size(); ++row) worth[row] += share * net[row];
    }
    return worth;
}

/// Replaces the trees of a context by those that learn from rows. Returns false if one of them is too large.
inline bool learn_trees(TrainingContext& context, const TrainingContext& base, const ContextRows& rows,
                        const TrainingData& training) {
    RoutingTree all = learn_from_rows(base, *base.tree, rows, training, -1);
    bool fits = all.layout != nullptr;
    context.tree = std::make_shared<const RoutingTree>(std::move(all));
    for (std::size_t fold = 0; fold < base.folds.folds(); ++fold) {
        if (!base.folds.tree(fold)) continue;
        RoutingTree tree =
            learn_from_rows(base, *base.folds.tree(fold), rows, training, static_cast<int>(fold));
        fits = fits && tree.layout != nullptr;
        context.folds.set_tree(fold, std::move(tree));
    }
    return fits;
}

/// Returns the strata of queries if the tree of all rows is too large to be solved for each; else none.
inline ForecastStrata strata_of(const TrainingContext& context) {
    const auto cells = static_cast<double>(context.tree->layout->cells());
    if (cells <= max_query_cells) return {};
    const auto count = static_cast<std::size_t>(
        std::clamp(max_stratum_cells / cells, min_strata, static_cast<double>(max_strata)));
    return make_strata(context.rows->forecasts, context.prices, count);
}

/// Returns true if the answers of a model can be verified.
inline bool verifies(const Statistics& statistics) {
    return std::any_of(statistics.models.begin(), statistics.models.end(),
                       [](const ModelShape& model) { return model.verified(); });
}

/// Fits the forecasts of a context and decides on held-out rows.
inline TriedContext try_context(const TrainingContext& base, const ContextRows& rows,
                                const TrainingData& training, ContextFields fields,
                                std::optional<double> lambda) {
    ContextOptions options;
    options.fields = fields;
    PriceTable prices = training.prices;
    for (Index m = 0; m < std::ssize(base.statistics.models); ++m)
        prices.draws[as_size(m)] = training.prices.draws_of(m, base.statistics.models[as_size(m)].kind);
    FittedContext fitted = fit_context(training.data, prices, rows.folds, options);
    ContextRows read = rows;
    read.forecasts = std::move(fitted.held_out);
    TriedContext tried{base, {}, {}, std::move(fitted.varying), std::move(fitted.uncalibrated)};
    if (!learn_trees(tried.context, base, read, training)) {
        read.signals.clear();  // their strata make the trees too large
        learn_trees(tried.context, base, read, training);
    }
    tried.context.rows = std::make_shared<const ContextRows>(std::move(read));
    tried.context.reader = std::make_shared<const ContextModel>(std::move(fitted.model));
    prepare_queries(tried.context, strata_of(tried.context));
    tried.decision = decide_on_held_out_rows(tried.context, lambda);
    if (tried.decision.excess.empty() || !verifies(base.statistics)) return tried;
    // The query may tell so much that verdicts are not worth their price, which the belief sees only in part.
    const double slope = base.base_slope ? *base.base_slope : *lambda;
    TriedContext blind = tried;
    blind.context.rule.verify = false;
    blind.decision = decide_on_held_out_rows(blind.context, lambda);
    blind.worth = worth_by_row(blind.context, blind.decision, slope);
    tried.worth = worth_by_row(tried.context, tried.decision, slope);
    return mean_gain(blind.worth, tried.worth) > 0.0 ? blind : tried;
}

/// Returns the facts that outputs forecast, rows x outputs: scores and logarithms of prices. Outputs are numbered as in
/// `ContextParameters::outputs`.
inline Eigen::ArrayXXd facts_of(const ContextRows& rows, const std::vector<std::size_t>& outputs) {
    const Index models = rows.scores.cols();
    Eigen::ArrayXXd facts(rows.rows(), std::ssize(outputs));
    for (Index c = 0; c < facts.cols(); ++c) {
        const auto output = static_cast<Index>(outputs[as_size(c)]);
        const Eigen::ArrayXXd& table = output < models       ? rows.scores
                                       : output < 2 * models ? rows.answer_prices
                                                             : rows.draw_prices;
        facts.col(c) = table.col(output % models);
        if (output >= models) facts.col(c) = facts.col(c).max(1e-3 * facts.col(c).mean()).log();
    }
    return facts;
}

/// Returns the probability that chance makes the forecasts of a context tell as much of scores and prices, beside those
/// of a poorer one, or none.
inline double chance_of(const TriedContext& tried, const TriedContext* poorer) {
    const Eigen::ArrayXXd facts = facts_of(*tried.context.rows, tried.varying);
    if (poorer == nullptr || poorer->varying != tried.varying) return chance_of_skill(tried.told, facts);
    return chance_of_skill(less_linear(tried.told, poorer->told), less_linear(facts, poorer->told));
}

/// Sets the worth of the poorest context unless it is known. Without a policy that passes the guard, the best model alone
/// is used, which is worth 0.
inline void settle_worth(TriedContext& poorest, double slope, bool guarded) {
    if (guarded && !poorest.decision.guard.passed) {
        std::fill(poorest.decision.excess.begin(), poorest.decision.excess.end(), 0.0);
        poorest.worth = poorest.decision.excess;
    } else if (poorest.worth.empty()) {
        poorest.worth = worth_by_row(poorest.context, poorest.decision, slope);
    }
}

/// Lets policies without facts draw no verdict if they are worth more so.
inline void judge_verdicts(TriedContext& none, std::optional<double> lambda, double slope) {
    TriedContext blind = none;
    blind.context.rule.verify = false;
    blind.decision = decide_on_held_out_rows(blind.context, lambda);
    blind.worth = worth_by_row(blind.context, blind.decision, slope);
    none.worth = worth_by_row(none.context, none.decision, slope);
    if (!(mean_gain(blind.worth, none.worth) > 0.0)) return;
    none.context.rule.verify = false;
    none.decision = std::move(blind.decision);
    none.worth = std::move(blind.worth);
}

/// Returns the context that pays on held-out rows, poorer ones first, or the one that the user chose. `base` is
/// returned, without a decision, if no facts are read. Tells `progress` which facts are tried.
inline std::pair<TrainingContext, std::optional<HeldOutDecision>> choose_context(
    const TrainingContext& base, const TrainingData& training, const ContextChoice& choice,
    const std::vector<ContextFields>& contexts, const StatisticsOptions& options,
    std::optional<double> lambda, bool guarded, bool with_signals, const ProgressHandler& progress) {
    const auto steps = static_cast<double>(contexts.size() + 1);
    tell(progress, {"training", "", 0.0, steps, "what verdicts tell"});
    const auto rows =
        std::make_shared<ContextRows>(collect_rows(training, base.statistics.models, options, with_signals));
    TrainingContext by_row = base;
    by_row.rows = rows;
    by_row.control = mixing_gain(by_row);
    // All contexts are judged alike, none too.
    TrainingContext judged = by_row;
    for (std::size_t fold = 0; fold < base.folds.folds(); ++fold) {
        if (const std::optional<RoutingTree>& tree = base.folds.tree(fold))
            judged.folds.set_tree(fold, make_tree(judged_belief(*tree->belief), base.max_cells));
    }
    const double slope = base.base_slope ? *base.base_slope : lambda.value_or(0.0);
    std::optional<TriedContext> poorest({judged, decide_on_held_out_rows(judged, lambda), {}});
    if (!rows->signals.empty()) {
        TriedContext signalled = try_context(by_row, *rows, training, {}, lambda);
        bool tells = !signalled.decision.excess.empty();
        if (tells) {
            if (signalled.worth.empty())
                signalled.worth = worth_by_row(signalled.context, signalled.decision, slope);
            settle_worth(*poorest, slope, guarded);
            tells = mean_gain(signalled.worth, poorest->worth) > 0.0;
        }
        if (tells) {
            poorest.emplace(std::move(signalled));
        } else {
            rows->signals.clear();
        }
    }
    TriedContext& none = *poorest;
    const bool signals = none.context.reads_query();
    const bool judges = choice.best && !none.decision.excess.empty();
    if (judges && !signals && verifies(base.statistics)) judge_verdicts(none, lambda, slope);
    const bool none_verifies = none.context.rule.verify;
    if (judges) settle_worth(none, slope, guarded);
    std::vector<ContextWorth> worth{{{}, none.decision.guard.mean, none.decision.guard.se, false}};
    const TriedContext* best = &none;
    std::optional<TriedContext> chosen;
    std::size_t number = 0;
    for (const ContextFields fields : contexts) {
        tell(progress, {"training", "", static_cast<double>(worth.size()), steps,
                        "what " + to_string(fields) + " tells"});
        TriedContext tried = try_context(by_row, *rows, training, fields, lambda);
        worth.push_back({fields, tried.decision.guard.mean, tried.decision.guard.se, false});
        if (choice.best) {
            // The guard refuses what is chosen in the end, so it must not refuse more than the poorer one.
            const bool refused = !tried.decision.guard.passed && best->decision.guard.passed;
            if (!judges || (guarded && refused)) continue;
            if (tried.worth.empty()) tried.worth = worth_by_row(tried.context, tried.decision, slope);
            const double chance =
                static_cast<double>(contexts.size()) * chance_of(tried, best == &none ? nullptr : best);
            const double margin = 0.5 * gain_error(tried.worth, best->worth);
            const double least = chance < sure_forecast ? -margin : margin;
            if (!(chance < likely_forecast && mean_gain(tried.worth, best->worth) > least)) continue;
        }
        chosen.emplace(std::move(tried));
        best = &*chosen;
        number = worth.size() - 1;
    }
    worth[number].chosen = true;
    if (!chosen && signals) chosen.emplace(std::move(none));
    if (!chosen) {
        TrainingContext plain = base;
        plain.rule.verify = none_verifies;
        plain.worth = std::move(worth);
        return {std::move(plain), std::nullopt};
    }
    chosen->context.worth = std::move(worth);
    return {std::move(chosen->context), std::move(chosen->decision)};
}

}  // namespace automix::detail
