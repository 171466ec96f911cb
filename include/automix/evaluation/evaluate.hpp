// SPDX-License-Identifier: Apache-2.0
// Evaluates routers on a log: reports over all rows with intervals, a report for each data set, the baselines, and the
// prices. Several routers share an `Evaluator`, which computes once what does not depend on the router. The time is
// that of a replay of each router and baseline, and of the resamples.
#pragma once

#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/baselines.hpp>
#include <automix/evaluation/bootstrap.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/routing/router.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix {

struct EvaluationOptions {
    std::optional<BootstrapOptions> bootstrap = BootstrapOptions{};  ///< nothing: no intervals
    std::uint64_t seed = 0;                                          ///< seed of `evidence.u`
    double mix = 0.5;                                                ///< share of the baseline `random_mix`
};

struct Evaluation {
    Report report{};
    /// Intervals of the figures; nothing for a single row, which says nothing of its spread.
    std::optional<ConfidenceIntervals> intervals{};
    /// A report for each data set, in order of appearance; rows without a name are left out.
    std::vector<std::pair<std::string, Report>> datasets{};
    Baselines baselines{};
    std::vector<ModelPrices> prices{};  ///< names and mean prices of the models, cheapest first
    /// Mean price of the last model's answer over the queries that are routed; undefined if none is.
    OptionalMetric routed_price = OptionalMetric::undefined("no query is routed");
};

/// An evaluator of routers on a log at its prices. Log and prices must outlive it.
class Evaluator {
 public:
    /// Throws `DataError` if there are no rows, and `ArgumentError` for invalid options.
    Evaluator(const Dataset& data, const PriceTable& prices, EvaluationOptions options = {});

    /// Replays the log with each router and returns an evaluation of each, in their order. All share the same
    /// resamples. Throws the errors of the routers.
    template <router Router>
    [[nodiscard]] std::vector<Evaluation> evaluate_all(const std::vector<Router>& policies) const {
        std::vector<Replay> replays;
        for (const Router& policy : policies)
            replays.push_back(replay(policy, data_, prices_, options_.seed));
        return sum_up(replays);
    }

    /// Replays the log with one router. Throws the errors of the router.
    template <router Router>
    [[nodiscard]] Evaluation evaluate(const Router& policy) const {
        return sum_up(std::vector{replay(policy, data_, prices_, options_.seed)}).front();
    }

    [[nodiscard]] const EndModels& ends() const noexcept { return ends_; }
    [[nodiscard]] const Baselines& baselines() const noexcept { return baselines_; }
    /// Returns the mean prices of each model, in the log's order.
    [[nodiscard]] const std::vector<ModelPrices>& mean_prices() const noexcept { return mean_prices_; }

 private:
    [[nodiscard]] std::vector<Evaluation> sum_up(const std::vector<Replay>& replays) const;

    const Dataset& data_;
    const PriceTable& prices_;
    EvaluationOptions options_;
    EndModels ends_;
    Baselines baselines_;
    std::vector<ModelPrices> mean_prices_;
    std::vector<std::vector<Index>> datasets_;
};

/// Evaluates a router on `data`. Throws `DataError` if there are no rows, and the errors of the router.
template <router Router>
Evaluation evaluate(const Router& policy, const Dataset& data, const PriceTable& prices,
                    const EvaluationOptions& options = {}) {
    return Evaluator(data, prices, options).evaluate(policy);
}

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/detail/evaluate_inl.hpp>
#endif
