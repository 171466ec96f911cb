// SPDX-License-Identifier: Apache-2.0
// From statistics to a policy: the tree of the routing POMDP, the guard, and the policy of the objective, or what stands in
// for it where the guard refuses or the objective cannot be met. Policies of two parts are mixed at random so that a
// constraint is met exactly. O(fits + solutions): a few, but for quality targets 52 solutions a fold.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/statistics.hpp>
#include <automix/routing/belief/detail/backward_induction.hpp>
#include <automix/routing/belief/detail/cross_fit.hpp>
#include <automix/routing/belief/detail/held_out.hpp>
#include <automix/routing/belief/detail/policy_hull.hpp>
#include <automix/routing/belief/detail/quality_target.hpp>
#include <automix/routing/belief/detail/routing_solution.hpp>
#include <automix/routing/belief/detail/routing_solver.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/detail/solve_rule.hpp>
#include <automix/routing/belief/fixed_k.hpp>
#include <automix/routing/belief/pomdp_report.hpp>
#include <automix/routing/belief/trained_policy.hpp>
#include <automix/routing/objective.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

/// Alpha vectors of a fold's policy, where there is no table: the guard asks whether there is a gain, not for the last of it.
inline constexpr int fold_vectors = 60;

class PomdpTraining {
 public:
    PomdpTraining(const Statistics& statistics, const RoutingPrices& prices, std::vector<int> batches,
                  const TreeOptions& tree)
        : statistics_(statistics),
          prices_(prices),
          rule_{0.0, prices.round > 0.0 ? std::move(batches) : std::vector<int>{1}},
          accepted_(tree.accepted),
          most_cells_(tree.most_cells),
          total_(statistics.total()),
          tree_(std::make_shared<const RoutingTree>(fit_tree(total_, statistics.models, tree))),
          folds_(statistics, total_, tree) {
        small_ = automix::alone(total_, prices, 0);
        large_ = automix::alone(total_, prices, last());
        base_ = base_slope(total_, prices);
    }

    /// The policy of the objective; without the guard, whatever the held-out rows say.
    [[nodiscard]] TrainedPolicy train(const Objective& objective, bool guarded) {
        trained_ = {};
        trained_.models = statistics_.models;
        trained_.prices = prices_;
        trained_.tree = tree_;
        trained_.report.objective = objective;
        trained_.report.accepted = accepted_;
        trained_.report.base_slope = base_;
        const bool one_solution =
            objective.kind == ObjectiveKind::base_slope || objective.kind == ObjectiveKind::lambda;
        if (!tree_->layout && !one_solution) {
            trained_.infeasible = "the objective " + std::string(name_of(objective.kind)) + too_large() +
                                  ", or ask for base or lambda";
            return std::move(trained_);
        }
        judge();
        trained_.report.guard = guard_;
        if (guarded && !guard_.passed) trained_.report.fallback = refusal();
        const bool refused = !trained_.report.fallback.empty();
        switch (objective.kind) {
            case ObjectiveKind::base_slope:
                refused || !base_ ? accept_all() : for_lambda(*base_);
                break;
            case ObjectiveKind::lambda:
                refused ? better_end(objective.value) : for_lambda(objective.value);
                break;
            case ObjectiveKind::budget:
                for_budget(objective.value, refused);
                break;
            case ObjectiveKind::quality:
                for_quality(objective.value, refused);
                break;
            case ObjectiveKind::max_ibc:
                refused ? accept_all() : for_ibc();
                break;
        }
        return std::move(trained_);
    }

    /// The policies that are best for some lambda, ascending in cost, whatever the guard says. Throws `DataError` where the
    /// tree of evidence is too large for that many solutions.
    [[nodiscard]] std::vector<TrainedPolicy> curve() {
        if (!tree_->layout) throw DataError("the curve of policies" + too_large());
        judge();
        std::vector<TrainedPolicy> policies;
        for (auto& [lambda, solution] : PolicyHull(*tree_, prices_, rule_).all()) {
            TrainedPolicy& trained = policies.emplace_back();
            trained.report.objective = Objective::lambda(lambda);
            trained.report.accepted = accepted_;
            trained.report.base_slope = base_;
            trained.report.guard = guard_;
            trained.report.lambda = lambda;
            trained.report.expected = solution.value;
            trained.mixture = {{1.0, std::move(solution.policy)}};
        }
        return policies;
    }

    [[nodiscard]] const RoutingTree& tree() const noexcept { return *tree_; }
    /// What held-out rows say of the policy at the base slope.
    [[nodiscard]] const Guard& guard() {
        judge();
        return guard_;
    }

 private:
    [[nodiscard]] std::string too_large() const {
        return " needs the exact solution, and the reachable evidence has more than " +
               format_number(most_cells_) + " cells; lower max_draws";
    }

    /// Solves each fold once for all that held-out rows decide: most of the time that training takes.
    void judge() {
        if (is_judged_) return;
        is_judged_ = true;
        solve_folds();
        choose_first_models();
        judge_guard();
    }

    [[nodiscard]] std::size_t last() const { return statistics_.models.size() - 1; }

    [[nodiscard]] SolveRule at(double lambda) const {
        SolveRule rule = rule_;
        rule.lambda = lambda;
        return rule;
    }

    [[nodiscard]] RoutingSolution solve(double lambda) const {
        return solve_routing(*tree_, prices_, at(lambda));
    }

    /// Excess over mixing at that slope: score less the first model's, less slope times what is paid beyond it.
    [[nodiscard]] RowMetric excess_figure(double slope) const {
        RowMetric figure{std::vector<double>(last() + 1, 0.0), -slope, slope * small_.cost};
        figure.scores.front() = -1.0;
        return figure;
    }

    [[nodiscard]] HeldOut on_training_rows(const std::vector<PolicyShare>& mixture,
                                           const RowMetric& figure) const {
        HeldOut sum;
        if (accepted_ == AcceptedAnswer::first) {
            add_rows(sum, mixture, total_, prices_, figure);
        } else {
            for (const FoldStatistics& fold : statistics_.folds)
                add_pluralities(sum, mixture, fold, prices_, figure);
        }
        return sum;
    }

    /// Solves each fold's tree at the base slope: what the first model and the guard are judged by.
    void solve_folds() {
        if (!base_) return;
        fold_solutions_.resize(folds_.folds());
        SolveRule rule = at(*base_);
        rule.vectors = fold_vectors;
        rule.with_value = false;
        for (std::size_t f = 0; f < folds_.folds(); ++f) {
            if (folds_.tree(f)) fold_solutions_[f] = solve_routing(*folds_.tree(f), prices_, rule);
        }
    }

    /// The policy of a fold at the base slope that asks no model below `least` first.
    [[nodiscard]] RoutingPolicy fold_policy(std::size_t fold, int least) const {
        const auto& [policy, value, gap, starts] = fold_solutions_[fold];
        return starts.empty() ? policy : policy.starting_at(best_start(starts, least, *base_, prices_));
    }

    /// Beside the model before the last, a smaller one may be asked first only where held-out rows show that this gains
    /// more than its standard error, at the base slope: a belief's own forecast flatters long cascades.
    void choose_first_models() {
        if (!base_ || !tree_->layout) return;
        rule_.min_first_model = static_cast<int>(last()) - 1;
        const RowMetric gain{std::vector<double>(last() + 1, 0.0), -*base_, 0.0};
        for (int first = rule_.min_first_model - 1; first >= 0; --first) {
            const HeldOut difference =
                folds_.judge(prices_, gain, [&](std::size_t fold) -> std::vector<PolicyShare> {
                    return {{1.0, fold_policy(fold, first)},
                            {-1.0, fold_policy(fold, rule_.min_first_model)}};
                });
            if (difference.mean_figure() > difference.standard_error()) rule_.min_first_model = first;
        }
    }

    void judge_guard() {
        if (!base_) return;
        const HeldOut held_out =
            folds_.judge(prices_, excess_figure(*base_), [&](std::size_t fold) -> std::vector<PolicyShare> {
                return {{1.0, fold_policy(fold, rule_.min_first_model)}};
            });
        judged_ = held_out.units;
        if (judged_ < 2.0) return;
        guard_ = {held_out.mean_figure() > held_out.standard_error(), held_out.mean_figure(),
                  held_out.standard_error()};
    }

    /// Why the guard refuses.
    [[nodiscard]] std::string refusal() const {
        if (!base_) return base_.reason();
        if (judged_ < 2.0)
            return "too few rows or folds to judge a policy on rows that it has not seen: found " +
                   format_number(judged_) + ", 2 are needed";
        return "no router beats mixing on this log: held-out excess " + format_number(guard_.mean) +
               " with a standard error of " + format_number(guard_.se);
    }

    void use(RoutingSolution solution, double lambda) {
        trained_.report.lambda = lambda;
        trained_.report.expected = solution.value;
        trained_.report.gap = solution.gap;
        trained_.mixture = {{1.0, std::move(solution.policy)}};
    }

    /// Mixes two so that the dearer one is used with that probability.
    void mix(RoutingSolution cheaper, RoutingSolution dearer, double share, double lambda) {
        if (share <= 0.0) return use(std::move(cheaper), lambda);
        if (share >= 1.0) return use(std::move(dearer), lambda);
        trained_.report.lambda = lambda;
        trained_.report.share = share;
        trained_.report.expected = (1.0 - share) * cheaper.value + share * dearer.value;
        trained_.mixture = {{1.0 - share, std::move(cheaper.policy)}, {share, std::move(dearer.policy)}};
    }

    [[nodiscard]] RoutingSolution alone(std::size_t model) const {
        return accept_at_once(*tree_, prices_, static_cast<int>(model));
    }
    [[nodiscard]] RoutingSolution small_alone() const { return alone(0); }
    [[nodiscard]] RoutingSolution large_alone() const { return alone(last()); }

    void accept_all() {
        if (trained_.report.fallback.empty()) trained_.report.fallback = base_.reason();
        use(small_alone(), base_ ? *base_ : 0.0);
    }

    void better_end(double lambda) {
        const bool large =
            large_.performance - lambda * large_.cost > small_.performance - lambda * small_.cost;
        use(large ? large_alone() : small_alone(), lambda);
    }

    void for_lambda(double lambda) {
        use(solve(lambda), lambda);
        if (!tree_->layout) return;  // a walk over all rows by alpha vectors takes longer than all else
        const RowMetric figure = excess_figure(lambda);
        const double achieved = on_training_rows(trained_.mixture, figure).mean_figure();
        const double route_all = large_.performance - small_.performance - lambda * large_.cost;
        double best = std::max({0.0, route_all, route_all + lambda * small_.cost});
        if (statistics_.models.front().kind == VerificationKind::verdicts &&
            accepted_ == AcceptedAnswer::first)
            best = std::max(best,
                            best_fixed_draws(total_, prices_, statistics_.models.front().draws, lambda).net);
        trained_.report.shortfall = std::max(0.0, best - achieved);
    }

    /// The cheapest model alone, and the better of both ends where it is better than that.
    [[nodiscard]] std::pair<RoutingSolution, RoutingSolution> ends() const {
        const auto& answers = prices_.answers;
        const auto cheapest =
            static_cast<std::size_t>(std::min_element(answers.begin(), answers.end()) - answers.begin());
        const bool large = large_.performance > small_.performance;
        const double least = automix::alone(total_, prices_, cheapest).performance;
        const bool better = std::max(small_.performance, large_.performance) > least;
        return {alone(cheapest), alone(!better ? cheapest : large ? last() : 0)};
    }

    void for_budget(double budget, bool refused) {
        const double cheapest = *std::min_element(prices_.answers.begin(), prices_.answers.end());
        if (budget < cheapest && !nearly_equal(budget, cheapest)) {
            trained_.infeasible = "budget " + format_number(budget) +
                                  " is below the price of the cheapest answer, " + format_number(cheapest);
            return;
        }
        auto [cheaper, dearer] = refused ? ends() : PolicyHull(*tree_, prices_, rule_).around(budget);
        const double extra = dearer.value.cost - cheaper.value.cost;
        const double share = extra > 0.0 ? std::clamp((budget - cheaper.value.cost) / extra, 0.0, 1.0) : 1.0;
        const double lambda = extra > 0.0 ? (dearer.value.score - cheaper.value.score) / extra : 0.0;
        mix(std::move(cheaper), std::move(dearer), share, lambda);
    }

    /// Dinkelbach (1967): the lambda at which the best policy gains just what it costs is the highest IBC.
    void for_ibc() {
        const RoutingSolution small = small_alone();
        SolveRule rule = at(0.0);
        rule.verify_first = true;
        RoutingSolution best;
        for (int step = 0; step < 100; ++step) {
            RoutingSolution next = solve_routing(*tree_, prices_, rule);
            const double paid = next.value.cost - small.value.cost;
            if (!(paid > 0.0)) {
                trained_.report.fallback =
                    "IBC is undefined: the best policy costs no more than the first model alone";
                return use(small_alone(), base_ ? *base_ : 0.0);
            }
            const double ibc = (next.value.score - small.value.score) / paid;
            const bool improved = step == 0 || ibc > rule.lambda + value_rounding * rule.lambda;
            if (improved || nearly_equal(ibc, rule.lambda)) best = std::move(next);
            if (!improved) break;
            rule.lambda = ibc;
        }
        const double ibc = rule.lambda;
        use(std::move(best), ibc);
        const HeldOut rows = on_training_rows(trained_.mixture, excess_figure(ibc));
        const double paid = rows.mean().cost - small_.cost;
        trained_.report.ibc = IbcSupport{ibc, rows.routed / rows.rows, rows.routed,
                                         paid > 0.0 ? rows.standard_error() / paid : 0.0};
    }

    /// The candidates of a quality target, the two ends alone where the guard refuses.
    [[nodiscard]] std::vector<QualityCandidate> quality_candidates(double share, bool ends_only) const {
        RowMetric above{std::vector<double>(last() + 1, 0.0), 0.0, 0.0};
        above.scores.back() = -share;
        std::vector<QualityCandidate> candidates;
        for (RoutingSolution end : {small_alone(), large_alone()}) {
            const HeldOut rows = on_training_rows({{1.0, end.policy}}, above);
            candidates.push_back({0.0, std::move(end), rows});
        }
        if (ends_only) return candidates;
        std::vector<double> lambdas{0.0};
        constexpr int steps = 50;
        for (int i = 0; i < steps; ++i)
            lambdas.push_back(0.001 * std::pow(1000.0, static_cast<double>(i) / (steps - 1)) / large_.cost);
        lambdas.push_back(1.5 / large_.cost);
        for (const double lambda : lambdas) {
            const HeldOut rows =
                folds_.judge(prices_, above, [&](std::size_t fold) -> std::vector<PolicyShare> {
                    return {{1.0, solve_routing(*folds_.tree(fold), prices_, at(lambda)).policy}};
                });
            if (rows.rows > 0.0) candidates.push_back({lambda, solve(lambda), rows});
        }
        return candidates;
    }

    void for_quality(double share, bool refused) {
        std::vector<QualityCandidate> candidates = quality_candidates(share, refused);
        const std::optional<QualityMixture> cheapest = cheapest_mixture(candidates);
        if (!cheapest && trained_.report.fallback.empty()) {
            trained_.report.fallback =
                "no policy reaches " + format_number(share) +
                " of the last model's quality on held-out rows; the one that comes closest is used";
        }
        const QualityMixture chosen = cheapest ? *cheapest : closest_candidate(candidates);
        QualityCandidate& poor = candidates[chosen.poor];
        QualityCandidate& good = candidates[chosen.good];
        const auto mixed = [&](double a, double b) { return (1.0 - chosen.share) * a + chosen.share * b; };
        trained_.report.quality = QualitySupport{
            share * large_.performance, mixed(poor.held_out.mean().score, good.held_out.mean().score),
            mixed(poor.cost(), good.cost()),
            mixed(poor.held_out.standard_error(), good.held_out.standard_error())};
        const double lambda = good.lambda;
        RoutingSolution dearer = good.solution;
        mix(std::move(poor.solution), std::move(dearer), chosen.share, lambda);
    }

    const Statistics& statistics_;
    const RoutingPrices& prices_;
    SolveRule rule_;  // all but lambda
    AcceptedAnswer accepted_;
    double most_cells_;
    FoldStatistics total_;
    std::shared_ptr<const RoutingTree> tree_;
    CrossFit folds_;
    std::vector<RoutingSolution> fold_solutions_{};
    OperatingPoint small_{};
    OperatingPoint large_{};
    OptionalMetric base_ = OptionalMetric::undefined("not trained");
    Guard guard_{};
    bool is_judged_ = false;
    double judged_ = 0.0;  // rows or folds that the guard judged by
    TrainedPolicy trained_{};
};

}  // namespace automix::detail
