// SPDX-License-Identifier: Apache-2.0
// Tests by betting whether the mean of a stream of bounded values stays on one side of a bound. The wealth of the bets
// is an e-process: while the bound holds, it ever exceeds 1 / delta with probability at most delta (Ville 1939). So it
// may be looked at after every value. Bets of several sizes run side by side (Waudby-Smith, Ramdas 2024, section 4), and
// each begins anew at every value with a small part of the wealth (Shin, Ramdas, Rinaldo 2023). So a change after a long
// quiet time is found as well. O(sizes) a value.
//     automix::EProcess wealth({.low = 0.0, .high = 1.0, .bound = 0.9});
//     for (double score : scores) wealth.add(score);
//     if (wealth.p_value() <= 0.05) std::puts("the mean score is below 0.9");
#pragma once

#include <cstdint>
#include <vector>

namespace automix {

/// The hypothesis that the mean of values within [low, high] is on one side of a bound, whatever came before.
struct MeanHypothesis {
    double low = 0.0;
    double high = 1.0;
    double bound = 0.5;
    bool at_least = true;  ///< the mean is at least the bound; false: at most
};

/// The state of an e-process, for files.
struct EProcessState {
    std::uint64_t values = 0;  ///< number of values so far
    double highest = 0.0;      ///< logarithm of the highest wealth so far
    std::vector<double>
        log_wealth{};  ///< logarithm of the wealth of each size of bet; empty before the first value

    friend bool operator==(const EProcessState&, const EProcessState&) = default;
};

class EProcess {
 public:
    /// Number of sizes of bets.
    static constexpr int sizes = 8;

    /// Prepares a test. Throws `ArgumentError` unless low < bound < high, all finite.
    explicit EProcess(const MeanHypothesis& hypothesis = {});

    /// Goes on from an earlier state. Throws `ArgumentError` for a state that no stream leads to.
    EProcess(const MeanHypothesis& hypothesis, EProcessState state);

    /// Adds the next value. Throws `ArgumentError` unless it is within [low, high].
    void add(double value);

    /// Returns the logarithm of the wealth, which starts at 0.
    [[nodiscard]] double log_wealth() const;

    /// Returns the probability that a stream whose mean keeps to the bound ever leads to that much wealth, at most. It
    /// never rises. If it is at most delta, the hypothesis is refuted with confidence 1 - delta.
    [[nodiscard]] double p_value() const;

    [[nodiscard]] std::uint64_t values() const noexcept { return state_.values; }
    [[nodiscard]] const MeanHypothesis& hypothesis() const noexcept { return hypothesis_; }
    [[nodiscard]] const EProcessState& state() const noexcept { return state_; }

 private:
    MeanHypothesis hypothesis_;
    EProcessState state_;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/stream/detail/e_process_inl.hpp>
#endif
