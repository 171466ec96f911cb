// SPDX-License-Identifier: Apache-2.0
// The guard, and which models a policy may ask first. A policy passes the guard if verification tells something of what
// routing gains (verdict_signal.hpp). It also passes if its mean excess over mixing on held-out rows is larger than its
// standard error, where more than verdicts may bring the gain: more than two models, pluralities, or a prior. It fails
// if it has no excess on its own training rows. Policies are compared at the base slope, each fitted without the fold
// that it is evaluated on. Without a base slope, they are compared at the objective's own lambda, and the excess is
// that over the best model alone. One solution for each fold, which is most of the time of training.
#pragma once

#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/routing/belief/detail/backward_induction.hpp>
#include <automix/routing/belief/detail/policy_estimate.hpp>
#include <automix/routing/belief/detail/routing_solution.hpp>
#include <automix/routing/belief/detail/routing_solver.hpp>
#include <automix/routing/belief/detail/solve_rule.hpp>
#include <automix/routing/belief/detail/training_context.hpp>
#include <automix/routing/belief/detail/verdict_signal.hpp>
#include <automix/routing/belief/policy.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/belief/trained_policy.hpp>
#include <automix/routing/training.hpp>

#include <Eigen/Core>

#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace automix::detail {

/// Maximum number of alpha vectors of a fold's policy. The guard asks whether there is a gain, so a rough policy is
/// enough.
inline constexpr int fold_vectors = 60;

/// The decisions based on held-out rows.
struct HeldOutDecision {
    Index min_first_model = 0;  ///< smallest model that may be asked first
    Guard guard{};
    double units = 0.0;  ///< rows or folds that the guard compared; with fewer than 2 it does not pass
    std::optional<HeldOut> held_out{};  ///< results of the compared policies; empty without rows
    std::vector<double>
        excess{};  ///< of each row, in the order of the folds, if the rows are known one by one
};

/// Solves the tree of each fold at the base slope. Returns an empty solution for a fold without a tree.
inline std::vector<RoutingSolution> solve_folds(const TrainingContext& context, double slope) {
    std::vector<RoutingSolution> solutions(context.folds.folds());
    SolveRule rule = context.rule;
    rule.lambda = slope;
    rule.vectors = fold_vectors;
    rule.with_value = false;
    for (std::size_t f = 0; f < solutions.size(); ++f) {
        if (context.folds.tree(f)) solutions[f] = solve_tree(context, static_cast<int>(f), rule);
    }
    return solutions;
}

/// Returns the policy of a fold that asks no model below `min_first_model` first. Policies of alpha vectors and those that
/// read the query have no such restriction.
inline RoutingPolicy restrict_first_model(const RoutingSolution& fold, Index min_first_model, double slope,
                                          const RoutingPrices& prices) {
    if (fold.starts.empty()) return fold.policy;
    return fold.policy.starting_at(best_start(fold.starts, min_first_model, slope, prices));
}

/// Chooses the smallest model that may be asked first. That is the model before the last, unless held-out rows show
/// that a smaller one gains more than its standard error. The belief alone overestimates policies that ask many models.
/// A policy that reads the query starts where the query tells it to: the query may tell that any model is enough.
inline Index choose_first_model(const TrainingContext& context, const std::vector<RoutingSolution>& solutions,
                                double slope) {
    if (context.reads_query()) return 0;
    Index chosen = context.last_model() - 1;
    const RowMetric gain{std::vector<double>(context.statistics.models.size(), 0.0), -slope, 0.0};
    for (Index first = chosen - 1; first >= 0; --first) {
        const auto difference = [&](std::size_t fold) -> std::vector<PolicyShare> {
            return {{1.0, restrict_first_model(solutions[fold], first, slope, context.prices)},
                    {-1.0, restrict_first_model(solutions[fold], chosen, slope, context.prices)}};
        };
        const PolicyEstimate gained = estimate_on_folds(context, gain, difference);
        if (gained.mean_metric() > gained.standard_error()) chosen = first;
    }
    return chosen;
}

/// Returns true if the policy of all rows gains over the reference on them. Returns true without a table, as the
/// estimate would then take longer than the rest of the training.
inline bool gains_on_training_rows(const TrainingContext& context, double slope, Index reference,
                                   Index min_first_model) {
    if (!context.tree->layout) return true;
    SolveRule rule = context.rule;
    rule.lambda = slope;
    rule.min_first_model = min_first_model;
    rule.with_value = false;
    const RoutingSolution solution = solve_tree(context, -1, rule);
    const PolicyEstimate rows = estimate_on_training_rows(context, {{1.0, solution.policy}},
                                                          excess_metric(context, slope, reference));
    return rows.mean_metric() > value_rounding;
}

/// Returns the gain of the best model alone over the first, net of its price at the base slope, of each row that
/// `estimate_on_folds` visits and in its order. Its mean is 0 by the definition of the slope, if all folds have trees.
/// Returns nothing without a base slope. Requires rows one by one.
inline Eigen::ArrayXd mixing_gain(const TrainingContext& context) {
    if (!context.base_slope) return {};
    const Index best = best_alone(context.total, context.prices, 0.0);
    const RoutingPolicy alone = accept_at_once(*context.tree, context.prices, best).policy;
    std::vector<double> gains;
    static_cast<void>(estimate_on_folds(
        context, excess_metric(context, *context.base_slope),
        [&](std::size_t) -> std::vector<PolicyShare> {
            return {{1.0, alone}};
        },
        &gains));
    return Eigen::Map<const Eigen::ArrayXd>(gains.data(), std::ssize(gains));
}

/// Returns the standard error of the mean of a column. The control is a column of mean 0: what it explains is no error
/// (control variates: Hammersley, Handscomb 1964). Requires three rows.
inline double controlled_error(const std::vector<double>& values, const Eigen::ArrayXd& control) {
    const auto rows = std::ssize(values);
    Eigen::ArrayXd rest = Eigen::Map<const Eigen::ArrayXd>(values.data(), rows);
    rest -= rest.mean();
    if (control.size() == rows) {
        const double variance = control.square().sum();
        if (variance > 0.0) rest -= (rest * control).sum() / variance * control;
    }
    return std::sqrt(rest.square().sum() / static_cast<double>(rows * (rows - 2)));
}

/// Returns the decisions based on held-out rows, at the base slope, or at `lambda` if there is none. The guard does not
/// pass if there is neither.
inline HeldOutDecision decide_on_held_out_rows(const TrainingContext& context,
                                               std::optional<double> lambda = {}) {
    HeldOutDecision decision;
    if (!context.base_slope && !lambda) return decision;
    const double slope = context.base_slope ? *context.base_slope : *lambda;
    const Index reference = context.base_slope ? 0 : best_alone(context.total, context.prices, slope);
    const std::vector<RoutingSolution> solutions = solve_folds(context, slope);
    if (context.tree->layout) decision.min_first_model = choose_first_model(context, solutions, slope);
    const auto allowed = [&](std::size_t fold) -> std::vector<PolicyShare> {
        return {
            {1.0, restrict_first_model(solutions[fold], decision.min_first_model, slope, context.prices)}};
    };
    const PolicyEstimate excess =
        estimate_on_folds(context, excess_metric(context, slope, reference), allowed, &decision.excess);
    decision.units = excess.units;
    if (excess.rows > 0.0) decision.held_out = excess.held_out();
    if (decision.units < 2.0) return decision;
    const VerdictSignal signal = strongest_signal(context.total, context.statistics.models,
                                                  best_alone(context.total, context.prices, 0.0));
    const bool gains_otherwise = context.statistics.models.size() > 2 || context.prior ||
                                 context.reads_query() || context.accepted == AcceptedAnswer::plurality;
    const double se = context.reads_query() && decision.excess.size() >= 3
                          ? controlled_error(decision.excess, context.control)
                          : excess.standard_error();
    const bool gains = excess.mean_metric() > se;
    const bool passed = (signal.significant && context.accepted == AcceptedAnswer::first &&
                         gains_on_training_rows(context, slope, reference, decision.min_first_model)) ||
                        (gains_otherwise && gains);
    decision.guard = {passed, excess.mean_metric(), se, signal.deviate};
    return decision;
}

/// Returns the reason why the guard did not pass. Requires a decision that did not.
inline std::string guard_reason(const TrainingContext& context, const HeldOutDecision& decision) {
    if (!context.base_slope && decision.units == 0.0) return context.base_slope.reason();
    if (decision.units < 2.0)
        return "too few rows or folds to judge a policy on rows that it has not seen: found " +
               format_number(decision.units) + ", 2 are needed";
    return std::string("no router beats ") + (context.base_slope ? "mixing" : "the best model alone") +
           " on this log: held-out excess " + format_significant(decision.guard.mean, 3) +
           " with a standard error of " + format_significant(decision.guard.se, 3) +
           "; verification tells of the gain by " + format_significant(decision.guard.signal, 2) +
           " standard errors";
}

}  // namespace automix::detail
