// SPDX-License-Identifier: Apache-2.0
// The data that guard and objectives of the POMDP router share: statistics, prices, the tree fitted to all rows, the
// trees of the folds, and the two end models. It is built once and never changed. Building it
// fits the belief once to all rows and once for each fold.
#pragma once

#include <automix/context/context_model.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/statistics.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/context_choice.hpp>
#include <automix/routing/belief/detail/context_rows.hpp>
#include <automix/routing/belief/detail/cross_fit.hpp>
#include <automix/routing/belief/detail/policy_estimate.hpp>
#include <automix/routing/belief/detail/query_solver.hpp>
#include <automix/routing/belief/detail/query_trees.hpp>
#include <automix/routing/belief/detail/routing_solution.hpp>
#include <automix/routing/belief/detail/routing_solver.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/detail/solve_rule.hpp>
#include <automix/routing/belief/detail/stratum_rows.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/belief/trained_policy.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace automix::detail {

struct TrainingContext {
    const Statistics& statistics;  ///< must outlive the context
    RoutingPrices prices{};
    AcceptedAnswer accepted = AcceptedAnswer::first;
    double max_cells = 0.0;                     ///< maximum cells of the tree, as in the options
    SolveRule rule{};                           ///< holds the batches; lambda and first model are not set
    FoldStatistics total{};                     ///< sums over all rows
    std::shared_ptr<const RoutingTree> tree{};  ///< fitted to all rows
    CrossFit folds;
    OperatingPoint small{};                 ///< the first model alone
    OperatingPoint large{};                 ///< the last model alone
    OptionalMetric base_slope;              ///< from the first model to the best one
    std::optional<FoldStatistics> prior{};  ///< sums over earlier rows, which the trees include
    /// The rows one by one, if policies read the query or are compared with such; else null.
    std::shared_ptr<const ContextRows> rows{};
    std::shared_ptr<const StratumRows> strata{};  ///< of the statistics, if policies read them; else null
    std::shared_ptr<const ContextModel>
        reader{};                       ///< forecasts from the facts that are read; null if none are
    std::vector<ContextWorth> worth{};  ///< of all facts that were tried
    Eigen::ArrayXd control{};           ///< gain of the best model alone by row: see `mixing_gain`
    /// Trees of queries by the rows of all folds, then by those outside each fold; empty if policies read no query.
    std::vector<std::shared_ptr<const QueryTrees>> queries{};

    /// Returns true if policies read the query.
    [[nodiscard]] bool reads_query() const { return strata || (rows && rows->forecasts.rows() > 0); }
    [[nodiscard]] Index last_model() const { return std::ssize(statistics.models) - 1; }
};

/// Fits the trees and computes the base slope. Requires rows.
inline TrainingContext make_training_context(const Statistics& statistics, const RoutingPrices& prices,
                                             std::vector<int> batches, const TreeOptions& options) {
    FoldStatistics total = statistics.total();
    auto tree = std::make_shared<const RoutingTree>(fit_tree(
        fitted_sums(total, FoldStatistics(), statistics.models, options), statistics.models, options));
    CrossFit folds(statistics, total, options);
    SolveRule rule;
    if (prices.round > 0.0) rule.batches = std::move(batches);
    const OperatingPoint small = alone(total, prices, 0);
    const OperatingPoint large = alone(total, prices, std::ssize(statistics.models) - 1);
    OptionalMetric slope = base_slope(total, prices, statistics.models);
    return {statistics,
            prices,
            options.accepted,
            options.max_cells,
            std::move(rule),
            std::move(total),
            std::move(tree),
            std::move(folds),
            small,
            large,
            std::move(slope),
            options.prior,
            {},
            {},
            {},
            {},
            {},
            {}};
}

/// Returns the mean value that the policies of all rows expect.
inline RoutingValue mean_value(const QuerySolver& solver, const ContextRows& rows) {
    RoutingValue sum;
    for (Index row = 0; row < rows.rows(); ++row) sum = sum + solver.solved(rows.forecasts.at(row))->value;
    return (1.0 / static_cast<double>(rows.rows())) * sum;
}

/// Returns the mean value that the policies of all strata expect.
inline RoutingValue mean_value(const QuerySolver& solver, const StratumRows& rows,
                               const Statistics& statistics) {
    RoutingValue sum;
    double weight = 0.0;
    for (std::size_t s = 0; s < rows.forecasts.size(); ++s) {
        const double own = stratum_total(statistics.strata[s], statistics.models).weight();
        sum = sum + own * solver.solved(rows.forecasts[s])->value;
        weight += own;
    }
    return (1.0 / weight) * sum;
}

/// Prepares the trees of queries for policies that read them. `strata` are those of the queries, if the tree of all rows
/// is too large to be solved for each.
inline void prepare_queries(TrainingContext& context, ForecastStrata strata) {
    const auto trees = [&](const RoutingTree& tree, ForecastStrata of_tree) {
        return std::make_shared<const QueryTrees>(tree, context.prices, context.reader->mean_scores(),
                                                  std::move(of_tree));
    };
    context.queries = {trees(*context.tree, std::move(strata))};
    for (std::size_t fold = 0; fold < context.folds.folds(); ++fold) {
        const std::optional<RoutingTree>& tree = context.folds.tree(fold);
        context.queries.push_back(tree ? trees(*tree, {}) : nullptr);
    }
}

/// Solves the tree of all rows, or that without a fold unless `fold` is -1, for a rule: once, or for each query if
/// policies read it. The value of a policy that reads the query is the mean over the training rows.
inline RoutingSolution solve_tree(const TrainingContext& context, int fold, const SolveRule& rule) {
    if (!context.reads_query()) {
        const RoutingTree& tree =
            fold < 0 ? *context.tree : *context.folds.tree(static_cast<std::size_t>(fold));
        return solve_routing(tree, context.prices, rule);
    }
    auto solver = std::make_shared<const QuerySolver>(context.queries[as_size(Index{fold} + 1)], rule);
    RoutingSolution solution;
    if (rule.with_value) {
        solution.value = context.strata ? mean_value(*solver, *context.strata, context.statistics)
                                        : mean_value(*solver, *context.rows);
    }
    solution.policy = RoutingPolicy(std::move(solver));
    return solution;
}

/// Returns the metric of a row's excess over one model alone at that slope: its score less the model's, less slope
/// times the cost in addition to the model's.
inline RowMetric excess_metric(const TrainingContext& context, double slope, Index model = 0) {
    const std::vector<double> none(context.statistics.models.size(), 0.0);
    RowMetric metric{none, -slope, 0.0, {}};
    metric.scores[as_size(model)] = -1.0;
    if (context.rows || context.strata) {
        metric.prices = none;
        metric.prices[as_size(model)] = slope;
    } else {
        metric.constant = slope * context.prices.answers[as_size(model)];
    }
    return metric;
}

/// Estimates the results of a mixture of policies on the rows that its tree was fitted to.
inline PolicyEstimate estimate_on_training_rows(const TrainingContext& context,
                                                const std::vector<PolicyShare>& mixture,
                                                const RowMetric& metric) {
    PolicyEstimate estimate;
    if (context.strata) {
        for (std::size_t fold = 0; fold < context.statistics.folds.size(); ++fold)
            add_strata(estimate, mixture, context.statistics, fold, context.strata->forecasts,
                       context.strata->priced, context.prices, metric);
    } else if (context.rows) {
        add_context_rows(estimate, mixture, *context.rows, -1, metric);
    } else if (context.accepted == AcceptedAnswer::first) {
        add_rows(estimate, mixture, context.total, context.prices, metric);
    } else {
        for (const FoldStatistics& fold : context.statistics.folds)
            add_pluralities(estimate, mixture, fold, context.prices, metric);
    }
    return estimate;
}

/// Evaluates the mixture `policies(fold)` of each fold that has a tree on the rows of that fold.
/// `by_row` receives the metric of each row in the order of the folds, if the rows are known one by one.
template <class Policies>
[[nodiscard]] PolicyEstimate estimate_on_folds(const TrainingContext& context, const RowMetric& metric,
                                               Policies policies, std::vector<double>* by_row = nullptr) {
    if (!context.rows && !context.strata) return context.folds.evaluate(context.prices, metric, policies);
    PolicyEstimate total;
    for (std::size_t fold = 0; fold < context.folds.folds(); ++fold) {
        if (!context.folds.tree(fold)) continue;
        if (context.strata) {
            add_strata(total, policies(fold), context.statistics, fold, context.strata->held_out[fold],
                       context.strata->priced, context.prices, metric);
        } else {
            add_context_rows(total, policies(fold), *context.rows, static_cast<int>(fold), metric, by_row);
        }
    }
    return total;
}

}  // namespace automix::detail
