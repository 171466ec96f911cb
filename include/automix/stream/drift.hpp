// SPDX-License-Identifier: Apache-2.0
// Tests of change that hold however long and often one looks. Each multiplies bets whose factors have a mean of at most 1
// as long as nothing has changed, so that the capital stays below 1/delta for ever with probability 1 - delta (Ville
// 1939). Means of numbers in [0, 1] are bet on as by Waudby-Smith and Ramdas (2024, section 4); anything else by its rank
// among all numbers so far (Vovk, Gammerman, Shafer 2005, section 7.1). A change may begin at any time: capital is split
// over starts, as for e-detectors (Shin, Ramdas, Rinaldo 2024), with shares that sum to 1, which keeps Ville's bound for
// ever. Starts are spaced in proportion to time and the poorest is dropped beyond 64, so that a number costs O(1).
//     automix::MeanChange watch(automix::reference_interval(0.84, 500.0, 0.01));
//     for (double score : scores) watch.add(score);
//     const bool changed = watch.bets().p_value() < 0.01;
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace automix {

/// Capital that bets on a change which may have begun at any time.
class ChangeBets {
 public:
    /// A time at which the change may have begun, and what was won since.
    struct Start {
        Index first = 0;                ///< number of observations before it
        Index length = 1;               ///< number of observations until the next start
        double share = 0.0;             ///< of the capital at first
        std::vector<double> capital{};  ///< of each bet; all begin at 1

        /// Returns the mean capital of its bets.
        [[nodiscard]] double gain() const;
    };

    explicit ChangeBets(std::size_t bets) : bets_(bets) {}

    /// Multiplies the capital of each bet by its factor, which is not negative.
    void add(std::span<const double> factors);

    /// Returns the capital of all bets, 1 at first.
    [[nodiscard]] double capital() const;
    /// Returns the highest capital so far.
    [[nodiscard]] double highest() const noexcept { return highest_; }
    /// Returns a p-value that holds at any time: 1 over the highest capital.
    [[nodiscard]] double p_value() const noexcept { return 1.0 / highest_; }
    /// Returns the number of observations.
    [[nodiscard]] Index count() const noexcept { return count_; }
    /// Returns the number of observations before the start that had won most when the capital was highest.
    [[nodiscard]] Index since() const noexcept { return since_; }
    [[nodiscard]] const std::vector<Start>& starts() const noexcept { return starts_; }

 private:
    std::size_t bets_;
    std::vector<Start> starts_;
    Index count_ = 0;
    Index started_ = 0;  ///< number of starts so far, those dropped among them
    Index next_start_ = 0;
    double unspent_ = 1.0;  ///< share of the capital that waits for later starts
    double highest_ = 1.0;
    Index since_ = 0;
};

/// An interval that holds a mean.
struct MeanInterval {
    double low = 0.0;
    double high = 1.0;
};

/// Returns the interval that holds the mean of numbers in [0, 1], of which that many rows have the mean `mean`, but with
/// probability `error`: all p with rows * KL(mean, p) <= log(2 / error) (Hoeffding 1963, theorem 1).
MeanInterval reference_interval(double mean, double rows, double error);

/// A test whether the mean of numbers in [0, 1] has left an interval.
class MeanChange {
 public:
    explicit MeanChange(MeanInterval reference);

    /// Adds a number. Throws `ArgumentError` unless it is in [0, 1].
    void add(double value);

    [[nodiscard]] const ChangeBets& bets() const noexcept { return bets_; }
    /// Returns the mean of all numbers; 0 without any.
    [[nodiscard]] double mean() const noexcept { return count_ > 0.0 ? sum_ / count_ : 0.0; }

 private:
    MeanInterval reference_;
    ChangeBets bets_;
    std::vector<double> factors_;
    double sum_ = 0.0;
    double count_ = 0.0;
};

/// A test whether numbers of any kind have changed since the first one: each is ranked among all before it, ties at
/// random, and bets are on low and on high ranks. O(log n + n/1000) for the n-th number; beyond 20,000 numbers the sample
/// that it is ranked in stays as it is.
class RankChange {
 public:
    explicit RankChange(std::uint64_t seed = 0);

    /// Adds a number. Throws `ArgumentError` unless it is finite.
    void add(double value);

    [[nodiscard]] const ChangeBets& bets() const noexcept { return bets_; }

 private:
    std::vector<double> sorted_;
    ChangeBets bets_;
    std::vector<double> factors_;
    Random random_;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/stream/detail/drift_inl.hpp>
#endif
