// SPDX-License-Identifier: Apache-2.0
// Bootstrap intervals against a resampler written here, their pairing, and their coverage.
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/evaluation/bootstrap.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/evaluation/report.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

struct Table {
    Replay replay{};
    EndModels ends{};
};

Table random_table(Index rows, std::uint64_t seed) {
    Random random(seed);
    Table table{Replay(rows), {}};
    for (auto* column :
         {&table.ends.small_score, &table.ends.small_cost, &table.ends.large_score, &table.ends.large_cost}) {
        column->setZero(rows);
    }
    for (Index row = 0; row < rows; ++row) {
        table.ends.small_score(row) = random.bernoulli(0.4) ? 1.0 : 0.0;
        table.ends.large_score(row) = random.bernoulli(0.7) ? 1.0 : 0.0;
        table.ends.small_cost(row) = 1.0;
        table.ends.large_cost(row) = 10.0;
        const bool routed = random.bernoulli(0.5);
        table.replay.performance(row) = routed ? table.ends.large_score(row) : table.ends.small_score(row);
        table.replay.answer_cost(row) = routed ? 11.0 : 1.0;
        table.replay.verification_cost(row) = 0.5;
    }
    return table;
}

BootstrapOptions options(int resamples, std::uint64_t seed, double level = 0.95) {
    BootstrapOptions result;
    result.resamples = resamples;
    result.seed = seed;
    result.level = level;
    return result;
}

/// Linear interpolation between the order statistics around q (n - 1).
double percentile(std::vector<double> values, double q) {
    std::sort(values.begin(), values.end());
    const double position = q * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return values[below] + (position - static_cast<double>(below)) * (values[above] - values[below]);
}

/// What `bootstrap` should find, written out: 64-bit Mersenne twister, words below 2^64 mod n rejected, the rest mod n.
struct Resampled {
    std::vector<double> performance{}, cost{}, lift{};
};

Resampled resample(const Table& table, int resamples, std::uint64_t seed) {
    const auto n = static_cast<std::uint64_t>(table.replay.performance.size());
    std::mt19937_64 engine(seed);
    const auto draw = [&] {
        const std::uint64_t excess = (std::numeric_limits<std::uint64_t>::max() % n + 1) % n;
        for (;;) {
            const std::uint64_t word = engine();
            if (word >= excess) return static_cast<Index>(word % n);
        }
    };
    Resampled all;
    for (int i = 0; i < resamples; ++i) {
        double p = 0.0, c = 0.0, ps = 0.0, cs = 0.0, pl = 0.0, cl = 0.0;
        for (std::uint64_t k = 0; k < n; ++k) {
            const Index row = draw();
            p += table.replay.performance(row);
            c += table.replay.answer_cost(row) + table.replay.verification_cost(row);
            ps += table.ends.small_score(row);
            cs += table.ends.small_cost(row);
            pl += table.ends.large_score(row);
            cl += table.ends.large_cost(row);
        }
        const auto rows = static_cast<double>(n);
        all.performance.push_back(p / rows);
        all.cost.push_back(c / rows);
        if (pl > ps && cl > cs && c > cs)
            all.lift.push_back(((p - ps) / (c - cs)) / ((pl - ps) / (cl - cs)) - 1.0);
    }
    return all;
}

}  // namespace

TEST_CASE("intervals are the percentiles of resamples drawn independently here") {
    const Table table = random_table(23, 1);
    for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{7}, std::uint64_t{123456789}}) {
        const ConfidenceIntervals found = bootstrap(table.replay, table.ends, options(200, seed, 0.9));
        const Resampled expected = resample(table, 200, seed);
        CHECK(found.resamples == 200);
        CHECK(found.level == 0.9);
        CHECK_THAT(found.performance.low, WithinRel(percentile(expected.performance, 0.05), 1e-12));
        CHECK_THAT(found.performance.high, WithinRel(percentile(expected.performance, 0.95), 1e-12));
        CHECK_THAT(found.cost.low, WithinRel(percentile(expected.cost, 0.05), 1e-12));
        CHECK_THAT(found.cost.high, WithinRel(percentile(expected.cost, 0.95), 1e-12));
        CHECK(found.undefined_resamples == 200 - static_cast<int>(expected.lift.size()));
        REQUIRE(found.ibc_lift.has_value());
        CHECK_THAT(found.ibc_lift->low, WithinRel(percentile(expected.lift, 0.05), 1e-9));
        CHECK_THAT(found.ibc_lift->high, WithinRel(percentile(expected.lift, 0.95), 1e-9));
    }
}

TEST_CASE("a seed says everything") {
    const Table table = random_table(40, 2);
    const auto first = bootstrap(table.replay, table.ends, options(100, 5));
    const auto again = bootstrap(table.replay, table.ends, options(100, 5));
    const auto other = bootstrap(table.replay, table.ends, options(100, 6));
    CHECK(first.performance.low == again.performance.low);
    CHECK(first.ibc_lift->high == again.ibc_lift->high);
    CHECK(first.cost.low != other.cost.low);
}

TEST_CASE("resamples are the same for all routers") {
    const Table table = random_table(40, 3);
    Table dearer = table;
    dearer.replay.answer_cost += 2.0;
    dearer.replay.performance += 0.25;
    const auto base = bootstrap(table.replay, table.ends, options(100, 5));
    const auto shifted = bootstrap(dearer.replay, dearer.ends, options(100, 5));
    CHECK_THAT(shifted.cost.low - base.cost.low, WithinAbs(2.0, 1e-12));
    CHECK_THAT(shifted.cost.high - base.cost.high, WithinAbs(2.0, 1e-12));
    CHECK_THAT(shifted.performance.low - base.performance.low, WithinAbs(0.25, 1e-12));
    CHECK_THAT(shifted.performance.high - base.performance.high, WithinAbs(0.25, 1e-12));
}

TEST_CASE("several replays get the intervals that each gets alone") {
    const Table table = random_table(40, 3);
    Replay dearer = table.replay;
    dearer.answer_cost *= 2.0;
    const auto both = bootstrap(std::vector{table.replay, dearer}, table.ends, options(100, 5));
    REQUIRE(both.size() == 2);
    const auto first = bootstrap(table.replay, table.ends, options(100, 5));
    const auto second = bootstrap(dearer, table.ends, options(100, 5));
    CHECK(both[0].cost.low == first.cost.low);
    CHECK(both[0].ibc_lift->high == first.ibc_lift->high);
    CHECK(both[1].cost.low == second.cost.low);
    CHECK(both[1].ibc_lift->high == second.ibc_lift->high);
    CHECK(both[0].cost.low != both[1].cost.low);
    CHECK(bootstrap(std::vector<Replay>{}, table.ends, options(100, 5)).empty());
}

TEST_CASE("router and end models are resampled together") {
    // The large model itself: its lift is 0 in every resample that has one.
    Table table = random_table(30, 4);
    table.replay.performance = table.ends.large_score;
    table.replay.answer_cost = table.ends.large_cost;
    table.replay.verification_cost.setZero();
    const auto found = bootstrap(table.replay, table.ends, options(300, 1));
    REQUIRE(found.ibc_lift.has_value());
    CHECK_THAT(found.ibc_lift->low, WithinAbs(0.0, 1e-12));
    CHECK_THAT(found.ibc_lift->high, WithinAbs(0.0, 1e-12));
}

TEST_CASE("resamples without a lift are counted, and leave no interval if they are many") {
    // Two rows, the large model better on one and equal on the other: a quarter of the resamples has no lift.
    Table table = random_table(2, 5);
    table.ends.small_score << 0.0, 1.0;
    table.ends.large_score << 1.0, 1.0;
    table.replay.performance << 1.0, 1.0;
    table.replay.answer_cost << 11.0, 11.0;
    const auto found = bootstrap(table.replay, table.ends, options(2000, 1));
    CHECK(found.undefined_resamples == 2000 - static_cast<int>(resample(table, 2000, 1).lift.size()));
    CHECK_THAT(found.undefined_resamples / 2000.0, WithinAbs(0.25, 5.0 * std::sqrt(0.25 * 0.75 / 2000.0)));
    CHECK_FALSE(found.ibc_lift.has_value());

    table.ends.large_score << 0.0, 1.0;
    const auto none = bootstrap(table.replay, table.ends, options(50, 1));
    CHECK(none.undefined_resamples == 50);
    CHECK_FALSE(none.ibc_lift.has_value());
    CHECK(std::isfinite(none.performance.low));
}

TEST_CASE("one row has intervals of no width") {
    const Table table = random_table(1, 6);
    const auto found = bootstrap(table.replay, table.ends, options(10, 1));
    CHECK(found.performance.low == table.replay.performance(0));
    CHECK(found.performance.high == table.replay.performance(0));
}

TEST_CASE("intervals cover the truth about as often as they say") {
    constexpr int logs = 400;
    int covered = 0;
    for (int log = 0; log < logs; ++log) {
        const Table table = random_table(80, 1000 + static_cast<std::uint64_t>(log));
        const auto found =
            bootstrap(table.replay, table.ends, options(200, static_cast<std::uint64_t>(log), 0.9));
        const double truth = 0.5 * 0.4 + 0.5 * 0.7;
        covered += found.performance.low <= truth && truth <= found.performance.high ? 1 : 0;
    }
    CHECK_THAT(static_cast<double>(covered) / logs, WithinAbs(0.9, 0.05));
}

TEST_CASE("options that make no sense are refused, and no rows too") {
    const Table table = random_table(3, 7);
    for (const double level : {0.0, 1.0, -0.5, std::nan("")}) {
        CHECK_THROWS_WITH(bootstrap(table.replay, table.ends, options(10, 0, level)),
                          ContainsSubstring("level"));
    }
    for (const int resamples : {0, -3}) {
        CHECK_THROWS_WITH(bootstrap(table.replay, table.ends, options(resamples, 0)),
                          ContainsSubstring("resamples"));
    }
    CHECK_THROWS_AS(bootstrap(table.replay, table.ends, options(0, 0)), ArgumentError);
    CHECK_THROWS_AS(bootstrap(Replay(0), EndModels{}, options(10, 0)), DataError);
}

TEST_CASE("resampling kinds of rows gives the intervals of resampling rows, within Monte-Carlo error") {
    const Table table = random_table(12000, 3);
    const BootstrapOptions many = options(2000, 5);
    const Resampled rows = resample(table, 2000, 5);
    const ConfidenceIntervals kinds = bootstrap(table.replay, table.ends, many);
    CHECK(kinds.resamples == 2000);
    // An end of an interval of 4 standard errors' width has an error of about 1.5 % of the width.
    const auto alike = [](const Interval& found, const std::vector<double>& values) {
        const double low = percentile(values, 0.025);
        const double high = percentile(values, 0.975);
        CHECK(std::abs(found.low - low) < 0.05 * (high - low));
        CHECK(std::abs(found.high - high) < 0.05 * (high - low));
    };
    alike(kinds.performance, rows.performance);
    alike(kinds.cost, rows.cost);
    REQUIRE(kinds.ibc_lift);
    alike(*kinds.ibc_lift, rows.lift);
}
