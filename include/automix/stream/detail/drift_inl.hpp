// SPDX-License-Identifier: Apache-2.0
// Definitions of stream/drift.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/stream/detail/mean_bets.hpp>
#include <automix/stream/drift.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace automix::detail {

/// The maximum number of starts among which the capital is split.
inline constexpr std::size_t most_starts = 64;

/// The exponents of bets on ranks. Near 0 they bet on extreme ranks.
inline constexpr std::array<double, 3> rank_exponents = {0.1, 0.3, 0.6};

/// The number of numbers among which a rank is taken.
inline constexpr std::size_t most_ranked = 20000;

/// Returns p log(p / q), 0 for p = 0.
inline double relative_entropy_term(double p, double q) { return p > 0.0 ? p * std::log(p / q) : 0.0; }

/// Returns the Kullback-Leibler divergence of two Bernoulli distributions.
inline double bernoulli_divergence(double p, double q) {
    return relative_entropy_term(p, q) + relative_entropy_term(1.0 - p, 1.0 - q);
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE double ChangeBets::Start::gain() const {
    double sum = 0.0;
    for (const double part : capital) sum += part;
    return sum / static_cast<double>(capital.size());
}

AUTOMIX_INLINE void ChangeBets::add(std::span<const double> factors) {
    if (factors.size() != bets_)
        throw ArgumentError("factors: expected " + std::to_string(bets_) + ", found " +
                            std::to_string(factors.size()));
    if (count_ == next_start_) {
        ++started_;
        // 1/(k (k + 1)) sums to 1, so what is left after k starts is 1/(k + 1).
        const auto k = static_cast<double>(started_);
        const Index length = std::max<Index>(1, count_ / 16);
        starts_.push_back({count_, length, 1.0 / (k * (k + 1.0)), std::vector<double>(bets_, 1.0)});
        unspent_ = 1.0 / (k + 1.0);
        next_start_ = count_ + length;
        if (starts_.size() > detail::most_starts) {
            // A dropped start is lost, which the bound allows. The newest start has had no chance yet.
            starts_.erase(std::min_element(
                starts_.begin(), starts_.end() - 1,
                [](const Start& a, const Start& b) { return a.share * a.gain() < b.share * b.gain(); }));
        }
    }
    ++count_;
    constexpr double enough = 1e200;  // beyond it more capital tells nothing
    for (Start& start : starts_) {
        for (std::size_t bet = 0; bet < bets_; ++bet)
            start.capital[bet] = std::min(enough, start.capital[bet] * factors[bet]);
    }
    const double now = capital();
    if (now <= highest_) return;
    highest_ = now;
    since_ = std::max_element(starts_.begin(), starts_.end(), [](const Start& a, const Start& b) {
                 return a.share * a.gain() < b.share * b.gain();
             })->first;
}

AUTOMIX_INLINE double ChangeBets::capital() const {
    double sum = unspent_;
    for (const Start& start : starts_) sum += start.share * start.gain();
    return sum;
}

AUTOMIX_INLINE MeanInterval reference_interval(double mean, double rows, double error) {
    if (!(mean >= 0.0 && mean <= 1.0))
        throw ArgumentError("mean: expected a number in [0, 1], found " + format_number(mean));
    if (!(rows >= 0.0))
        throw ArgumentError("rows: expected a number of at least 0, found " + format_number(rows));
    if (!(error > 0.0 && error < 1.0))
        throw ArgumentError("error: expected a probability between 0 and 1, found " + format_number(error));
    const double limit = std::log(2.0 / error);
    constexpr int halvings = 60;
    const auto end = [&](double outside) {
        double inside = mean;
        for (int i = 0; i < halvings; ++i) {
            const double middle = 0.5 * (inside + outside);
            (rows * detail::bernoulli_divergence(mean, middle) <= limit ? inside : outside) = middle;
        }
        return outside;
    };
    return {end(0.0), end(1.0)};
}

AUTOMIX_INLINE MeanChange::MeanChange(MeanInterval reference)
    : reference_(reference), bets_(detail::mean_bets), factors_(detail::mean_bets) {
    if (!(reference.low >= 0.0 && reference.low <= reference.high && reference.high <= 1.0))
        throw ArgumentError("reference: expected an interval in [0, 1], found " +
                            format_number(reference.low) + " to " + format_number(reference.high));
}

AUTOMIX_INLINE void MeanChange::add(double value) {
    if (!(value >= 0.0 && value <= 1.0))
        throw ArgumentError("expected a number in [0, 1], found " + format_number(value));
    detail::mean_factors(reference_.low, reference_.high, value, factors_);
    bets_.add(factors_);
    sum_ += value;
    count_ += 1.0;
}

AUTOMIX_INLINE RankChange::RankChange(std::uint64_t seed)
    : bets_(2 * detail::rank_exponents.size()), factors_(2 * detail::rank_exponents.size()), random_(seed) {}

AUTOMIX_INLINE void RankChange::add(double value) {
    if (!std::isfinite(value)) throw ArgumentError("expected a finite number, found " + format_number(value));
    const auto [first, last] = std::equal_range(sorted_.begin(), sorted_.end(), value);
    const auto below = static_cast<double>(first - sorted_.begin());
    const auto equal = static_cast<double>(last - first) + 1.0;  // itself among them
    const auto all = static_cast<double>(sorted_.size()) + 1.0;
    constexpr double smallest = 1e-12;
    const double p = std::clamp((below + random_.uniform() * equal) / all, smallest, 1.0 - smallest);
    std::size_t bet = 0;
    for (const double exponent : detail::rank_exponents) {
        factors_[bet++] = exponent * std::pow(p, exponent - 1.0);
        factors_[bet++] = exponent * std::pow(1.0 - p, exponent - 1.0);
    }
    bets_.add(factors_);
    if (sorted_.size() < detail::most_ranked) sorted_.insert(last, value);
}

}  // namespace automix
