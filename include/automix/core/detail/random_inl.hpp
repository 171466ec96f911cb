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

}  // namespace automix
