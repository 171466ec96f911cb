// SPDX-License-Identifier: Apache-2.0
// Definitions of stream/risk_bounds.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/stream/risk_bounds.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>

namespace automix::detail {

/// Returns the probability of exactly `k` successes. Requires 0 < p < 1 and 0 <= k <= n.
inline double binomial_mass(double k, double n, double p) {
    return std::exp(std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0) + k * std::log(p) +
                    (n - k) * std::log1p(-p));
}

/// Sums the masses from `k` downwards until they no longer count. Requires k below the mean, or near it.
inline double lower_tail(Index k, Index n, double p) {
    const auto trials = static_cast<double>(n);
    double mass = binomial_mass(static_cast<double>(k), trials, p);
    double sum = mass;
    const double odds = (1.0 - p) / p;
    for (auto j = static_cast<double>(k); j > 0.0 && mass > 1e-17 * sum; j -= 1.0) {
        mass *= j / (trials - j + 1.0) * odds;
        sum += mass;
    }
    return sum;
}

/// Returns x log(x / y), 0 for x = 0.
inline double relative_entropy(double x, double y) { return x > 0.0 ? x * std::log(x / y) : 0.0; }

/// Returns the rate between 0 and 1 at which a monotone function reaches `wanted`, by bisection.
template <class Function>
double rate_at(const Function& function, double wanted, bool rising) {
    double low = 0.0;
    double high = 1.0;
    for (int step = 0; step < 50; ++step) {
        const double middle = 0.5 * (low + high);
        ((function(middle) < wanted) == rising ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

/// The lower tail of binomials of one probability, for numbers of trials that fall by one and ends that hardly move. From
/// one to the next it takes a few multiplications: one trial less adds p times the mass at the end.
class LowerTail {
 public:
    explicit LowerTail(double p) : p_(p) {}

    double at(Index successes, Index trials) {
        const bool follows = mass_ > 0.0 && trials + 1 == trials_ && successes < trials && end_ < trials;
        if (!follows) return restart(successes, trials);
        const auto n = static_cast<double>(trials);
        mass_ *= (n + 1.0 - static_cast<double>(end_)) / ((n + 1.0) * (1.0 - p_));
        tail_ += p_ * mass_;
        trials_ = trials;
        while (end_ < successes) {
            ++end_;
            mass_ *= (n - static_cast<double>(end_) + 1.0) / static_cast<double>(end_) * p_ / (1.0 - p_);
            tail_ += mass_;
        }
        if (end_ > successes) return restart(successes, trials);
        return tail_;
    }

 private:
    double restart(Index successes, Index trials) {
        end_ = successes;
        trials_ = trials;
        const bool inside = p_ > 0.0 && p_ < 1.0 && successes < trials;
        mass_ = inside ? binomial_mass(static_cast<double>(successes), static_cast<double>(trials), p_) : 0.0;
        return tail_ = binomial_at_most(successes, trials, p_);
    }

    double p_;
    double tail_ = 0.0;
    double mass_ = 0.0;  ///< at the end; 0: the next tail is summed anew
    Index end_ = 0;
    Index trials_ = 0;
};

/// The exact test of pairs: rows on which neither is right tell nothing, so the test goes by the others.
class PairTest {
 public:
    PairTest(const PairCounts& counts, double share)
        : share_(share),
          rows_(counts.lost + counts.kept + counts.gained),
          sum_((1.0 - share) * static_cast<double>(counts.kept) + static_cast<double>(counts.gained) -
               share * static_cast<double>(counts.lost)),
          squares_((1.0 - share) * (1.0 - share) * static_cast<double>(counts.kept) +
                   static_cast<double>(counts.gained) + share * share * static_cast<double>(counts.lost)) {}

    [[nodiscard]] double sum() const noexcept { return sum_; }
    [[nodiscard]] Index rows() const noexcept { return rows_; }

    /// Returns the probability of a studentised sum at least as high, if the share `gained` of rows is gained and the
    /// mean is exactly 0.
    [[nodiscard]] double tail(double gained) const {
        const double square = sum_ * sum_ / squares_;
        const double lost = 1.0 - share_ + share_ * gained;
        const double lost_of_others = std::clamp(lost / (1.0 - gained), 0.0, 1.0);
        const auto rows = static_cast<double>(rows_);
        const double mean = rows * gained;
        const double spread = 7.0 * std::sqrt(mean * (1.0 - gained) + 1.0) + 7.0;
        const auto first = static_cast<Index>(std::max(0.0, std::floor(mean - spread)));
        const auto last = static_cast<Index>(std::min(rows, std::ceil(mean + spread)));
        double sum = 0.0;
        double mass = gained > 0.0 ? binomial_mass(static_cast<double>(first), rows, gained) : 1.0;
        LowerTail lost_rows(lost_of_others);
        for (Index k = first; k <= (gained > 0.0 ? last : 0); ++k) {
            const Index most = most_lost(k, square);
            if (most >= 0) sum += mass * lost_rows.at(most, rows_ - k);
            const auto next = static_cast<double>(k) + 1.0;
            mass *= (rows - next + 1.0) / next * gained / (1.0 - gained);
        }
        return std::min(1.0, sum);
    }

 private:
    /// Returns the highest number of lost rows beside `gained` gained ones at which the studentised sum is at least that
    /// high; -1 if there is none.
    [[nodiscard]] Index most_lost(Index gained, double square) const {
        constexpr double rounding = 1e-9;
        const auto k = static_cast<double>(gained);
        const auto rows = static_cast<double>(rows_);
        const double best = (1.0 - share_) * rows + share_ * k;  // the sum if nothing is lost
        if (best <= 0.0) return -1;
        const double spread = (1.0 - share_) * (1.0 - share_) * (rows - k) + k;  // its squares then
        const double half = 0.5 * square * (2.0 * share_ - 1.0);
        const double most =
            best + half - std::sqrt(std::max(0.0, half * half + 2.0 * best * half + square * spread));
        if (most < -rounding) return -1;
        return std::min(static_cast<Index>(std::floor(most + rounding)), rows_ - gained);
    }

    double share_;
    Index rows_;
    double sum_;
    double squares_;
};

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE double binomial_at_most(Index successes, Index trials, double p) {
    if (successes < 0) return 0.0;
    if (successes >= trials || p <= 0.0) return 1.0;
    if (p >= 1.0) return 0.0;
    if (static_cast<double>(successes) > static_cast<double>(trials) * p)
        return 1.0 - detail::lower_tail(trials - successes - 1, trials, 1.0 - p);
    return std::min(1.0, detail::lower_tail(successes, trials, p));
}

AUTOMIX_INLINE double binomial_at_least(Index successes, Index trials, double p) {
    return binomial_at_most(trials - successes, trials, 1.0 - p);
}

AUTOMIX_INLINE double highest_rate(Index successes, Index trials, double error) {
    if (successes >= trials) return 1.0;
    return detail::rate_at([&](double p) { return binomial_at_most(successes, trials, p); }, error, false);
}

AUTOMIX_INLINE double lowest_rate(Index successes, Index trials, double error) {
    return 1.0 - highest_rate(trials - successes, trials, error);
}

AUTOMIX_INLINE double hoeffding_bentkus(double mean_loss, Index rows, double bound) {
    if (!(bound > 0.0 && bound < 1.0))
        throw ArgumentError("risk bound: expected a bound between 0 and 1, found " + format_number(bound));
    if (rows == 0) return 1.0;
    const double loss = std::clamp(mean_loss, 0.0, bound);
    const auto n = static_cast<double>(rows);
    const double hoeffding = std::exp(
        -n * (detail::relative_entropy(loss, bound) + detail::relative_entropy(1.0 - loss, 1.0 - bound)));
    const auto successes = static_cast<Index>(std::ceil(n * mean_loss - 1e-9));
    const double bentkus = std::numbers::e * binomial_at_most(successes, rows, bound);
    return std::min({1.0, hoeffding, bentkus});
}

AUTOMIX_INLINE double pair_p_value(const PairCounts& counts, double share, double level) {
    const detail::PairTest test(counts, share);
    if (test.rows() == 0 || test.sum() <= 0.0) return 1.0;
    const double error = level / 50.0;
    // No more than these shares can be gained if the mean is at most 0.
    const double least = share > 1.0 ? (share - 1.0) / share : 0.0;
    const double most = share / (1.0 + share);
    const double low = std::clamp(lowest_rate(counts.gained, test.rows(), 0.5 * error), least, most);
    const double high = std::clamp(highest_rate(counts.gained, test.rows(), 0.5 * error), least, most);
    // The tail hardly depends on the share, so a few points find its highest value. The middle is tried first.
    constexpr int points = 25;
    double p_value = error + test.tail(0.5 * (low + high));
    for (int point = 0; point < points && p_value <= level; ++point) {
        const double gained = low + (high - low) * point / (points - 1.0);
        p_value = std::max(p_value, error + test.tail(gained));
    }
    return std::min(1.0, p_value);
}

AUTOMIX_INLINE double betting_p_value(std::span<const double> values, double low, double high, double level) {
    // The bets of section 3 of the paper: sqrt(2 log(1 / level) / (n variance)), from the values before each.
    const double wanted =
        2.0 * std::log(1.0 / level) / std::max<double>(1.0, static_cast<double>(values.size()));
    const double largest = 0.75 / low;
    double sum = 0.0;
    double squares = 0.25 * (low + high) * (low + high);
    double count = 1.0;
    double wealth = 0.0;
    double highest = 0.0;
    for (const double value : values) {
        if (!(value >= -low && value <= high))
            throw ArgumentError("betting: expected a value within [" + format_number(-low) + ", " +
                                format_number(high) + "], found " + format_number(value));
        const double bet = std::min(largest, std::sqrt(wanted / std::max(1e-12, squares / count)));
        wealth += std::log1p(bet * value);
        highest = std::max(highest, wealth);
        sum += value;
        count += 1.0;
        const double error = value - sum / count;
        squares += error * error;
    }
    return std::exp(-highest);
}

AUTOMIX_INLINE double normal_deviate(double tail) {
    double low = -40.0;
    double high = 40.0;
    for (int step = 0; step < 100; ++step) {
        const double middle = 0.5 * (low + high);
        (0.5 * std::erfc(middle / std::numbers::sqrt2) > tail ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

}  // namespace automix
