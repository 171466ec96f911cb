// SPDX-License-Identifier: Apache-2.0
// Of all candidates of a family of one-shot rules those that are best on the training table for some lambda: the upper hull
// of performance over cost, from the cheapest candidate to the best one. The family is searched twice, first for the points,
// then for the rules of those on the hull, so that no other rule is kept. O(candidates log candidates), twice the search.
#pragma once

#include <automix/metrics/ibc.hpp>
#include <automix/routing/published/candidate_search.hpp>
#include <automix/routing/training.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace automix::detail {

/// Numbers of the points on the upper hull, ascending in cost and in performance; of equal points the first.
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

/// The rules of a family that are best on the table for some lambda, ascending in cost. Of more than `most` of them, that
/// many in even steps. `most` is at least 2.
template <class Family, class Cells>
std::vector<Selection> best_selections(const Cells& cells, const CostRange& range, int bins,
                                       std::size_t most = 256) {
    std::vector<OperatingPoint> points;
    const auto note = [&](const Candidate& figures, const auto&) { points.push_back(figures.point); };
    CandidateSearch first(cells, range, note);
    Family::search(first, bins);

    const std::vector<std::size_t> hull = detail::upper_hull(points);
    const std::size_t count = std::min(hull.size(), most);
    constexpr auto none = static_cast<std::size_t>(-1);
    std::vector<std::size_t> place(points.size(), none);  // of each candidate in the answer
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
