// SPDX-License-Identifier: Apache-2.0
// Definitions of stream/e_process.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/stream/e_process.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

/// Returns log(exp(a) + exp(b)).
inline double log_sum(double a, double b) {
    const double high = std::max(a, b);
    const double low = std::min(a, b);
    return low == -std::numeric_limits<double>::infinity() ? high : high + std::log1p(std::exp(low - high));
}

/// Returns the share of the wealth that has not begun after `values` values: it falls as slowly as a logarithm, so a late
/// change still finds wealth to begin with.
inline double unused_share(std::uint64_t values) {
    return std::numbers::ln2 / std::log(static_cast<double>(values) + 2.0);
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE EProcess::EProcess(const MeanHypothesis& hypothesis) : EProcess(hypothesis, EProcessState{}) {}

AUTOMIX_INLINE EProcess::EProcess(const MeanHypothesis& hypothesis, EProcessState state)
    : hypothesis_(hypothesis), state_(std::move(state)) {
    const auto& [low, high, bound, at_least] = hypothesis_;
    if (!(std::isfinite(low) && std::isfinite(high) && low < bound && bound < high))
        throw ArgumentError("e-process: expected low < bound < high, found " + format_number(low) + ", " +
                            format_number(bound) + " and " + format_number(high));
    const bool finite = std::all_of(state_.log_wealth.begin(), state_.log_wealth.end(),
                                    [](double wealth) { return std::isfinite(wealth); });
    const std::size_t expected = state_.values > 0 ? sizes : 0;
    if (state_.log_wealth.size() != expected || !finite ||
        !(std::isfinite(state_.highest) && state_.highest >= 0.0))
        throw ArgumentError("e-process: the state is none of an e-process with " + std::to_string(sizes) +
                            " sizes of bets");
}

AUTOMIX_INLINE void EProcess::add(double value) {
    const auto& [low, high, bound, at_least] = hypothesis_;
    if (!(value >= low && value <= high))
        throw ArgumentError("e-process: expected a value within [" + format_number(low) + ", " +
                            format_number(high) + "], found " + format_number(value));
    // The gain of a bet of 1, and the greatest loss.
    const double gain = at_least ? bound - value : value - bound;
    const double loss = at_least ? high - bound : bound - low;
    const double begins =
        std::log((detail::unused_share(state_.values) - detail::unused_share(state_.values + 1)) / sizes);
    if (state_.values == 0) state_.log_wealth.assign(sizes, -std::numeric_limits<double>::infinity());
    double bet = 0.75 / loss;
    for (double& wealth : state_.log_wealth) {
        wealth = detail::log_sum(wealth, begins) + std::log1p(bet * gain);
        bet *= 0.5;
    }
    ++state_.values;
    state_.highest = std::max(state_.highest, log_wealth());
}

AUTOMIX_INLINE double EProcess::log_wealth() const {
    double sum = std::log(detail::unused_share(state_.values));
    for (const double wealth : state_.log_wealth) sum = detail::log_sum(sum, wealth);
    return sum;
}

AUTOMIX_INLINE double EProcess::p_value() const { return std::exp(-state_.highest); }

}  // namespace automix
