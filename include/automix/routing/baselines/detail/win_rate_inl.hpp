// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/baselines/win_rate.hpp.
#pragma once

#include <automix/context/context_fields.hpp>
#include <automix/context/context_model.hpp>
#include <automix/context/fit_context.hpp>
#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/data/split.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/baselines/detail/choose_policy.hpp>
#include <automix/routing/baselines/detail/query_table.hpp>
#include <automix/routing/baselines/detail/share_thresholds.hpp>
#include <automix/routing/baselines/win_rate.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/training.hpp>

#include <Eigen/Core>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix {

AUTOMIX_INLINE WinRateRouter::Trained WinRateRouter::fit(const TrainingData& training) const {
    const Dataset& data = training.data;
    detail::require_routable(data);
    require_prices_for(data, training.prices);
    const Index last = data.models() - 1;
    const Column small = data.scores(0);
    const Column large = data.scores(last);
    const FittedContext fitted = detail::fit_target(
        data, fold_numbers(data, detail::baseline_folds, options_.seed),
        detail::facts_to_read(options_.context, data),
        [&](Index row) { return small(row) >= large(row) ? 1.0 : 0.0; },
        [&](Index row) { return data.facts(row); });
    const Eigen::ArrayXd suffices = fitted.held_out.scores.col(0);
    Trained trained;
    trained.model = std::make_shared<const ContextModel>(fitted.model);
    trained.thresholds = detail::share_thresholds(suffices);
    for (const double threshold : trained.thresholds) {
        OperatingPoint sum;
        for (Index row = 0; row < data.rows(); ++row) {
            const bool asks_large = suffices(row) < threshold;
            sum.performance += asks_large ? large(row) : small(row);
            sum.cost +=
                asks_large ? training.prices.answers.back()(row) : training.prices.answers.front()(row);
        }
        const auto rows = static_cast<double>(data.rows());
        trained.points.push_back({sum.performance / rows, sum.cost / rows});
    }
    return trained;
}

AUTOMIX_INLINE TrainingResult WinRateRouter::train(const TrainingData& training) {
    Trained trained = fit(training);
    const OperatingPoint small = trained.points.front();
    const OperatingPoint large = trained.points.back();
    const auto chosen = detail::choose_policy(trained.points, options_.objective, small, large);
    TrainingResult result = detail::choice_result(trained.points, chosen, options_.objective, small, large);
    obstacle_ = result.reason;
    if (chosen) threshold_ = trained.thresholds[*chosen];
    model_ = std::move(trained.model);
    return result;
}

AUTOMIX_INLINE std::vector<WinRateRouter> WinRateRouter::curve(const TrainingData& training) const {
    const Trained trained = fit(training);
    std::vector<WinRateRouter> routers;
    for (const double threshold : trained.thresholds) {
        WinRateRouter& router = routers.emplace_back(options_);
        router.model_ = trained.model;
        router.threshold_ = threshold;
        router.obstacle_.clear();
    }
    return routers;
}

AUTOMIX_INLINE Action WinRateRouter::next(const Evidence& evidence) const {
    if (!obstacle_.empty()) throw NotTrainedError(name() + ": " + obstacle_);
    if (evidence.started()) return Action::accept();
    if (!evidence.forecast || evidence.forecast->scores.empty())
        throw ProtocolError(name() + ": the query was not read");
    return Action::route(evidence.forecast->scores.front() < threshold_ ? evidence.last_model() : 0);
}

AUTOMIX_INLINE std::optional<QueryForecast> WinRateRouter::forecast(const QueryFacts& facts) const {
    if (!model_) return std::nullopt;
    return model_->forecast(facts);
}

AUTOMIX_INLINE ContextFields WinRateRouter::reads() const {
    return model_ ? model_->fields() : ContextFields{};
}

AUTOMIX_INLINE Parameters WinRateRouter::parameters() const {
    return {{"threshold", threshold_}, {"reads", to_string(reads())}};
}

}  // namespace automix
