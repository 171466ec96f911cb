// SPDX-License-Identifier: Apache-2.0
// Training of the POMDP router. Each objective has a function that turns a fitted context into a policy, and a fallback
// if the guard does not pass. A budget or a quality target is met by a policy that mixes two solutions at random.
// Training solves the tree once for each lambda that it tries: once for a given lambda, a few times for a budget or the
// maximum IBC (Dinkelbach 1967), and 52 times for a quality target, there for each fold as well. The guard adds a
// solution for each fold.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/verification.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/detail/backward_induction.hpp>
#include <automix/routing/belief/detail/guard.hpp>
#include <automix/routing/belief/detail/policy_estimate.hpp>
#include <automix/routing/belief/detail/policy_hull.hpp>
#include <automix/routing/belief/detail/quality_target.hpp>
#include <automix/routing/belief/detail/routing_solution.hpp>
#include <automix/routing/belief/detail/routing_solver.hpp>
#include <automix/routing/belief/detail/solve_rule.hpp>
#include <automix/routing/belief/detail/training_context.hpp>
#include <automix/routing/belief/fixed_k.hpp>
#include <automix/routing/belief/pomdp_report.hpp>
#include <automix/routing/belief/trained_policy.hpp>
#include <automix/routing/objective.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

/// Returns a trained policy that always uses one solution.
inline TrainedPolicy use_solution(RoutingSolution solution, double lambda) {
    TrainedPolicy trained;
    trained.report.lambda = lambda;
    trained.report.expected = solution.value;
    trained.report.gap = solution.gap;
    trained.mixture = {{1.0, std::move(solution.policy)}};
    return trained;
}

/// Returns a trained policy that uses the more expensive of two solutions with probability `share`.
inline TrainedPolicy mix_solutions(RoutingSolution cheaper, RoutingSolution dearer, double share,
                                   double lambda) {
    if (share <= 0.0) return use_solution(std::move(cheaper), lambda);
    if (share >= 1.0) return use_solution(std::move(dearer), lambda);
    TrainedPolicy trained;
    trained.report.lambda = lambda;
    trained.report.share = share;
    trained.report.expected = (1.0 - share) * cheaper.value + share * dearer.value;
    trained.mixture = {{1.0 - share, std::move(cheaper.policy)}, {share, std::move(dearer.policy)}};
    return trained;
}

/// Returns the solution that asks one model and accepts its answer.
inline RoutingSolution use_model(const TrainingContext& context, Index model) {
    return accept_at_once(*context.tree, context.prices, model);
}

/// Solves the tree of all rows for one lambda.
inline RoutingSolution solve_for(const TrainingContext& context, SolveRule rule, double lambda) {
    rule.lambda = lambda;
    return solve_tree(context, -1, rule);
}

/// Returns a policy that accepts every answer of the first model.
inline TrainedPolicy accept_all(const TrainingContext& context) {
    return use_solution(use_model(context, 0), context.base_slope ? *context.base_slope : 0.0);
}

/// Returns a policy that accepts every answer of the model with the highest net value.
inline TrainedPolicy use_best_model(const TrainingContext& context, double lambda) {
    return use_solution(use_model(context, best_alone(context.total, context.prices, lambda)), lambda);
}

/// Returns how far the net value of a policy on the training rows is below that of the best simple policy; 0 if it is
/// not. Simple policies are the first model alone, the last model alone, the first and then the last, and the best
/// fixed number of draws.
inline double shortfall_on_training_rows(const TrainingContext& context,
                                         const std::vector<PolicyShare>& mixture, double lambda) {
    const double achieved =
        estimate_on_training_rows(context, mixture, excess_metric(context, lambda)).mean_metric();
    const double route_all =
        context.large.performance - context.small.performance - lambda * context.large.cost;
    double best = std::max({0.0, route_all, route_all + lambda * context.small.cost});
    const ModelShape& first = context.statistics.models.front();
    if (first.kind == VerificationKind::verdicts && context.accepted == AcceptedAnswer::first)
        best = std::max(best, best_fixed_draws(context.total, context.prices, first.draws, lambda).net);
    return std::max(0.0, best - achieved);
}

/// Trains for a given lambda.
inline TrainedPolicy train_lambda(const TrainingContext& context, const SolveRule& rule, double lambda) {
    TrainedPolicy trained = use_solution(solve_for(context, rule, lambda), lambda);
    // If there is no table, the estimate would take longer than the rest of the training.
    if (context.tree->layout)
        trained.report.shortfall = shortfall_on_training_rows(context, trained.mixture, lambda);
    return trained;
}

/// Trains for the base slope. If there is none, uses the model with the best score, which costs no more then.
inline TrainedPolicy train_base_slope(const TrainingContext& context, const SolveRule& rule) {
    if (context.base_slope) return train_lambda(context, rule, *context.base_slope);
    TrainedPolicy trained = use_best_model(context, 0.0);
    trained.report.fallback = context.base_slope.reason();
    return trained;
}

/// Two solutions, the cheaper one first.
using SolutionPair = std::pair<RoutingSolution, RoutingSolution>;

/// Returns two models alone: the cheapest one, and the one with the best score, or the cheapest again if that is no
/// better.
inline SolutionPair end_solutions(const TrainingContext& context) {
    const auto& answers = context.prices.answers;
    const Index cheapest = std::min_element(answers.begin(), answers.end()) - answers.begin();
    const Index best = best_alone(context.total, context.prices, 0.0);
    const bool better = alone(context.total, context.prices, best).performance >
                        alone(context.total, context.prices, cheapest).performance;
    return {use_model(context, cheapest), use_model(context, better ? best : cheapest)};
}

/// Returns why a budget cannot be met; empty if it can.
inline std::string budget_obstacle(const TrainingContext& context, double budget) {
    const auto& answers = context.prices.answers;
    const double cheapest = *std::min_element(answers.begin(), answers.end());
    if (budget >= cheapest || nearly_equal(budget, cheapest)) return {};
    return "budget " + format_number(budget) + " is below the price of the cheapest answer, " +
           format_number(cheapest);
}

/// Mixes two solutions so that their expected cost is the budget.
inline TrainedPolicy mix_to_budget(SolutionPair&& ends, double budget) {
    auto& [cheaper, dearer] = ends;
    const double extra = dearer.value.cost - cheaper.value.cost;
    const double share = extra > 0.0 ? std::clamp((budget - cheaper.value.cost) / extra, 0.0, 1.0) : 1.0;
    const double lambda = extra > 0.0 ? (dearer.value.score - cheaper.value.score) / extra : 0.0;
    return mix_solutions(std::move(cheaper), std::move(dearer), share, lambda);
}

/// Returns the search for the policies that are best for some lambda.
inline auto policy_hull(const TrainingContext& context, const SolveRule& rule, int fold = -1) {
    const RoutingTree& tree = fold < 0 ? *context.tree : *context.folds.tree(as_size(fold));
    return PolicyHull(tree, context.prices, rule,
                      [&context, fold](const SolveRule& at) { return solve_tree(context, fold, at); });
}

/// Trains for a budget: mixes the two neighbours on the hull of policies, of all rows or without those of a fold.
/// Requires a budget without an obstacle.
inline TrainedPolicy train_budget(const TrainingContext& context, const SolveRule& rule, double budget,
                                  int fold = -1) {
    return mix_to_budget(policy_hull(context, rule, fold).around(budget), budget);
}

/// Trains for maximum IBC by Dinkelbach's method (1967). The highest IBC is the lambda at which the best policy gains
/// lambda times its extra cost, so each step takes the IBC of the best policy as the next lambda.
inline TrainedPolicy train_max_ibc(const TrainingContext& context, SolveRule rule) {
    const RoutingSolution small = use_model(context, 0);
    rule.lambda = 0.0;
    rule.verify_first = true;
    RoutingSolution best;
    constexpr int max_steps = 100;
    for (int step = 0; step < max_steps; ++step) {
        RoutingSolution next = solve_tree(context, -1, rule);
        const double paid = next.value.cost - small.value.cost;
        if (!(paid > 0.0)) {
            TrainedPolicy trained = accept_all(context);
            trained.report.fallback =
                "IBC is undefined: the best policy costs no more than the first model alone";
            return trained;
        }
        const double ibc = (next.value.score - small.value.score) / paid;
        const bool improved = step == 0 || ibc > rule.lambda + value_rounding * rule.lambda;
        if (improved || nearly_equal(ibc, rule.lambda)) best = std::move(next);
        if (!improved) break;
        rule.lambda = ibc;
    }
    const double ibc = rule.lambda;
    TrainedPolicy trained = use_solution(std::move(best), ibc);
    const PolicyEstimate rows =
        estimate_on_training_rows(context, trained.mixture, excess_metric(context, ibc));
    const double paid = rows.mean().cost - context.small.cost;
    trained.report.ibc = IbcSupport{ibc, rows.routed / rows.rows, rows.routed,
                                    paid > 0.0 ? rows.standard_error() / paid : 0.0};
    return trained;
}

/// Returns the metric of a quality target: the score of a row less `share` times the last model's score on it.
inline RowMetric quality_metric(const TrainingContext& context, double share) {
    RowMetric metric{std::vector<double>(context.statistics.models.size(), 0.0), 0.0, 0.0};
    metric.scores.back() = -share;
    return metric;
}

/// Returns each model alone as a candidate of a quality target.
inline std::vector<QualityCandidate> single_models(const TrainingContext& context, double share) {
    std::vector<QualityCandidate> candidates;
    for (Index model = 0; model <= context.last_model(); ++model) {
        RoutingSolution end = use_model(context, model);
        const PolicyEstimate rows =
            estimate_on_training_rows(context, {{1.0, end.policy}}, quality_metric(context, share));
        candidates.push_back({0.0, std::move(end), rows});
    }
    return candidates;
}

/// Returns the 52 lambdas that a quality target tries: 0, 50 in geometric steps, and one at which nothing is routed.
/// Returns 0 alone if the last model costs nothing.
inline std::vector<double> quality_lambdas(double large_price) {
    std::vector<double> lambdas{0.0};
    if (!(large_price > 0.0)) return lambdas;
    constexpr int steps = 50;
    for (int i = 0; i < steps; ++i)
        lambdas.push_back(0.001 * std::pow(1000.0, static_cast<double>(i) / (steps - 1)) / large_price);
    lambdas.push_back(1.5 / large_price);
    return lambdas;
}

/// Returns the policy of a rule without the rows of a fold.
inline RoutingPolicy solve_fold(const TrainingContext& context, SolveRule rule, std::size_t fold) {
    rule.with_value = false;
    return solve_tree(context, static_cast<int>(fold), rule).policy;
}

/// Adds the best policy of each lambda, evaluated on held-out rows, to the candidates.
inline void add_cross_fitted_candidates(std::vector<QualityCandidate>& candidates,
                                        const TrainingContext& context, const SolveRule& rule, double share) {
    const RowMetric metric = quality_metric(context, share);
    for (const double lambda : quality_lambdas(context.large.cost)) {
        SolveRule at = rule;
        at.lambda = lambda;
        const PolicyEstimate rows =
            estimate_on_folds(context, metric, [&](std::size_t fold) -> std::vector<PolicyShare> {
                return {{1.0, solve_fold(context, at, fold)}};
            });
        if (rows.rows > 0.0) candidates.push_back({lambda, solve_for(context, rule, lambda), rows});
    }
}

/// Returns an upper bound on the mean score of any choice of one model's answer for each training row. Scores count as
/// chances, and the chance that some model is right is at most the sum of theirs less that of neighbours together.
inline double highest_score(const TrainingContext& context) {
    if (context.accepted != AcceptedAnswer::first) return 1.0;  // a plurality may be right where no answer is
    const std::size_t models = context.statistics.models.size();
    double sum = 0.0;
    for (const EvidenceCell& cell : context.total.cells) {
        for (std::size_t m = 0; m < models; ++m)
            sum += cell.scores[m] - (m == 0 ? 0.0 : cell.products[(m - 1) * models + m]);
    }
    return std::min(1.0, sum / context.total.weight());
}

/// Returns why no policy whatever can reach a share of the last model's score; empty if one may.
inline std::string quality_obstacle(const TrainingContext& context, double share) {
    constexpr double rounding = 1e-9;
    const double highest = highest_score(context);
    const double last = context.large.performance;
    if (context.prior || share * last <= highest + rounding) return {};
    return "the quality target " + format_number(share) + " is a score of " +
           format_significant(share * last, 3) + ", but the answers of these rows reach at most " +
           format_significant(highest, 3) + "; the last model alone has " + format_significant(last, 3) +
           ", so give a share of at most " + format_number(std::floor(1000.0 * highest / last) / 1000.0);
}

/// Returns the mixture of candidates that meets the target at the lowest cost. If none does, returns the candidate that
/// comes closest, with the reason in `fallback`.
inline TrainedPolicy mix_to_quality(const TrainingContext& context, std::vector<QualityCandidate> candidates,
                                    double share) {
    const std::optional<QualityMixture> cheapest = cheapest_mixture(candidates);
    const QualityMixture chosen = cheapest ? *cheapest : closest_candidate(candidates);
    QualityCandidate& poor = candidates[chosen.poor];
    const QualityCandidate& good = candidates[chosen.good];
    const auto mixed = [&](double a, double b) { return (1.0 - chosen.share) * a + chosen.share * b; };
    const QualitySupport support{share * context.large.performance,
                                 mixed(poor.held_out.mean().score, good.held_out.mean().score),
                                 mixed(poor.cost(), good.cost()),
                                 mixed(poor.held_out.standard_error(), good.held_out.standard_error())};
    const HeldOut one = poor.held_out.held_out();
    const HeldOut other = good.held_out.held_out();
    const double lambda = good.lambda;
    RoutingSolution dearer = good.solution;  // both may be the same candidate
    TrainedPolicy trained = mix_solutions(std::move(poor.solution), std::move(dearer), chosen.share, lambda);
    trained.report.quality = support;
    trained.report.held_out = {mixed(one.score, other.score), mixed(one.score_se, other.score_se),
                               mixed(one.cost, other.cost), mixed(one.cost_se, other.cost_se)};
    if (!cheapest)
        trained.report.fallback =
            "no policy reaches " + format_number(share) +
            " of the last model's quality on held-out rows; the one that comes closest is used";
    return trained;
}

/// Trains for a share of the last model's quality.
inline TrainedPolicy train_quality(const TrainingContext& context, const SolveRule& rule, double share) {
    std::vector<QualityCandidate> candidates = single_models(context, share);
    add_cross_fitted_candidates(candidates, context, rule, share);
    return mix_to_quality(context, std::move(candidates), share);
}

/// Returns the best policy for an objective that can be met.
inline TrainedPolicy train_objective(const TrainingContext& context, const SolveRule& rule,
                                     const Objective& objective) {
    switch (objective.kind) {
        case ObjectiveKind::base_slope:
        case ObjectiveKind::promise_quality:  // chosen among candidates
        case ObjectiveKind::promise_error:
            break;
        case ObjectiveKind::lambda:
            return train_lambda(context, rule, objective.value);
        case ObjectiveKind::budget:
            return train_budget(context, rule, objective.value);
        case ObjectiveKind::quality:
            return train_quality(context, rule, objective.value);
        case ObjectiveKind::max_ibc:
            return train_max_ibc(context, rule);
    }
    return train_base_slope(context, rule);
}

/// Returns the fallback of an objective if the guard does not pass: models alone, mixed to meet a constraint.
inline TrainedPolicy train_fallback(const TrainingContext& context, const Objective& objective) {
    switch (objective.kind) {
        case ObjectiveKind::base_slope:
        case ObjectiveKind::max_ibc:
        case ObjectiveKind::promise_quality:
        case ObjectiveKind::promise_error:
            break;
        case ObjectiveKind::lambda:
            return use_best_model(context, objective.value);
        case ObjectiveKind::budget:
            return mix_to_budget(end_solutions(context), objective.value);
        case ObjectiveKind::quality:
            return mix_to_quality(context, single_models(context, objective.value), objective.value);
    }
    return context.base_slope ? accept_all(context) : use_best_model(context, 0.0);
}

/// Returns the message that many solutions are needed and the tree of evidence is too large for them.
inline std::string too_many_cells(const TrainingContext& context, const std::string& what) {
    return what + " needs the exact solution, and the reachable evidence has more than " +
           format_number(context.max_cells) + " cells; lower max_draws";
}

/// Returns why the tree of evidence does not serve an objective; empty if it does.
inline std::string tree_obstacle(const TrainingContext& context, const Objective& objective) {
    const bool one_solution =
        objective.kind == ObjectiveKind::base_slope || objective.kind == ObjectiveKind::lambda;
    if (context.tree->layout || one_solution) return {};
    return too_many_cells(context, "the objective " + std::string(name_of(objective.kind))) +
           ", or ask for base or lambda";
}

/// Returns the solver's rule without lambda, restricted to the first models that held-out rows allow.
inline SolveRule allowed_rule(const TrainingContext& context, const HeldOutDecision& decision) {
    SolveRule rule = context.rule;
    rule.min_first_model = decision.min_first_model;
    return rule;
}

/// Returns the estimate on held-out rows of a policy that was trained for an objective: each fold's policies solve the
/// same problem without the fold. Returns nothing if no fold has rows. Requires a table.
inline std::optional<HeldOut> estimate_held_out(const TrainingContext& context, const SolveRule& rule,
                                                const TrainedPolicy& trained, const Objective& objective) {
    SolveRule at = rule;
    at.verify_first = objective.kind == ObjectiveKind::max_ibc;
    at.lambda = trained.report.lambda;
    const auto policies = [&](std::size_t fold) -> std::vector<PolicyShare> {
        // Policies that read the query change with every lambda, so a mixture is as good as one policy at its lambda.
        if (objective.kind == ObjectiveKind::budget && !context.reads_query())
            return train_budget(context, at, objective.value, static_cast<int>(fold)).mixture;
        return {{1.0, solve_fold(context, at, fold)}};
    };
    const PolicyEstimate rows = estimate_on_folds(context, excess_metric(context, 0.0), policies);
    return rows.rows > 0.0 ? std::optional(rows.held_out()) : std::nullopt;
}

/// Returns the results of a trained policy on rows that it was not fitted to. No row is fitted by models alone, which
/// draw nothing. At the base slope the guard has evaluated the policies of the folds. Returns nothing without a table.
inline std::optional<HeldOut> held_out_results(const TrainingContext& context,
                                               const HeldOutDecision& decision, const TrainedPolicy& trained,
                                               const Objective& objective) {
    if (!context.tree->layout) return std::nullopt;
    const bool fits_nothing = trained.report.expected.draws == 0.0 && !context.reads_query();
    if (!trained.report.fallback.empty() || fits_nothing)
        return estimate_on_training_rows(context, trained.mixture, excess_metric(context, 0.0)).held_out();
    if (objective.kind == ObjectiveKind::base_slope) return decision.held_out;
    return estimate_held_out(context, allowed_rule(context, decision), trained, objective);
}

/// Returns the lambda at which an objective without a base slope is judged; nothing if it has none of its own.
inline std::optional<double> own_lambda(const TrainingContext& context, const Objective& objective) {
    if (objective.kind == ObjectiveKind::lambda) return objective.value;
    if (objective.kind != ObjectiveKind::budget || !budget_obstacle(context, objective.value).empty())
        return {};
    return train_budget(context, context.rule, objective.value).report.lambda;
}

/// Trains the policy of an objective. If `guarded` is false, the guard is reported only and never leads to a fallback.
/// If `decided` holds the decision on held-out rows, it is not computed again.
inline TrainedPolicy train_policy(const TrainingContext& context,
                                  const std::optional<HeldOutDecision>& decided, const Objective& objective,
                                  bool guarded) {
    TrainedPolicy trained;
    std::string fallback;
    Guard guard;
    std::string infeasible = tree_obstacle(context, objective);
    if (infeasible.empty()) {
        const HeldOutDecision decision =
            decided && context.base_slope
                ? *decided
                : decide_on_held_out_rows(context,
                                          context.base_slope ? std::nullopt : own_lambda(context, objective));
        guard = decision.guard;
        if (guarded && !guard.passed) fallback = guard_reason(context, decision);
        if (objective.kind == ObjectiveKind::budget) infeasible = budget_obstacle(context, objective.value);
        if (objective.kind == ObjectiveKind::quality) infeasible = quality_obstacle(context, objective.value);
        if (infeasible.empty()) {
            trained = fallback.empty() ? train_objective(context, allowed_rule(context, decision), objective)
                                       : train_fallback(context, objective);
            if (!fallback.empty()) trained.report.fallback = fallback;
            if (!trained.report.held_out)
                trained.report.held_out = held_out_results(context, decision, trained, objective);
        }
    }
    if (!fallback.empty()) trained.report.fallback = fallback;
    trained.infeasible = infeasible;
    trained.models = context.statistics.models;
    trained.prices = context.prices;
    trained.tree = context.tree;
    const auto reads = [](const PolicyShare& part) { return part.policy.reads_query(); };
    if (std::any_of(trained.mixture.begin(), trained.mixture.end(), reads)) trained.reader = context.reader;
    trained.report.contexts = context.worth;
    trained.report.objective = objective;
    trained.report.accepted = context.accepted;
    trained.report.base_slope = context.base_slope;
    trained.report.guard = guard;
    return trained;
}

/// Returns the solutions of a grid of lambdas, the highest first, without their values. A policy that reads the query
/// changes with every lambda, so there is no finite hull. The grid is geometric around the slope from the first to the
/// last model, and ends with 0.
inline std::vector<HullPolicy> solve_lambdas(const TrainingContext& context, SolveRule rule) {
    constexpr int steps = 60;
    constexpr double widest = 100.0;  // largest lambda over the slope
    const double gap = std::abs(context.large.performance - context.small.performance);
    const double extra = std::abs(context.large.cost - context.small.cost);
    const double apart = std::max(extra, 1e-3 * context.large.cost);
    const double slope = apart > 0.0 ? std::max(gap, 0.01) / apart : 0.0;
    rule.with_value = false;
    std::vector<HullPolicy> solutions;
    for (int step = 0; slope > 0.0 && step < steps; ++step) {
        const double exponent = 1.0 - 2.0 * step / (steps - 1.0);
        const double lambda = slope * std::pow(widest, exponent);
        solutions.push_back({lambda, solve_for(context, rule, lambda)});
    }
    solutions.push_back({0.0, solve_for(context, rule, 0.0)});
    return solutions;
}

/// Trains the policies that are best for some lambda, in ascending order of cost, whether the guard passes or not.
/// Throws `DataError` if the tree of evidence is too large for that many solutions.
inline std::vector<TrainedPolicy> train_curve(const TrainingContext& context,
                                              const std::optional<HeldOutDecision>& decided) {
    if (!context.tree->layout) throw DataError(too_many_cells(context, "the curve of policies"));
    const HeldOutDecision decision = decided ? *decided : decide_on_held_out_rows(context);
    std::vector<TrainedPolicy> policies;
    const SolveRule rule = allowed_rule(context, decision);
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    for (auto& [lambda, solution] :
         context.reads_query() ? solve_lambdas(context, rule) : policy_hull(context, rule).all()) {
        TrainedPolicy& trained = policies.emplace_back(use_solution(std::move(solution), lambda));
        if (context.reads_query()) trained.report.expected = {unknown, unknown, unknown, unknown};
        trained.report.objective = Objective::lambda(lambda);
        trained.report.accepted = context.accepted;
        trained.report.base_slope = context.base_slope;
        trained.report.guard = decision.guard;
        trained.reader = context.reader;
        trained.report.contexts = context.worth;
    }
    return policies;
}

/// Returns about `count` of some policies, the first and the last among them, in even steps.
inline std::vector<TrainedPolicy> thinned(std::vector<TrainedPolicy> policies, std::size_t count) {
    if (policies.size() <= count || count < 2) return policies;
    std::vector<TrainedPolicy> kept;
    for (std::size_t i = 0; i < count; ++i)
        kept.push_back(std::move(policies[i * (policies.size() - 1) / (count - 1)]));
    return kept;
}

/// Trains the policies among which a promise chooses, in ascending order of cost: some `count` of the curve, and the last
/// model alone. Each holds all that a saved policy needs.
inline std::vector<TrainedPolicy> train_candidates(const TrainingContext& context,
                                                   const std::optional<HeldOutDecision>& decided,
                                                   const Objective& objective, std::size_t count) {
    std::vector<TrainedPolicy> candidates = thinned(train_curve(context, decided), count);
    TrainedPolicy last = candidates.back();
    RoutingSolution alone = use_model(context, context.last_model());
    last.report.expected = alone.value;
    last.mixture = {{1.0, std::move(alone.policy)}};
    last.reader = nullptr;
    candidates.push_back(std::move(last));
    for (TrainedPolicy& candidate : candidates) {
        candidate.models = context.statistics.models;
        candidate.prices = context.prices;
        candidate.tree = context.tree;
        candidate.report.objective = objective;
    }
    return candidates;
}

}  // namespace automix::detail
