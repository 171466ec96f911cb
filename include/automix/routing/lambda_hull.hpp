// SPDX-License-Identifier: Apache-2.0
// The upper hull of score over cost of a problem that can be solved for one lambda at a time: all solutions that are
// best for some lambda. The slope of the line through two solutions is the next lambda. Its solution either lies above
// the line or shows that the two are neighbours (dichotomic search: Aneja, Nair 1979). O(solutions on the hull) calls.
#pragma once

#include <automix/metrics/ibc.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace automix {

/// A solution of the hull. It is the best from its lambda up to the lambda of the next cheaper solution.
template <class Solution>
struct HullSolution {
    double lambda = 0.0;  ///< lambda at which it ties with the more expensive neighbour; 0 for the last
    Solution solution{};
};

/// A search for the hull. `solve(lambda)` returns the solution with the highest score less lambda times cost, and
/// `place(solution)` returns its score and cost.
template <class Solve, class Place>
class LambdaHull {
 public:
    using Solution = std::invoke_result_t<Solve&, double>;

    /// Prepares a search that stops at `max_solutions` solutions.
    LambdaHull(Solve solve, Place place, std::size_t max_solutions = 10'000)
        : solve_(std::move(solve)), place_(std::move(place)), max_solutions_(max_solutions) {}

    /// Returns all solutions from `cheapest` on, in ascending order of cost and score.
    [[nodiscard]] std::vector<HullSolution<Solution>> all(Solution cheapest) {
        std::vector<HullSolution<Solution>> hull;
        hull.push_back({0.0, std::move(cheapest)});
        fill(hull, solve_(0.0));
        for (std::size_t i = 0; i + 1 < hull.size(); ++i)
            hull[i].lambda = slope(place_(hull[i].solution), place_(hull[i + 1].solution));
        return hull;
    }

    /// Returns a solution above the line through two; nothing if they are neighbours.
    [[nodiscard]] std::optional<Solution> between(const Solution& a, const Solution& b) {
        constexpr double min_height = 1e-11;
        const OperatingPoint from = place_(a);
        const OperatingPoint to = place_(b);
        if (!(to.cost > from.cost) || !(to.performance > from.performance)) return std::nullopt;
        const double lambda = slope(from, to);
        const auto net = [&](const OperatingPoint& p) { return p.performance - lambda * p.cost; };
        Solution middle = solve_(lambda);
        const OperatingPoint found = place_(middle);
        const bool inside = found.cost > from.cost && found.cost < to.cost;
        if (!inside || net(found) <= std::max(net(from), net(to)) + min_height) return std::nullopt;
        return middle;
    }

 private:
    [[nodiscard]] static double slope(const OperatingPoint& a, const OperatingPoint& b) {
        return (b.performance - a.performance) / (b.cost - a.cost);
    }

    /// Appends the solutions from the hull's last to `end`.
    void fill(std::vector<HullSolution<Solution>>& hull, Solution end) {
        std::vector<Solution> ends;
        ends.push_back(std::move(end));
        while (!ends.empty()) {
            auto middle = hull.size() + ends.size() < max_solutions_
                              ? between(hull.back().solution, ends.back())
                              : std::nullopt;
            if (middle) {
                ends.push_back(std::move(*middle));
            } else {
                add(hull, std::move(ends.back()));
                ends.pop_back();
            }
        }
    }

    /// Appends a solution if it has a better score than the last, which goes if it costs no less.
    void add(std::vector<HullSolution<Solution>>& hull, Solution next) {
        const OperatingPoint to = place_(next);
        if (!(to.performance > place_(hull.back().solution).performance)) return;
        if (!(to.cost > place_(hull.back().solution).cost)) hull.pop_back();
        hull.push_back({0.0, std::move(next)});
    }

    Solve solve_;
    Place place_;
    std::size_t max_solutions_;
};

}  // namespace automix
