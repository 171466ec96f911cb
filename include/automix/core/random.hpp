// SPDX-License-Identifier: Apache-2.0
// This file has portable random numbers. The standard fixes the output of `std::mt19937_64` but not of its
// distributions. The distributions here are the library's own, so a seed means the same on every platform. The engine
// is written out because <random> costs a tenth of the whole compile time of this library. Hashes of texts serve splits
// and the per-query uniform number of policies that randomise. Everything is O(1) amortised except `shuffle`, which is
// O(n).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace automix {

/// Applies the finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection of 64-bit words that mixes every bit.
constexpr std::uint64_t mix_bits(std::uint64_t x) noexcept {
    x += 0x9E3779B97F4A7C15U;
    x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
    return x ^ (x >> 31U);
}

/// Returns the seeded hash of a text: FNV-1a over its bytes, then mixed. It is the same on every platform.
constexpr std::uint64_t hash_text(std::string_view text, std::uint64_t seed = 0) noexcept {
    std::uint64_t hash = 0xCBF29CE484222325U ^ mix_bits(seed);
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    return mix_bits(hash);
}

/// Returns the hashes of a text for two seeds, in little more time than one takes.
constexpr std::pair<std::uint64_t, std::uint64_t> hash_text(std::string_view text, std::uint64_t one,
                                                            std::uint64_t other) noexcept {
    std::uint64_t first = 0xCBF29CE484222325U ^ mix_bits(one);
    std::uint64_t second = 0xCBF29CE484222325U ^ mix_bits(other);
    for (const char c : text) {
        first = (first ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
        second = (second ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    }
    return {mix_bits(first), mix_bits(second)};
}

/// Returns the upper 53 bits of a word as a number in [0, 1).
constexpr double unit_interval(std::uint64_t word) noexcept {
    return static_cast<double>(word >> 11U) * 0x1.0p-53;
}

/// The use of an id's uniform number. Numbers of different uses are independent for all seeds.
enum class UniformUse : std::uint64_t { policy, split, fold, promise };

/// Returns the seed of the hashes that make the numbers of a use.
constexpr std::uint64_t seed_of(UniformUse use, std::uint64_t seed) noexcept {
    return seed ^ (static_cast<std::uint64_t>(use) * 0xD1B54A32D192ED03U);
}

/// Returns a number for each id, uniform in [0, 1), from a hash of use, seed and id. For `UniformUse::policy` it is the
/// `u` of evidence.
constexpr double uniform_of(std::string_view id, std::uint64_t seed,
                            UniformUse use = UniformUse::policy) noexcept {
    return unit_interval(hash_text(id, seed_of(use, seed)));
}

/// The 64-bit Mersenne twister (Nishimura 2000). It yields the numbers of `std::mt19937_64`.
class MersenneTwister {
 public:
    explicit MersenneTwister(std::uint64_t seed);

    std::uint64_t operator()() noexcept;

 private:
    static constexpr std::size_t size = 312;
    static constexpr std::size_t shift = 156;

    void twist() noexcept;

    std::array<std::uint64_t, size> state_;
    std::size_t next_ = size;
};

/// A source of random numbers that depend on the seed alone.
class Random {
 public:
    explicit Random(std::uint64_t seed = 0) : engine_(seed) {}

    /// Returns a number uniform in [0, 1).
    double uniform() { return unit_interval(engine_()); }

    /// Returns an integer uniform in 0 .. n-1, without bias (rejection). Requires n > 0.
    std::uint64_t index(std::uint64_t n);

    bool bernoulli(double p) { return uniform() < p; }

    /// Returns a standard normal number, by Marsaglia's polar method.
    double normal();

    /// Returns the number of successes in `n` trials of probability `p`. Up to a mean of 10 of the rarer outcome it
    /// adds geometric waiting times (Devroye 1986); above, it rejects from a hat over the quotients of the probability
    /// and that of the mode (Hoermann's BTRS 1993). Both are exact up to rounding. O(1).
    std::uint64_t binomial(std::uint64_t n, double p);

    /// Shuffles with Fisher-Yates: every order has the same probability.
    template <class Sequence>
    void shuffle(Sequence& sequence) {
        using std::swap;
        for (std::size_t i = sequence.size(); i > 1; --i) swap(sequence[i - 1], sequence[index(i)]);
    }

 private:
    MersenneTwister engine_;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/core/detail/random_inl.hpp>
#endif
