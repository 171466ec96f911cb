// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/baselines/frugalgpt.hpp.
#pragma once

#include <automix/context/context_fields.hpp>
#include <automix/context/context_model.hpp>
#include <automix/context/fit_context.hpp>
#include <automix/context/forecast_table.hpp>
#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/data/record.hpp>
#include <automix/data/split.hpp>
#include <automix/data/statistics_options.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/metrics/upper_hull.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/baselines/detail/cascade_lists.hpp>
#include <automix/routing/baselines/detail/choose_policy.hpp>
#include <automix/routing/baselines/detail/query_table.hpp>
#include <automix/routing/baselines/detail/share_thresholds.hpp>
#include <automix/routing/baselines/frugalgpt.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/training.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

/// Returns what a scorer knows of an answer, as the features of a query.
inline std::vector<QueryFeature> answer_features(std::optional<double> forecast,
                                                 std::span<const Signal> signals,
                                                 std::optional<double> confidence) {
    std::vector<QueryFeature> features;
    if (forecast) features.push_back({"forecast", std::log(*forecast / (1.0 - *forecast)), {}});
    if (confidence) features.push_back({"verdicts", *confidence, {}});
    for (const Signal& signal : signals) features.push_back({"signal " + signal.name, signal.value, {}});
    return features;
}

/// Returns the evidence on an answer after its first draws, as a log holds it.
inline double logged_confidence(const Dataset& data, Index row, Index model, int draws) {
    const std::span<const Verdict> verdicts = data.verdicts(row, model);
    if (verdicts.empty()) return data.confidences(model)(row);
    ModelEvidence evidence;
    for (const Verdict verdict : draws == all_draws ? verdicts : verdicts.first(as_size(draws))) {
        evidence.parsed += verdict != Verdict::unparsed ? 1 : 0;
        evidence.positive += verdict == Verdict::positive ? 1 : 0;
    }
    return evidence.confidence();
}

/// Returns how many verdicts to draw on the answers of each model but the last.
inline std::vector<int> cascade_draws(const Dataset& data, const std::vector<int>& limits) {
    std::vector<int> draws;
    for (Index model = 0; model + 1 < data.models(); ++model) {
        const int limit = limits.empty()       ? all_logged_draws
                          : limits.size() == 1 ? limits.front()
                                               : limits[as_size(model)];
        const Index logged = data.draw_counts(model).first;
        const bool whole = limit == all_logged_draws || logged == 0;
        draws.push_back(!data.verified(model) || limit == 0 ? 0
                        : whole                             ? all_draws
                                : static_cast<int>(std::min<Index>(limit, logged)));
    }
    return draws;
}

/// Returns the price of that many draws on an answer.
inline double draws_price(const PriceTable& prices, Index row, Index model, int draws) {
    if (draws == 0) return 0.0;
    return draws == all_draws ? prices.verifications[as_size(model)](row)
                              : draws * prices.draws[as_size(model)](row);
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE void FrugalGptRouter::add_cascades(const TrainingData& training, std::vector<int> draws,
                                                  const std::vector<int>& folds,
                                                  const ForecastTable* forecasts, Trained& trained) const {
    const Dataset& data = training.data;
    const auto scorers = std::make_shared<Scorers>();
    std::vector<Eigen::ArrayXd> scores;           // of each answer, by a scorer not fitted to its fold
    std::vector<std::vector<double>> thresholds;  // to choose from, of each model
    for (Index model = 0; model + 1 < data.models(); ++model) {
        const int drawn = draws[as_size(model)];
        std::vector<QueryFeature> features;
        const FittedContext fitted = detail::fit_target(
            data, folds, {.features = true}, [&](Index row) { return data.scores(model)(row); },
            [&](Index row) {
                features = detail::answer_features(
                    forecasts ? std::optional(forecasts->scores(row, model)) : std::nullopt,
                    data.answer_signals(row, model),
                    drawn == 0 ? std::nullopt
                               : std::optional(detail::logged_confidence(data, row, model, drawn)));
                QueryFacts facts;
                facts.features = features;
                return facts;
            });
        scorers->models.push_back(fitted.model);
        scores.emplace_back(fitted.held_out.scores.col(0));
        thresholds.push_back(detail::share_thresholds(scores.back()));
    }
    scorers->draws = std::move(draws);

    const auto rows = static_cast<double>(data.rows());
    for (const std::vector<Index>& list : detail::cascade_lists(data.models())) {
        // Counts through all combinations of thresholds, one digit for each model but the last of the list.
        std::vector<std::size_t> digits(list.size() - 1, 0);
        for (bool more = true; more;) {
            Cascade cascade{scorers, list, {}};
            for (std::size_t i = 0; i + 1 < list.size(); ++i)
                cascade.thresholds.push_back(thresholds[as_size(list[i])][digits[i]]);
            OperatingPoint sum;
            for (Index row = 0; row < data.rows(); ++row) {
                for (std::size_t i = 0; i < list.size(); ++i) {
                    const Index model = list[i];
                    sum.cost += training.prices.answers[as_size(model)](row);
                    if (i + 1 < list.size()) {
                        sum.cost +=
                            detail::draws_price(training.prices, row, model, scorers->draws[as_size(model)]);
                        if (scores[as_size(model)](row) < cascade.thresholds[i]) continue;
                    }
                    sum.performance += data.scores(model)(row);
                    break;
                }
            }
            trained.cascades.push_back(std::move(cascade));
            trained.points.push_back({sum.performance / rows, sum.cost / rows});
            more = false;
            for (std::size_t i = 0; i < digits.size() && !more; ++i) {
                more = ++digits[i] < thresholds[as_size(list[i])].size();
                if (!more) digits[i] = 0;
            }
        }
    }
}

AUTOMIX_INLINE FrugalGptRouter::Trained FrugalGptRouter::fit(const TrainingData& training) const {
    const Dataset& data = training.data;
    detail::require_routable(data);
    require_prices_for(data, training.prices);
    StatisticsOptions limits;
    limits.max_draws = options_.max_draws;
    validate(limits, data.models());
    const std::vector<int> folds = fold_numbers(data, detail::baseline_folds, options_.seed);
    const ContextFields fields = detail::facts_to_read(options_.context, data);
    Trained trained;
    trained.small = {data.scores(0).mean(), training.prices.answers.front().mean()};
    trained.large = {data.scores(data.models() - 1).mean(), training.prices.answers.back().mean()};
    FittedContext query;
    if (fields.any()) {
        ContextOptions options;
        options.fields = fields;
        query = fit_context(data, training.prices, folds, options);
        trained.query = std::make_shared<const ContextModel>(query.model);
    }
    const ForecastTable* forecasts = trained.query ? &query.held_out : nullptr;
    const std::vector<int> none(as_size(data.models() - 1), 0);
    const std::vector<int> draws = detail::cascade_draws(data, options_.max_draws);
    add_cascades(training, none, folds, forecasts, trained);
    if (draws != none) add_cascades(training, draws, folds, forecasts, trained);
    return trained;
}

AUTOMIX_INLINE TrainingResult FrugalGptRouter::train(const TrainingData& training) {
    Trained trained = fit(training);
    const auto chosen =
        detail::choose_policy(trained.points, options_.objective, trained.small, trained.large);
    TrainingResult result =
        detail::choice_result(trained.points, chosen, options_.objective, trained.small, trained.large);
    obstacle_ = result.reason;
    cascade_ = chosen ? std::move(trained.cascades[*chosen]) : Cascade{};
    query_ = std::move(trained.query);
    return result;
}

AUTOMIX_INLINE std::vector<FrugalGptRouter> FrugalGptRouter::curve(const TrainingData& training) const {
    const Trained trained = fit(training);
    std::vector<FrugalGptRouter> routers;
    for (const std::size_t best : upper_hull(trained.points)) {
        FrugalGptRouter& router = routers.emplace_back(options_);
        router.query_ = trained.query;
        router.cascade_ = trained.cascades[best];
        router.obstacle_.clear();
    }
    return routers;
}

AUTOMIX_INLINE Action FrugalGptRouter::next(const Evidence& evidence) const {
    if (!obstacle_.empty()) throw NotTrainedError(name() + ": " + obstacle_);
    if (!evidence.started()) return Action::route(cascade_.models.front());
    const auto place = std::find(cascade_.models.begin(), cascade_.models.end(), evidence.current);
    if (place == cascade_.models.end() || place + 1 == cascade_.models.end()) return Action::accept();
    const auto model = as_size(evidence.current);
    const ModelEvidence& known = evidence.current_model();
    const int draws = cascade_.scorers->draws[model];
    if (draws != 0 && !known.verified()) return Action::verify(draws);
    const std::vector<QueryFeature> features = detail::answer_features(
        evidence.forecast ? std::optional(evidence.forecast->scores[model]) : std::nullopt, known.signals,
        draws == 0 ? std::nullopt : std::optional(known.confidence()));
    QueryFacts facts;
    facts.features = features;
    const double score = cascade_.scorers->models[model].forecast(facts).scores.front();
    return score < cascade_.thresholds[as_size(place - cascade_.models.begin())] ? Action::route(*(place + 1))
                                                                                 : Action::accept();
}

AUTOMIX_INLINE std::optional<QueryForecast> FrugalGptRouter::forecast(const QueryFacts& facts) const {
    if (!query_) return std::nullopt;
    return query_->forecast(facts);
}

AUTOMIX_INLINE ContextFields FrugalGptRouter::reads() const {
    return query_ ? query_->fields() : ContextFields{};
}

AUTOMIX_INLINE Parameters FrugalGptRouter::parameters() const {
    std::vector<double> models(cascade_.models.begin(), cascade_.models.end());
    Parameters all{{"models", std::move(models)}, {"thresholds", cascade_.thresholds}};
    std::vector<double> draws;
    for (const Index model : cascade_.models) {
        if (cascade_.scorers && model < std::ssize(cascade_.scorers->draws))
            draws.push_back(cascade_.scorers->draws[as_size(model)]);
    }
    all.push_back({"draws", std::move(draws)});
    all.push_back({"reads", to_string(reads())});
    return all;
}

}  // namespace automix
