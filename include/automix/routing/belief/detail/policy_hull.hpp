// SPDX-License-Identifier: Apache-2.0
// The policies of one tree that are best for some lambda. They are the upper hull of expected score over expected cost.
// The hull begins with the cheapest answer alone and ends with the best score at any cost. O(policies on the hull)
// solutions.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/routing/belief/detail/backward_induction.hpp>
#include <automix/routing/belief/detail/routing_solution.hpp>
#include <automix/routing/belief/detail/routing_solver.hpp>
#include <automix/routing/belief/detail/solve_rule.hpp>
#include <automix/routing/lambda_hull.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace automix::detail {

using HullPolicy = HullSolution<RoutingSolution>;

class PolicyHull {
    struct Solve {
        PolicyHull& self;
        RoutingSolution operator()(double lambda) const { return self.solve(lambda); }
    };

    /// A function that returns the point weighed by lambda: its cost includes the price of rounds.
    struct Place {
        double round_price = 0.0;
        OperatingPoint operator()(const RoutingSolution& solution) const noexcept {
            return {solution.value.score, solution.value.cost + round_price * solution.value.rounds};
        }
    };

 public:
    using Solver = std::function<RoutingSolution(const SolveRule&)>;

    /// Prepares a search that stops at `max_policies` policies. The lambda of `rule` is ignored.
    /// `solver` returns the solution for a rule; if it is empty, the tree is solved.
    PolicyHull(const RoutingTree& tree, const RoutingPrices& prices, SolveRule rule, Solver solver = {},
               std::size_t max_policies = 10'000)
        : tree_(tree),
          prices_(prices),
          rule_(std::move(rule)),
          solver_(std::move(solver)),
          max_policies_(max_policies) {}

    /// Returns all policies in ascending order of cost.
    [[nodiscard]] std::vector<HullPolicy> all() { return search().all(cheapest()); }

    /// Returns the neighbours on the hull whose costs enclose `budget`, the cheaper one first. Both are the same if no
    /// policy is more expensive. Requires a budget of at least the cheapest cost.
    [[nodiscard]] std::pair<RoutingSolution, RoutingSolution> around(double budget) {
        RoutingSolution below = cheapest();
        RoutingSolution above = solve(0.0);
        if (above.value.cost <= budget) return {above, above};
        LambdaHull hull = search();
        while (auto middle = hull.between(below, above))
            (middle->value.cost <= budget ? below : above) = std::move(*middle);
        return {std::move(below), std::move(above)};
    }

 private:
    [[nodiscard]] LambdaHull<Solve, Place> search() {
        return {Solve{*this}, Place{prices_.round}, max_policies_};
    }

    [[nodiscard]] RoutingSolution solve(double lambda) {
        rule_.lambda = lambda;
        return solver_ ? solver_(rule_) : solve_routing(tree_, prices_, rule_);
    }

    /// Returns the policy that accepts the cheapest model's answer, the best of several at that price.
    [[nodiscard]] RoutingSolution cheapest() const {
        const auto& answers = prices_.answers;
        const auto first = std::min_element(answers.begin(), answers.end()) - answers.begin();
        RoutingSolution best = accept_at_once(tree_, prices_, first);
        for (Index model = first + 1; model < std::ssize(answers); ++model) {
            if (!nearly_equal(answers[as_size(model)], answers[as_size(first)])) continue;
            RoutingSolution alone = accept_at_once(tree_, prices_, model);
            if (alone.value.score > best.value.score) best = std::move(alone);
        }
        return best;
    }

    const RoutingTree& tree_;
    const RoutingPrices& prices_;
    SolveRule rule_;
    Solver solver_;
    std::size_t max_policies_;
};

}  // namespace automix::detail
