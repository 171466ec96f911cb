// SPDX-License-Identifier: Apache-2.0
// p-values that hold for any number of rows, for promises on independent rows: the exact tail of the binomial, the bound
// of Hoeffding and Bentkus (Bates et al. 2021, theorem 2 and proposition 4), an exact test of pairs of scores 0 and 1,
// and betting (Waudby-Smith, Ramdas 2024). A p-value is at most delta with probability at most delta if the promise is
// broken. Each is O(rows) at most, the exact test of pairs about O(rows) times the number of points that it tries.
#pragma once

#include <automix/core/numerics.hpp>

#include <span>

namespace automix {

/// Returns the probability of at most `successes` successes in `trials` trials of probability `p`.
double binomial_at_most(Index successes, Index trials, double p);

/// Returns the probability of at least `successes` successes in `trials` trials of probability `p`.
double binomial_at_least(Index successes, Index trials, double p);

/// Returns the largest probability under which at most `successes` successes are as likely as `error`: the upper end of
/// the interval of Clopper and Pearson (1934).
double highest_rate(Index successes, Index trials, double error);

/// Returns the smallest probability under which at least `successes` successes are as likely as `error`.
double lowest_rate(Index successes, Index trials, double error);

/// Returns the p-value of "the mean loss is above `bound`", for the mean of losses within [0, 1]. Throws
/// `ArgumentError` unless the bound is within (0, 1).
double hoeffding_bentkus(double mean_loss, Index rows, double bound);

/// Counts of rows on which a policy and the last model have scores of 0 or 1.
struct PairCounts {
    Index lost = 0;    ///< only the last model is right
    Index kept = 0;    ///< both are right
    Index gained = 0;  ///< only the policy is right
    Index rows = 0;    ///< all rows
};

/// Returns the p-value of "the policy's mean score is below `share` of the last model's". It is the exact tail of the
/// studentised mean of score less share times score, given the number of rows on which either is right. The share of
/// gained rows is not known: the tail is maximised over an interval that holds it with probability 1 - level / 50, and
/// that error is added (Berger, Boos 1994). The search for the maximum stops once it exceeds `level`.
double pair_p_value(const PairCounts& counts, double share, double level);

/// Returns the p-value of "the mean of the values is at most 0", for values within [-low, high], by betting against it
/// one value after the other. Bets are those with the best chance to show it at `level` after all values. Throws
/// `ArgumentError` for a value outside.
double betting_p_value(std::span<const double> values, double low, double high, double level);

/// Returns the deviate that a standard normal number exceeds with probability `tail`, by bisection.
double normal_deviate(double tail);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/stream/detail/risk_bounds_inl.hpp>
#endif
