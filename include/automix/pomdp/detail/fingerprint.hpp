// SPDX-License-Identifier: Apache-2.0
// A number that identifies a model: a hash of T, O and R without zeros. Numbers count to about ten digits, so that
// differences in the rounding of compilers do not matter. Discount, start and names do not count. O(entries of the
// tables).
#pragma once

#include <automix/core/random.hpp>
#include <automix/pomdp/pomdp_model.hpp>

#include <bit>
#include <cmath>
#include <cstdint>

namespace automix::pomdp::detail {

/// Returns ten digits of a number as a word. Zeros of either sign are alike.
inline std::uint64_t leading_bits(double value) {
    constexpr int digits = 33;  // binary
    int exponent = 0;
    const double mantissa = std::frexp(value, &exponent);
    const double rounded = std::ldexp(std::nearbyint(std::ldexp(mantissa, digits)), exponent - digits);
    return std::bit_cast<std::uint64_t>(rounded == 0.0 ? 0.0 : rounded);
}

template <pomdp_model M>
[[nodiscard]] std::uint64_t fingerprint(const M& model) {
    std::uint64_t hash = 0;
    const auto take = [&](std::uint64_t word) { hash = mix_bits(hash ^ word); };
    const auto take_entry = [&](int column, double value) {
        if (value == 0.0) return;
        take(static_cast<std::uint64_t>(column) + 1);
        take(detail::leading_bits(value));
    };
    for (const int size : {model.states(), model.actions(), model.observations()})
        take(static_cast<std::uint64_t>(size));
    for (int action = 0; action < model.actions(); ++action) {
        for (int state = 0; state < model.states(); ++state) {
            model.for_each_successor(state, action, take_entry);
            take(0);
            model.for_each_observation(action, state, take_entry);
            take(detail::leading_bits(model.reward(state, action)));
        }
    }
    return hash;
}

}  // namespace automix::pomdp::detail
