// SPDX-License-Identifier: Apache-2.0
// Definitions of core/random.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/random.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>

namespace automix {

AUTOMIX_INLINE MersenneTwister::MersenneTwister(std::uint64_t seed) {
    state_[0] = seed;
    for (std::size_t i = 1; i < size; ++i) {
        const std::uint64_t before = state_[i - 1];
        state_[i] = 6364136223846793005U * (before ^ (before >> 62U)) + i;
    }
}

AUTOMIX_INLINE std::uint64_t MersenneTwister::operator()() noexcept {
    if (next_ == size) twist();
    std::uint64_t word = state_[next_++];
    word ^= (word >> 29U) & 0x5555555555555555U;
    word ^= (word << 17U) & 0x71D67FFFEDA60000U;
    word ^= (word << 37U) & 0xFFF7EEE000000000U;
    return word ^ (word >> 43U);
}

AUTOMIX_INLINE void MersenneTwister::twist() noexcept {
    constexpr std::uint64_t lower = 0x7FFFFFFFU;
    for (std::size_t i = 0; i < size; ++i) {
        const std::uint64_t word = (state_[i] & ~lower) | (state_[(i + 1) % size] & lower);
        const std::uint64_t odd = (word & 1U) != 0 ? 0xB5026F5AA96619E9U : 0U;
        state_[i] = state_[(i + shift) % size] ^ (word >> 1U) ^ odd;
    }
    next_ = 0;
}

AUTOMIX_INLINE std::uint64_t Random::index(std::uint64_t n) {
    const std::uint64_t excess = (0U - n) % n;
    std::uint64_t word = engine_();
    while (word < excess) word = engine_();
    return word % n;
}

AUTOMIX_INLINE double Random::normal() {
    for (;;) {
        const double x = 2.0 * uniform() - 1.0;
        const double y = 2.0 * uniform() - 1.0;
        const double square = x * x + y * y;
        if (square > 0.0 && square < 1.0) return x * std::sqrt(-2.0 * std::log(square) / square);
    }
}

AUTOMIX_INLINE std::uint64_t Random::binomial(std::uint64_t n, double p) {
    if (n == 0 || !(p > 0.0)) return 0;
    if (p >= 1.0) return n;
    if (p > 0.5) return n - binomial(n, 1.0 - p);
    const auto trials = static_cast<double>(n);
    if (trials * p < 10.0) {
        const double log_failure = std::log1p(-p);
        std::uint64_t successes = 0;
        for (double used = 0.0;; ++successes) {
            used += std::floor(std::log(1.0 - uniform()) / log_failure) + 1.0;
            if (used > trials) return successes;
        }
    }
    const double deviation = std::sqrt(trials * p * (1.0 - p));
    const double b = 1.15 + 2.53 * deviation;
    const double a = -0.0873 + 0.0248 * b + 0.01 * p;
    const double c = trials * p + 0.5;
    const double squeeze = 0.92 - 4.2 / b;
    const double alpha = (2.83 + 5.1 / b) * deviation;
    const double log_odds = std::log(p / (1.0 - p));
    const double mode = std::floor((trials + 1.0) * p);
    const auto log_ways = [&](double k) { return -std::lgamma(k + 1.0) - std::lgamma(trials - k + 1.0); };
    const double at_mode = log_ways(mode);
    for (;;) {
        const double u = uniform() - 0.5;
        double v = uniform();
        const double near = 0.5 - std::abs(u);
        const double k = std::floor((2.0 * a / near + b) * u + c);
        if (!(k >= 0.0 && k <= trials)) continue;
        if (near >= 0.07 && v <= squeeze) return static_cast<std::uint64_t>(k);
        v = std::log(v * alpha / (a / (near * near) + b));
        if (v <= log_ways(k) - at_mode + (k - mode) * log_odds) return static_cast<std::uint64_t>(k);
    }
}

}  // namespace automix
