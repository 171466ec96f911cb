// SPDX-License-Identifier: Apache-2.0
// The training rows one by one, for policies that read the query. Each row has its evidence, scores, prices and its
// forecast by a model that was not fitted to its fold. Results on a row are exact expectations over all orders of its
// verdicts, as in policy_estimate.hpp. O(rows * (one solution + cells reached)).
#pragma once

#include <automix/context/forecast_table.hpp>
#include <automix/context/signal_model.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/record.hpp>
#include <automix/data/row_evidence.hpp>
#include <automix/data/verification.hpp>
#include <automix/routing/belief/detail/policy_estimate.hpp>
#include <automix/routing/belief/detail/policy_walk.hpp>
#include <automix/routing/belief/detail/query_solver.hpp>
#include <automix/routing/belief/detail/remembered_actions.hpp>
#include <automix/routing/belief/policy.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/belief/routing_value.hpp>
#include <automix/routing/belief/trained_policy.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <utility>
#include <vector>

namespace automix::detail {

struct ContextRows {
    std::vector<int> folds{};                    ///< fold of each row
    RowEvidence evidence{};                      ///< verification of each row
    Eigen::ArrayXXd scores{};                    ///< rows x models
    Eigen::ArrayXXd answer_prices{};             ///< rows x models
    Eigen::ArrayXXd draw_prices{};               ///< rows x models
    Eigen::ArrayXXd further_draw_prices{};       ///< rows x further verifiers, model by model
    std::vector<std::vector<Signal>> signals{};  ///< of each answer, row by row; empty if no signals are read
    ForecastTable
        forecasts{};  ///< of each row, held out; without rows for policies that do not read the query

    [[nodiscard]] Index rows() const noexcept { return std::ssize(folds); }

    /// Returns the stratum of each answer's signals on a row, for a policy; none if it reads no signals.
    [[nodiscard]] std::vector<Index> strata(Index row, const RoutingPolicy& policy) const {
        if (signals.empty() || policy.solver() == nullptr) return {};
        const std::vector<SignalModel>& models = policy.solver()->tree().belief->signals;
        std::vector<Index> of_row;
        for (std::size_t m = 0; m < models.size(); ++m)
            of_row.push_back(models[m].stratum(signals[as_size(row) * models.size() + m]));
        return of_row;
    }
};

/// The expected results of a mixture on one row.
struct RowResult {
    std::vector<double> accepted{};  ///< probability that each model's answer is accepted
    ExpectedUsage usage{};
};

/// Returns the results of a mixture on a row. `forecast` is the row's; null if the policies do not read the query.
inline RowResult result_on_row(const ContextRows& rows, Index row, const std::vector<PolicyShare>& mixture,
                               const QueryForecast* forecast) {
    const auto models = as_size(rows.scores.cols());
    RoutingPrices prices{std::vector<double>(models), std::vector<double>(models), 0.0, {}, {}};
    for (std::size_t m = 0; m < models; ++m) {
        prices.answers[m] = rows.answer_prices(row, static_cast<Index>(m));
        prices.draws[m] = rows.draw_prices(row, static_cast<Index>(m));
    }
    for (Index v = 0; v < rows.further_draw_prices.cols(); ++v)
        prices.further.push_back({rows.further_draw_prices(row, v), 1.0});
    const auto seen = rows.evidence.at(row);
    const std::vector<Verification> evidence(seen.begin(), seen.end());
    OrderedDraws draws(evidence, models);
    RowResult result;
    for (const auto& [share, policy] : mixture) {
        const RoutingPolicy of_query = forecast != nullptr ? policy.at(*forecast) : policy;
        draws.set_strata(rows.strata(row, policy));
        RememberedActions actions(of_query);
        PolicyWalk(actions, prices, draws).run(share, result.usage);
    }
    result.accepted = draws.accepted();
    return result;
}

/// Returns a metric of a row, given the results of a mixture on it.
inline double metric_on_row(const ContextRows& rows, Index row, const RowResult& result,
                            const RowMetric& metric) {
    double value = metric.cost * result.usage.cost;
    for (std::size_t m = 0; m < result.accepted.size(); ++m) {
        const auto model = static_cast<Index>(m);
        value += (result.accepted[m] + metric.scores[m]) * rows.scores(row, model);
        if (!metric.prices.empty()) value += metric.prices[m] * rows.answer_prices(row, model);
    }
    return value;
}

/// Adds the results on a row, whose metric is given, to an estimate.
inline void add_row(PolicyEstimate& total, const ContextRows& rows, Index row, const RowResult& result,
                    double metric) {
    double score = 0.0;
    for (std::size_t m = 0; m < result.accepted.size(); ++m)
        score += result.accepted[m] * rows.scores(row, static_cast<Index>(m));
    const ExpectedUsage& usage = result.usage;
    total.rows += 1.0;
    total.units += 1.0;
    total.sums = total.sums + RoutingValue{score, usage.cost, usage.draws, usage.rounds};
    total.routed += usage.routed;
    total.score_squares += score * score;
    total.cost_squares += usage.cost * usage.cost;
    total.metric += metric;
    total.squares += metric * metric;
}

/// Calls `visit(row, result)` with the results of a mixture on each row of a fold, or of all folds if `fold` is -1.
template <class Visit>
void for_each_result(const ContextRows& rows, int fold, const std::vector<PolicyShare>& mixture,
                     Visit visit) {
    for (Index row = 0; row < rows.rows(); ++row) {
        if (fold >= 0 && rows.folds[as_size(row)] != fold) continue;
        if (rows.forecasts.rows() == 0) {
            visit(row, result_on_row(rows, row, mixture, nullptr));
        } else {
            const QueryForecast forecast = rows.forecasts.at(row);
            visit(row, result_on_row(rows, row, mixture, &forecast));
        }
    }
}

/// Adds the results of a mixture on the rows of a fold, or of all folds if `fold` is -1. Appends the metric of each row
/// to `by_row` unless it is null.
inline void add_context_rows(PolicyEstimate& total, const std::vector<PolicyShare>& mixture,
                             const ContextRows& rows, int fold, const RowMetric& metric,
                             std::vector<double>* by_row = nullptr) {
    for_each_result(rows, fold, mixture, [&](Index row, const RowResult& result) {
        const double value = metric_on_row(rows, row, result, metric);
        add_row(total, rows, row, result, value);
        if (by_row != nullptr) by_row->push_back(value);
    });
}

}  // namespace automix::detail
