// SPDX-License-Identifier: Apache-2.0
// Definitions of stream/paced_router.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/metrics/upper_hull.hpp>
#include <automix/stream/paced_router.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace automix {

AUTOMIX_INLINE Pacer::Pacer(const std::vector<OperatingPoint>& policies, const PacedOptions& options)
    : options_(options) {
    if (policies.empty()) throw ArgumentError("pacer: expected at least one policy");
    if (!(options.window >= 1 && options.tolerance > 0.0 && std::isfinite(options.tolerance)))
        throw ArgumentError("pacer: expected a window of at least 1 query and a tolerance above 0, found " +
                            std::to_string(options.window) + " and " + format_number(options.tolerance));
    for (const std::size_t policy : upper_hull(policies))
        hull_.push_back({policy, policies[policy].cost, policies[policy].performance});
    if (!(std::isfinite(options.budget) && options.budget >= hull_.front().cost))
        throw ArgumentError("pacer: the budget " + format_number(options.budget) +
                            " is below the cost of the cheapest policy, " +
                            format_number(hull_.front().cost));
    span_ = std::max(1.0, options.tolerance * static_cast<double>(options.window));
    state_.base = options.budget;
}

AUTOMIX_INLINE Pacer::Pacer(const std::vector<OperatingPoint>& policies, const PacedOptions& options,
                            const PacedState& state)
    : Pacer(policies, options) {
    for (const double number : {state.spent, state.due, state.base, state.excess}) {
        if (!(std::isfinite(number) && number >= 0.0))
            throw ArgumentError("pacer: the state holds " + format_number(number) +
                                ", expected numbers of at least 0");
    }
    state_ = state;
}

AUTOMIX_INLINE std::size_t Pacer::segment(double cost) const {
    const auto after =
        std::upper_bound(hull_.begin(), hull_.end(), cost,
                         [](double wanted, const Point& point) { return wanted < point.cost; });
    const auto number = as_size(std::max<Index>(0, after - hull_.begin() - 1));
    return std::min(number, hull_.size() < 2 ? 0 : hull_.size() - 2);
}

AUTOMIX_INLINE double Pacer::target() const {
    if (state_.excess > span_ * options_.budget) return hull_.front().cost;
    return std::clamp(state_.base - ahead() / span_, hull_.front().cost, hull_.back().cost);
}

AUTOMIX_INLINE double Pacer::lambda() const {
    if (hull_.size() < 2) return 0.0;
    const Point& from = hull_[segment(target())];
    const Point& to = (&from)[1];
    return (to.score - from.score) / (to.cost - from.cost);
}

AUTOMIX_INLINE Pacer::Choice Pacer::begin(double u) {
    const double cost = target();
    const std::size_t number = segment(cost);
    const Point* point = &hull_[number];
    if (number + 1 < hull_.size()) {
        const Point& dearer = hull_[number + 1];
        const double share = (cost - point->cost) / (dearer.cost - point->cost);
        if (u >= 1.0 - share) point = &dearer;
    }
    ++state_.queries;
    state_.due += options_.budget;
    pending_ += point->cost;
    return {point->policy, point->cost};
}

AUTOMIX_INLINE void Pacer::end(const Choice& choice, double cost) {
    if (!(std::isfinite(cost) && cost >= 0.0))
        throw ArgumentError("pacer: expected a cost of at least 0, found " + format_number(cost));
    pending_ -= choice.planned;
    state_.spent += cost;
    state_.excess = std::max(0.0, state_.excess + cost - options_.budget);
    // The gain at which difference and base settle quickest without swinging, for a difference made up in `span_`.
    const double gain = 1.0 / (4.0 * span_ * span_);
    state_.base = std::clamp(state_.base - gain * ahead(), hull_.front().cost, hull_.back().cost);
}

AUTOMIX_INLINE void Pacer::spread(double total, double elapsed) {
    if (!(std::isfinite(total) && total >= 0.0 && elapsed > 0.0 && elapsed <= 1.0))
        throw ArgumentError(
            "pacer: expected a total of at least 0 and a part of the horizon in (0, 1], found " +
            format_number(total) + " and " + format_number(elapsed));
    const double expected = static_cast<double>(state_.queries) * (1.0 - elapsed) / elapsed;
    const double left = total - state_.spent - pending_;
    const double before = options_.budget;
    options_.budget = std::max(0.0, left) / std::max(1.0, expected);
    // What differs from the plan so far is part of the new budget.
    state_.due = state_.spent + pending_;
    state_.excess = 0.0;
    state_.base = std::clamp(state_.base + options_.budget - before, hull_.front().cost, hull_.back().cost);
}

}  // namespace automix
