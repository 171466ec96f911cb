// SPDX-License-Identifier: Apache-2.0
// The data that guard and objectives of the POMDP router share: statistics, prices, the tree fitted to all rows, the
// trees of the folds, and the two end models. It is built once and never changed. Building it
// fits the belief once to all rows and once for each fold.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/statistics.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/detail/cross_fit.hpp>
#include <automix/routing/belief/detail/policy_estimate.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/detail/solve_rule.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/belief/trained_policy.hpp>

#include <memory>
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
    OperatingPoint small{};     ///< the first model alone
    OperatingPoint large{};     ///< the last model alone
    OptionalMetric base_slope;  ///< from the first model to the best one
    bool has_prior = false;     ///< the trees include earlier rows

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
            options.prior.has_value()};
}

/// Returns the metric of a row's excess over one model alone at that slope: its score less the model's, less slope
/// times the cost in addition to the model's.
inline RowMetric excess_metric(const TrainingContext& context, double slope, Index model = 0) {
    RowMetric metric{std::vector<double>(context.statistics.models.size(), 0.0), -slope,
                     slope * context.prices.answers[as_size(model)]};
    metric.scores[as_size(model)] = -1.0;
    return metric;
}

/// Estimates the results of a mixture of policies on the rows that its tree was fitted to.
inline PolicyEstimate estimate_on_training_rows(const TrainingContext& context,
                                                const std::vector<PolicyShare>& mixture,
                                                const RowMetric& metric) {
    PolicyEstimate estimate;
    if (context.accepted == AcceptedAnswer::first) {
        add_rows(estimate, mixture, context.total, context.prices, metric);
    } else {
        for (const FoldStatistics& fold : context.statistics.folds)
            add_pluralities(estimate, mixture, fold, context.prices, metric);
    }
    return estimate;
}

}  // namespace automix::detail
