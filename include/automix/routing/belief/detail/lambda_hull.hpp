// SPDX-License-Identifier: Apache-2.0
// All solutions that are best for some lambda of a family that can be solved for one lambda at a time: the upper hull of
// score over cost. Between two neighbours one solution at the slope of the line through them either finds a third above
// that line or shows that there is none (dichotomic search: Aneja, Nair 1979), so the hull is complete. O(solutions on it)
// calls.
#pragma once

#include <automix/metrics/ibc.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace automix::detail {

/// One solution of the hull: the best for lambdas from that to the next cheaper one's.
template <class Solution>
struct HullSolution {
    double lambda = 0.0;  ///< at which it ties with the dearer neighbour; 0 for the last
    Solution solution{};
};

/// `solve(lambda)` is the best solution of score less lambda times cost, `place(solution)` its score and cost as a `OperatingPoint`.
template <class Solve, class Place>
class LambdaHull {
 public:
    using Solution = std::invoke_result_t<Solve&, double>;

    /// `most` solutions at most are kept: the search stops there.
    LambdaHull(Solve solve, Place place, std::size_t most = 10'000)
        : solve_(std::move(solve)), place_(std::move(place)), most_(most) {}

    /// All of them from `cheapest` on, ascending in cost and in score.
    [[nodiscard]] std::vector<HullSolution<Solution>> all(Solution cheapest) {
        std::vector<HullSolution<Solution>> hull;
        hull.push_back({0.0, std::move(cheapest)});
        fill(hull, solve_(0.0));
        for (std::size_t i = 0; i + 1 < hull.size(); ++i)
            hull[i].lambda = slope(place_(hull[i].solution), place_(hull[i + 1].solution));
        return hull;
    }

    /// A solution above the line through two; nothing where they are neighbours.
    [[nodiscard]] std::optional<Solution> between(const Solution& a, const Solution& b) {
        constexpr double least = 1e-11;
        const OperatingPoint from = place_(a);
        const OperatingPoint to = place_(b);
        if (!(to.cost > from.cost) || !(to.performance > from.performance)) return std::nullopt;
        const double lambda = slope(from, to);
        const auto net = [&](const OperatingPoint& p) { return p.performance - lambda * p.cost; };
        Solution middle = solve_(lambda);
        const OperatingPoint found = place_(middle);
        const bool inside = found.cost > from.cost && found.cost < to.cost;
        if (!inside || net(found) <= std::max(net(from), net(to)) + least) return std::nullopt;
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
            auto middle =
                hull.size() + ends.size() < most_ ? between(hull.back().solution, ends.back()) : std::nullopt;
            if (middle) {
                ends.push_back(std::move(*middle));
            } else {
                if (place_(ends.back()).performance > place_(hull.back().solution).performance)
                    hull.push_back({0.0, std::move(ends.back())});
                ends.pop_back();
            }
        }
    }

    Solve solve_;
    Place place_;
    std::size_t most_;
};

}  // namespace automix::detail
