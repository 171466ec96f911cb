// SPDX-License-Identifier: Apache-2.0
// Definitions of stream/paced_router.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/stream/paced_router.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace automix {

AUTOMIX_INLINE Pacer::Pacer(const std::vector<PacedPolicy>& policies, const PacedOptions& options)
    : options_(options) {
    if (policies.empty()) throw ArgumentError("pacer: expected at least one policy");
    if (!(options.window >= 1 && options.tolerance > 0.0 && std::isfinite(options.tolerance)))
        throw ArgumentError("pacer: expected a window of at least 1 query and a tolerance above 0, found " +
                            std::to_string(options.window) + " and " + format_number(options.tolerance));
    for (std::size_t policy = 0; policy < policies.size(); ++policy) {
        const auto& [cost, lambda] = policies[policy];
        if (!(std::isfinite(cost) && cost >= 0.0 && std::isfinite(lambda)))
            throw ArgumentError("pacer: expected planned costs of at least 0, found " + format_number(cost));
        if (used_.empty() || cost > used_.back().cost) used_.push_back({policy, cost, lambda});
    }
    if (!(std::isfinite(options.budget) && options.budget >= used_.front().cost))
        throw ArgumentError("pacer: the budget " + format_number(options.budget) +
                            " is below the cost of the cheapest policy, " +
                            format_number(used_.front().cost));
    limit_ = options.tolerance * static_cast<double>(options.window);
    state_.base = options.budget;
}

AUTOMIX_INLINE Pacer::Pacer(const std::vector<PacedPolicy>& policies, const PacedOptions& options,
                            const PacedState& state)
    : Pacer(policies, options) {
    for (const double number : {state.spent, state.due, state.base, state.excess, state.dearest}) {
        if (!(std::isfinite(number) && number >= 0.0))
            throw ArgumentError("pacer: the state holds " + format_number(number) +
                                ", expected numbers of at least 0");
    }
    state_ = state;
}

AUTOMIX_INLINE std::size_t Pacer::segment(double cost) const {
    const auto after =
        std::upper_bound(used_.begin(), used_.end(), cost,
                         [](double wanted, const Point& point) { return wanted < point.cost; });
    const auto number = as_size(std::max<Index>(0, after - used_.begin() - 1));
    return std::min(number, used_.size() < 2 ? 0 : used_.size() - 2);
}

AUTOMIX_INLINE double Pacer::span() const {
    // A difference that is made up too quickly costs quality, and one that is made up slowly outlasts the window. A rare
    // dear query takes longer: the variance of a cost is at most that of the dearest query times the mean, so over these
    // many queries the differences stay within about one dearest query.
    const double rare = options_.budget > 0.0 ? 2.0 * state_.dearest / options_.budget : 0.0;
    return std::max({1.0, 1.5 * limit_, rare});
}

AUTOMIX_INLINE double Pacer::target() const {
    // The rest of the limit is for calls beside the dearest of a query.
    constexpr double used_limit = 0.92;
    if (state_.excess > used_limit * limit_ * options_.budget + state_.dearest) return used_.front().cost;
    return std::clamp(state_.base - ahead() / span(), used_.front().cost, used_.back().cost);
}

AUTOMIX_INLINE double Pacer::lambda() const { return used_[segment(target())].lambda; }

AUTOMIX_INLINE Pacer::Choice Pacer::begin(double u) {
    const double cost = target();
    const std::size_t number = segment(cost);
    const Point* point = &used_[number];
    if (number + 1 < used_.size()) {
        const Point& dearer = used_[number + 1];
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
    state_.dearest = std::max(state_.dearest, cost);
    // The gain at which difference and base settle quickest without swinging.
    const double gain = 1.0 / (4.0 * span() * span());
    state_.base = std::clamp(state_.base - gain * ahead(), used_.front().cost, used_.back().cost);
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
    // The difference from the plan so far is part of the new budget.
    state_.due = state_.spent + pending_;
    state_.excess = 0.0;
    state_.base = std::clamp(state_.base + options_.budget - before, used_.front().cost, used_.back().cost);
}

}  // namespace automix
