// SPDX-License-Identifier: Apache-2.0
// The policies that are best for some lambda, under one tree: the upper hull of expected score over expected cost, from
// accepting the cheapest answer to the best score at any cost. Between two neighbours one solution at the slope of the line
// through them either finds a third above that line or shows that there is none (dichotomic search: Aneja, Nair 1979), so
// the hull is complete. O(policies on it) solutions.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/router/backward_induction.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace automix {

/// One policy of the hull: the best for lambdas from that to the next one's.
struct HullPolicy {
    double lambda = 0.0;  ///< at which it ties with the dearer neighbour; 0 for the last
    RoutingSolution solution{};
};

class PolicyHull {
 public:
    /// `most` policies at most are kept: the search stops there.
    PolicyHull(const RoutingTree& tree, const RoutingPrices& prices, std::vector<int> batches,
               std::size_t most = 10'000)
        : tree_(tree), prices_(prices), rule_{0.0, std::move(batches), false}, most_(most) {}

    /// All policies, ascending in cost.
    [[nodiscard]] std::vector<HullPolicy> all() {
        std::vector<HullPolicy> hull{{0.0, cheapest()}};
        fill(hull, solve(0.0));
        for (std::size_t i = 0; i + 1 < hull.size(); ++i)
            hull[i].lambda = slope(hull[i].solution, hull[i + 1].solution);
        return hull;
    }

    /// The neighbours on the hull between whose costs `budget` lies, the cheaper first; equal where none is dearer.
    /// Requires a budget of at least the cheapest cost.
    [[nodiscard]] std::pair<RoutingSolution, RoutingSolution> around(double budget) {
        RoutingSolution below = cheapest();
        RoutingSolution above = solve(0.0);
        if (above.value.cost <= budget) return {above, above};
        while (auto middle = between(below, above))
            (middle->value.cost <= budget ? below : above) = std::move(*middle);
        return {std::move(below), std::move(above)};
    }

    /// Cost with the price of rounds: what lambda weighs.
    [[nodiscard]] double weighed_cost(const RoutingSolution& solution) const {
        return solution.value.cost + prices_.round * solution.value.rounds;
    }

 private:
    [[nodiscard]] RoutingSolution solve(double lambda) {
        rule_.lambda = lambda;
        return solve_routing(tree_, prices_, rule_);
    }

    /// Nothing but the cheapest answer.
    [[nodiscard]] RoutingSolution cheapest() const {
        const auto& answers = prices_.answers;
        const auto first =
            static_cast<int>(std::min_element(answers.begin(), answers.end()) - answers.begin());
        return accept_first(tree_, prices_, first);
    }

    [[nodiscard]] double slope(const RoutingSolution& a, const RoutingSolution& b) const {
        return (b.value.score - a.value.score) / (weighed_cost(b) - weighed_cost(a));
    }

    /// A policy above the line through two; nothing where they are neighbours.
    [[nodiscard]] std::optional<RoutingSolution> between(const RoutingSolution& a, const RoutingSolution& b) {
        constexpr double least = 1e-11;
        if (!(weighed_cost(b) > weighed_cost(a)) || !(b.value.score > a.value.score)) return std::nullopt;
        const double lambda = slope(a, b);
        const auto net = [&](const RoutingSolution& s) { return s.value.score - lambda * weighed_cost(s); };
        RoutingSolution middle = solve(lambda);
        const bool inside = weighed_cost(middle) > weighed_cost(a) && weighed_cost(middle) < weighed_cost(b);
        if (!inside || net(middle) <= std::max(net(a), net(b)) + least) return std::nullopt;
        return middle;
    }

    /// Appends the policies from the hull's last to `end`.
    void fill(std::vector<HullPolicy>& hull, RoutingSolution end) {
        std::vector<RoutingSolution> ends{std::move(end)};
        while (!ends.empty()) {
            auto middle =
                hull.size() + ends.size() < most_ ? between(hull.back().solution, ends.back()) : std::nullopt;
            if (middle) {
                ends.push_back(std::move(*middle));
            } else {
                if (ends.back().value.score > hull.back().solution.value.score)
                    hull.push_back({0.0, std::move(ends.back())});
                ends.pop_back();
            }
        }
    }

    const RoutingTree& tree_;
    const RoutingPrices& prices_;
    SolveRule rule_;
    std::size_t most_;
};

}  // namespace automix
