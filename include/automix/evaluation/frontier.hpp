// SPDX-License-Identifier: Apache-2.0
// Traces the frontier of a router: the policies that are best on the training rows for some lambda. Each has its report
// and bootstrap intervals on the test rows. Each model alone and the oracle, which knows all scores, are added.
// O(policies * (replay + resamples)).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/baselines.hpp>
#include <automix/evaluation/bootstrap.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/lambda_hull.hpp>
#include <automix/routing/parameters.hpp>
#include <automix/routing/training.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix {

struct FrontierOptions {
    std::optional<BootstrapOptions> bootstrap = BootstrapOptions{};  ///< nothing: no intervals
    std::uint64_t seed = 0;                                          ///< seed of `evidence.u`
    /// Approximate number of policies that are kept if there are more, in even steps of cost; minimum 2.
    std::size_t max_policies = 100;
    std::size_t max_oracle_points = 64;
};

struct FrontierPoint {
    std::string name{};       ///< name of a model; empty for policies and oracle
    Parameters parameters{};  ///< parameters of a policy
    Report report{};          ///< report on the test rows
    std::optional<ConfidenceIntervals> intervals{};
};

struct Frontier {
    std::string router{};
    Index rows = 0;                         ///< count of test rows
    std::vector<FrontierPoint> policies{};  ///< ascending in cost on the test rows
    std::vector<FrontierPoint> models{};    ///< each alone, in the log's order
    std::vector<FrontierPoint> oracle{};    ///< ascending in cost, without intervals
    std::vector<ModelPrices> prices{};      ///< mean prices on the test rows, in the log's order
};

namespace detail {

/// A router that asks one model and accepts its answer.
struct AskOne {
    Index model = 0;
    [[nodiscard]] Action next(const Evidence& evidence) const {
        return evidence.started() ? Action::accept() : Action::route(model);
    }
};

/// Returns the point of a replay with its intervals, so that one replay is in memory at a time.
inline FrontierPoint frontier_point(std::string name, Parameters parameters, const Replay& rows,
                                    const EndModels& ends, const FrontierOptions& options) {
    FrontierPoint point{std::move(name), std::move(parameters), summarise(rows, ends), {}};
    if (options.bootstrap) point.intervals = bootstrap(rows, ends, *options.bootstrap);
    return point;
}

/// Returns the oracle's points for all prices of quality.
inline std::vector<FrontierPoint> trace_oracle(const Dataset& data, const PriceTable& prices,
                                               const EndModels& ends, std::size_t max_points) {
    LambdaHull hull([&](double slope) { return replay_oracle(data, prices, slope); },
                    [](const Replay& replay) {
                        return OperatingPoint{replay.performance.mean(), replay.answer_cost.mean()};
                    },
                    max_points);
    std::vector<FrontierPoint> points;
    for (const auto& [lambda, rows] : hull.all(replay(AskOne{}, data, prices)))
        points.push_back({{}, {}, summarise(rows, ends), {}});
    return points;
}

}  // namespace detail

/// Traces the frontier of a router that is trained on one table and tested on another, both at prices settled together.
/// Throws the errors of training and replay, `DataError` if there are no rows, and `ArgumentError` for invalid options.
template <router_with_curve Router>
Frontier trace_frontier(const Router& router, const TrainingData& train, const Dataset& test,
                        const PriceTable& prices, const FrontierOptions& options = {}) {
    const EndModels ends = end_models(test, prices);
    Frontier frontier;
    frontier.router = router.name();
    frontier.rows = test.rows();
    frontier.prices = summarise_prices(test, prices);
    std::vector<FrontierPoint> policies;
    for (const Router& policy : router.curve(train)) {
        policies.push_back(detail::frontier_point({}, policy.parameters(),
                                                  replay(policy, test, prices, options.seed), ends, options));
    }
    std::stable_sort(policies.begin(), policies.end(), [](const FrontierPoint& a, const FrontierPoint& b) {
        return a.report.cost < b.report.cost;
    });
    // Minimum difference in cost between two policies that are kept.
    const double step = policies.size() <= options.max_policies
                            ? 0.0
                            : (policies.back().report.cost - policies.front().report.cost) /
                                  static_cast<double>(options.max_policies - 1);
    for (std::size_t i = 0; i < policies.size(); ++i) {
        FrontierPoint& point = policies[i];
        const bool end = i == 0 || i + 1 == policies.size();
        if (!end && point.report.cost - frontier.policies.back().report.cost < step) continue;
        frontier.policies.push_back(std::move(point));
    }
    for (Index model = 0; model < test.models(); ++model) {
        frontier.models.push_back(detail::frontier_point(test.model_names()[as_size(model)], {},
                                                         replay(detail::AskOne{model}, test, prices), ends,
                                                         options));
    }
    frontier.oracle = detail::trace_oracle(test, prices, ends, options.max_oracle_points);
    return frontier;
}

}  // namespace automix
