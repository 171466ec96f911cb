// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/stream/drift.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

/// Returns the share of streams without a change in which a test alarms.
template <class MakeTest, class Draw>
double false_alarms(int streams, int length, double delta, MakeTest make, Draw draw) {
    Random random(3);
    int alarms = 0;
    for (int stream = 0; stream < streams; ++stream) {
        auto test = make(stream);
        for (int i = 0; i < length; ++i) test.add(draw(random));
        alarms += test.bets().p_value() <= delta ? 1 : 0;
    }
    return static_cast<double>(alarms) / streams;
}

}  // namespace

TEST_CASE("capital is split over starts, and each wins or loses by its bets") {
    ChangeBets bets(2);
    CHECK(bets.capital() == 1.0);
    CHECK(bets.p_value() == 1.0);
    const std::vector<double> first = {2.0, 0.0};
    const std::vector<double> second = {3.0, 1.0};
    bets.add(first);
    // Half of the capital starts before the first number, and its two bets come to 2 and 0.
    CHECK(bets.capital() == 1.0);
    bets.add(second);
    // They come to 6 and 0; a sixth starts before the second number and comes to 3 and 1; a third waits.
    CHECK_THAT(bets.capital(), WithinRel(0.5 * 3.0 + 2.0 / 6.0 + 1.0 / 3.0, 1e-14));
    CHECK_THAT(bets.p_value(), WithinRel(1.0 / bets.capital(), 1e-14));
    CHECK(bets.since() == 0);
    CHECK(bets.count() == 2);
    const std::vector<double> lost = {0.0, 0.0};
    const double highest = bets.capital();
    bets.add(lost);
    CHECK(bets.capital() < highest);
    CHECK(bets.highest() == highest);
    CHECK_THROWS_AS(bets.add(std::vector<double>(3, 1.0)), ArgumentError);
}

TEST_CASE("starts stay few, and their shares sum to one at most") {
    ChangeBets bets(1);
    for (int i = 0; i < 20000; ++i) bets.add(std::vector<double>{1.0});
    CHECK(bets.starts().size() <= 64);
    CHECK(bets.capital() <= 1.0 + 1e-12);
    CHECK(bets.starts().back().first > 18000);
    for (const ChangeBets::Start& start : bets.starts()) CHECK(start.gain() == 1.0);
}

TEST_CASE("the interval of a reference is that of its divergence") {
    const MeanInterval interval = reference_interval(0.84, 500.0, 0.01);
    const auto divergence = [](double p, double q) {
        return p * std::log(p / q) + (1.0 - p) * std::log((1.0 - p) / (1.0 - q));
    };
    CHECK_THAT(500.0 * divergence(0.84, interval.low), WithinAbs(std::log(200.0), 1e-6));
    CHECK_THAT(500.0 * divergence(0.84, interval.high), WithinAbs(std::log(200.0), 1e-6));
    // Of no failure in n rows the upper end is that of (1 - p)^n = error / 2.
    const MeanInterval none = reference_interval(0.0, 100.0, 0.1);
    CHECK(none.low == 0.0);
    CHECK_THAT(none.high, WithinRel(1.0 - std::pow(0.05, 0.01), 1e-9));
    const MeanInterval unknown = reference_interval(0.5, 0.0, 0.1);
    CHECK(unknown.low < 1e-12);
    CHECK(unknown.high > 1.0 - 1e-12);
    CHECK_THROWS_AS(reference_interval(1.5, 10.0, 0.1), ArgumentError);
    CHECK_THROWS_AS(reference_interval(0.5, -1.0, 0.1), ArgumentError);
    CHECK_THROWS_AS(reference_interval(0.5, 10.0, 0.0), ArgumentError);
}

TEST_CASE("bets on a mean by hand") {
    // Below [0.5, 0.8] the bet of share s gains s (0.5 - x) / 0.5, above it s (x - 0.8) / 0.8. After one 0: the mean of
    // the fourteen bets is 1 + mean(s) (1 - 1) / 2.
    MeanChange test({0.5, 0.8});
    test.add(0.0);
    CHECK_THAT(test.bets().capital(), WithinRel(1.0, 1e-14));
    test.add(0.0);
    const std::vector<double> shares = {1.0 / 64, 1.0 / 32, 1.0 / 16, 0.125, 0.25, 0.5, 0.8};
    double from_first = 0.0;
    for (const double s : shares) from_first += ((1.0 + s) * (1.0 + s) + (1.0 - s) * (1.0 - s)) / 14.0;
    CHECK_THAT(test.bets().capital(), WithinRel(0.5 * from_first + 1.0 / 6.0 + 1.0 / 3.0, 1e-13));
    CHECK(test.mean() == 0.0);
    CHECK_THROWS_AS(test.add(1.5), ArgumentError);
    CHECK_THROWS_AS(MeanChange({0.9, 0.1}), ArgumentError);
    RankChange ranks;
    CHECK_THROWS_AS(ranks.add(std::numeric_limits<double>::infinity()), ArgumentError);
}

TEST_CASE("without a change there is an alarm in at most delta of the streams, however long one looks",
          "[property]") {
    const double delta = 0.05;
    const auto within = [&](double share) {
        return share <= delta + 2.0 * std::sqrt(delta * (1 - delta) / 500.0);
    };
    for (const double mean : {0.1, 0.5, 0.84}) {
        CHECK(within(false_alarms(
            500, 1000, delta,
            [&](int) {
                return MeanChange({mean, mean});
            },
            [&](Random& random) { return random.bernoulli(mean) ? 1.0 : 0.0; })));
    }
    // A reference of few rows is itself uncertain.
    Random of_reference(9);
    CHECK(within(false_alarms(
        500, 1000, delta * 0.75,
        [&](int) {
            const double found = static_cast<double>(of_reference.binomial(50, 0.7)) / 50.0;
            return MeanChange(reference_interval(found, 50.0, delta * 0.25));
        },
        [](Random& random) { return random.bernoulli(0.7) ? 1.0 : 0.0; })));
    // Ranks tell nothing of the distribution, here a heavy tail and many ties.
    CHECK(within(false_alarms(
        500, 1000, delta, [](int stream) { return RankChange(static_cast<std::uint64_t>(stream)); },
        [](Random& random) { return random.bernoulli(0.3) ? 1.0 : std::exp(3.0 * random.normal()); })));
}

TEST_CASE("a change is found soon after it has begun, and its beginning is told", "[property]") {
    Random random(11);
    const int streams = 200;
    std::vector<Index> delays;
    double since = 0.0;
    for (int stream = 0; stream < streams; ++stream) {
        MeanChange test({0.8, 0.8});
        Index found = 0;
        for (Index i = 0; i < 2000 && found == 0; ++i) {
            test.add(random.bernoulli(i < 500 ? 0.8 : 0.5) ? 1.0 : 0.0);
            if (i >= 500 && test.bets().p_value() <= 0.01) found = i + 1;
        }
        delays.push_back(found - 500);
        since += static_cast<double>(test.bets().since());
    }
    std::sort(delays.begin(), delays.end());
    // The divergence of 0.5 from 0.8 is 0.223, so a test that knew both and the time needs log(100) / 0.223 = 21.
    CHECK(delays[streams / 2] < 75);
    CHECK(delays.front() > 0);
    CHECK_THAT(since / streams, WithinAbs(500.0, 40.0));

    RankChange prices(1);
    Index found = 0;
    for (Index i = 0; i < 600 && found == 0; ++i) {
        prices.add((i < 500 ? 13.0 : 1.0) * (1.0 + random.uniform()));
        if (prices.bets().p_value() <= 0.001) found = i + 1;
    }
    CHECK(found > 500);
    CHECK(found < 515);
}
