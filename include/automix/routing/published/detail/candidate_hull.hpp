// SPDX-License-Identifier: Apache-2.0
// The candidates of a one-shot family that are best on the training table for some lambda: the upper hull of
// performance over cost. It searches the family twice, first for the points and then for the rules on the hull, so that
// no other rule is kept. O(candidates log candidates), twice the search.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/published/candidate_search.hpp>
#include <automix/routing/training.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace automix::detail {

/// Returns the numbers of the points on the upper hull, in ascending order of cost and performance. Of equal points it
/// takes the first.
inline std::vector<std::size_t> upper_hull(const std::vector<OperatingPoint>& points) {
    std::vector<std::size_t> order(points.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return points[a].cost != points[b].cost ? points[a].cost < points[b].cost
                                                : points[a].performance > points[b].performance;
    });
    std::vector<std::size_t> hull;
    for (const std::size_t next : order) {
        const OperatingPoint& to = points[next];
        if (!hull.empty() && to.performance <= points[hull.back()].performance) continue;
        while (hull.size() > 1) {
            const OperatingPoint& from = points[hull[hull.size() - 2]];
            const OperatingPoint& middle = points[hull.back()];
            const double above = (middle.performance - from.performance) * (to.cost - from.cost) -
                                 (to.performance - from.performance) * (middle.cost - from.cost);
            if (above > 0.0) break;
            hull.pop_back();
        }
        hull.push_back(next);
    }
    return hull;
}

/// Returns the rules of a family that are best on the table for some lambda, in ascending order of cost. If there are
/// more than `max_rules`, it returns that many in even steps. Requires `max_rules` of at least 2.
template <class Family, class Cells>
std::vector<Selection> best_selections(const Cells& cells, const CostRange& range, int bins,
                                       std::size_t max_rules = 256) {
    std::vector<OperatingPoint> points;
    const auto note = [&](const Candidate& figures, const auto&) { points.push_back(figures.point); };
    CandidateSearch first(cells, range, note);
    Family::search(first, bins);

    const std::vector<std::size_t> hull = detail::upper_hull(points);
    const std::size_t count = std::min(hull.size(), max_rules);
    constexpr auto none = as_size(-1);
    std::vector<std::size_t> place(points.size(), none);  // place of each candidate in the answer
    for (std::size_t i = 0; i < count; ++i)
        place[hull[count < hull.size() ? i * (hull.size() - 1) / (count - 1) : i]] = i;

    std::vector<Selection> selections(count);
    std::size_t number = 0;
    const auto take = [&](const Candidate&, const auto& make) {
        if (const std::size_t to = place[number++]; to != none) selections[to] = make();
    };
    CandidateSearch second(cells, range, take);
    Family::search(second, bins);
    return selections;
}

}  // namespace automix::detail
