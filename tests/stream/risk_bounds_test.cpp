// SPDX-License-Identifier: Apache-2.0
// p-values against closed forms, sums over all outcomes, and their promise: too small with probability delta at most.
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/stream/risk_bounds.hpp>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

/// Sums the probabilities of all outcomes whose studentised sum is at least that of `seen`, one outcome after the other.
double tail_by_enumeration(const PairCounts& seen, double share, double gained) {
    const auto studentised = [&](Index lost, Index kept, Index won) {
        const double sum = (1.0 - share) * static_cast<double>(kept) + static_cast<double>(won) -
                           share * static_cast<double>(lost);
        const double squares = (1.0 - share) * (1.0 - share) * static_cast<double>(kept) +
                               static_cast<double>(won) + share * share * static_cast<double>(lost);
        return squares > 0.0 ? sum / std::sqrt(squares) : 0.0;
    };
    const Index rows = seen.lost + seen.kept + seen.gained;
    const double least = studentised(seen.lost, seen.kept, seen.gained);
    const double lost_rate = 1.0 - share + share * gained;
    const double kept_rate = 1.0 - lost_rate - gained;
    double tail = 0.0;
    for (Index lost = 0; lost <= rows; ++lost) {
        for (Index won = 0; lost + won <= rows; ++won) {
            const Index kept = rows - lost - won;
            if (studentised(lost, kept, won) < least - 1e-9) continue;
            double mass = 1.0;
            Index left = rows;
            for (const auto& [count, rate] :
                 {std::pair{lost, lost_rate}, std::pair{won, gained}, std::pair{kept, kept_rate}}) {
                for (Index i = 1; i <= count; ++i, --left)
                    mass *= static_cast<double>(left) / static_cast<double>(i) * rate;
            }
            tail += mass;
        }
    }
    return tail;
}

}  // namespace

TEST_CASE("the binomial's tails are those of its masses") {
    CHECK_THAT(binomial_at_most(2, 5, 0.3), WithinRel(0.83692, 1e-12));
    CHECK_THAT(binomial_at_most(10, 200, 0.1), WithinRel(0.008071249955102727, 1e-10));
    CHECK_THAT(binomial_at_least(30, 200, 0.1), WithinRel(0.016326565931766526, 1e-10));
    CHECK(binomial_at_most(-1, 5, 0.3) == 0.0);
    CHECK(binomial_at_most(5, 5, 0.3) == 1.0);
    CHECK(binomial_at_least(0, 5, 0.3) == 1.0);
    CHECK(binomial_at_most(3, 5, 0.0) == 1.0);
    CHECK(binomial_at_most(3, 5, 1.0) == 0.0);
}

TEST_CASE("the ends of the interval of Clopper and Pearson have their error") {
    CHECK_THAT(highest_rate(0, 50, 0.05), WithinAbs(1.0 - std::pow(0.05, 1.0 / 50.0), 1e-12));
    CHECK_THAT(lowest_rate(50, 50, 0.05), WithinAbs(std::pow(0.05, 1.0 / 50.0), 1e-12));
    CHECK(highest_rate(50, 50, 0.05) == 1.0);
    CHECK(lowest_rate(0, 50, 0.05) == 0.0);
    CHECK_THAT(binomial_at_most(7, 90, highest_rate(7, 90, 0.01)), WithinRel(0.01, 1e-9));
}

TEST_CASE("the bound of Hoeffding and Bentkus takes the better of the two") {
    CHECK_THAT(hoeffding_bentkus(0.02, 500, 0.05), WithinRel(0.0012504290884050972, 1e-9));
    CHECK(hoeffding_bentkus(0.06, 500, 0.05) == 1.0);
    CHECK(hoeffding_bentkus(0.0, 0, 0.05) == 1.0);
    CHECK_THROWS_AS(hoeffding_bentkus(0.1, 10, 0.0), ArgumentError);
    // A loss of 0 is refuted by (1 - bound)^n.
    CHECK_THAT(hoeffding_bentkus(0.0, 40, 0.1), WithinRel(std::pow(0.9, 40.0), 1e-12));
}

TEST_CASE("the exact test of pairs is the highest tail over all shares of gained rows") {
    for (const PairCounts& counts : {PairCounts{1, 38, 3, 60}, PairCounts{2, 30, 0, 40},
                                     PairCounts{0, 25, 6, 31}, PairCounts{3, 20, 8, 50}}) {
        for (const double share : {0.8, 0.9, 1.0, 1.1}) {
            const double level = 0.9;  // so that the search does not stop early
            const double error = level / 50.0;
            const Index rows = counts.lost + counts.kept + counts.gained;
            const double mean = (1.0 - share) * static_cast<double>(counts.kept) +
                                static_cast<double>(counts.gained) - share * static_cast<double>(counts.lost);
            const double p_value = pair_p_value(counts, share, level);
            if (mean <= 0.0) {
                CHECK(p_value == 1.0);
                continue;
            }
            const double least = share > 1.0 ? (share - 1.0) / share : 0.0;
            const double low =
                std::clamp(lowest_rate(counts.gained, rows, 0.5 * error), least, share / (1.0 + share));
            const double high =
                std::clamp(highest_rate(counts.gained, rows, 0.5 * error), least, share / (1.0 + share));
            double highest = 0.0;
            for (int point = 0; point <= 120; ++point) {
                const double gained = low + (high - low) * point / 120.0;
                highest = std::max(highest, tail_by_enumeration(counts, share, gained));
            }
            CAPTURE(counts.lost, counts.kept, counts.gained, share);
            CHECK(p_value <= error + highest + 1e-9);
            CHECK(p_value >= error + 0.93 * highest);
        }
    }
}

TEST_CASE("rows on which both are always right prove a share as a binomial does") {
    // Nothing is gained or lost, so the tail is the share to the power of the rows.
    const double level = 0.05;
    CHECK(pair_p_value({0, 57, 0, 100}, 0.95, level) > level);
    CHECK_THAT(pair_p_value({0, 62, 0, 100}, 0.95, level),
               WithinAbs(level / 50.0 + std::pow(0.95, 62.0), 1e-9));
    CHECK(pair_p_value({0, 0, 0, 100}, 0.95, level) == 1.0);
    CHECK(pair_p_value({0, 0, 0, 0}, 0.95, level) == 1.0);
}

TEST_CASE("betting refutes a mean of 0 by the product of its bets") {
    // One value: the first bet goes by the variance of the widest distribution, (low + high)^2 / 4.
    const double bet = std::sqrt(2.0 * std::log(1.0 / 0.05) / 0.25);
    const std::vector<double> one{0.5};
    CHECK_THAT(betting_p_value(one, 0.5, 0.5, 0.05),
               WithinRel(1.0 / (1.0 + std::min(1.5, bet) * 0.5), 1e-12));
    const std::vector<double> losses(100, -0.1);
    CHECK(betting_p_value(losses, 0.9, 1.0, 0.05) == 1.0);
    const std::vector<double> gains(100, 0.1);
    CHECK(betting_p_value(gains, 0.9, 1.0, 0.05) < 1e-3);
    CHECK_THROWS_AS(betting_p_value(std::vector<double>{-1.0}, 0.9, 1.0, 0.05), ArgumentError);
    CHECK(betting_p_value({}, 0.9, 1.0, 0.05) == 1.0);
}

TEST_CASE("a normal deviate is exceeded with its probability") {
    CHECK_THAT(normal_deviate(0.05), WithinAbs(1.6448536, 1e-6));
    CHECK_THAT(normal_deviate(0.5), WithinAbs(0.0, 1e-9));
}

TEST_CASE("p-values are too small with probability delta at most, in worlds at the bound", "[property]") {
    constexpr int logs = 4000;
    Random random(7);
    for (const double level : {0.05, 0.1}) {
        const double allowed = level + 2.0 * std::sqrt(level * (1.0 - level) / logs);
        for (const Index rows : {Index{80}, Index{400}}) {
            for (const double gained : {0.0, 0.02, 0.15}) {
                // Of the rows on which either is right; the mean is exactly 0.
                const double share = 0.9;
                const double lost = 1.0 - share + share * gained;
                int pairs = 0;
                int bets = 0;
                for (int log = 0; log < logs; ++log) {
                    PairCounts counts;
                    counts.rows = rows;
                    std::vector<double> values;
                    for (Index row = 0; row < rows; ++row) {
                        double value = 0.0;
                        if (random.bernoulli(0.7)) {
                            const double u = random.uniform();
                            if (u < gained) {
                                ++counts.gained;
                                value = 1.0;
                            } else if (u < gained + lost) {
                                ++counts.lost;
                                value = -share;
                            } else {
                                ++counts.kept;
                                value = 1.0 - share;
                            }
                        }
                        values.push_back(value);
                    }
                    pairs += pair_p_value(counts, share, level) <= level ? 1 : 0;
                    bets += betting_p_value(values, share, 1.0, level) <= level ? 1 : 0;
                }
                CAPTURE(level, rows, gained, pairs, bets);
                CHECK(pairs <= allowed * logs);
                CHECK(bets <= allowed * logs);
            }
        }
    }
}
