// SPDX-License-Identifier: Apache-2.0
// The candidates of a one-shot family that are best on the training table for some lambda: the upper hull of
// performance over cost. It searches the family twice, first for the points and then for the rules on the hull, so that
// no other rule is kept. O(candidates log candidates), twice the search.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/metrics/upper_hull.hpp>
#include <automix/routing/published/candidate_search.hpp>
#include <automix/routing/training.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace automix::detail {

/// Returns the rules of a family that are best on the table for some lambda, in ascending order of cost. If there are
/// more than `max_rules`, it returns that many in even steps. Requires `max_rules` of at least 2.
template <class Family, class Cells>
std::vector<Selection> best_selections(const Cells& cells, const CostRange& range, int bins,
                                       std::size_t max_rules = 256) {
    std::vector<OperatingPoint> points;
    const auto note = [&](const Candidate& figures, const auto&) { points.push_back(figures.point); };
    CandidateSearch first(cells, range, note);
    Family::search(first, bins);

    const std::vector<std::size_t> hull = upper_hull(points);
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
