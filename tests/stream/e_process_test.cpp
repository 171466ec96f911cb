// SPDX-License-Identifier: Apache-2.0
// Tests by betting on streams: first values by hand, false alarms, and how soon a change is found.
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/random.hpp>
#include <automix/routing/objective.hpp>
#include <automix/stream/e_process.hpp>
#include <automix/stream/promise_watch.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

TEST_CASE("the wealth of an e-process after two values is that of its bets") {
    EProcess wealth({0.0, 1.0, 0.5, true});
    CHECK(wealth.log_wealth() == 0.0);
    CHECK(wealth.p_value() == 1.0);
    // Bets of 1.5, 0.75 .. times (0.5 - value). After n values, log 2 / log(n + 2) of the wealth has not begun.
    const double left = std::log(2.0) / std::log(3.0);
    double first = 0.0;
    double both = 0.0;
    double bet = 1.5;
    for (int size = 0; size < EProcess::sizes; ++size, bet *= 0.5) {
        first += (1.0 - left) / EProcess::sizes * (1.0 + 0.5 * bet);
        both += ((1.0 - left) * (1.0 + 0.5 * bet) + left - 0.5) / EProcess::sizes * (1.0 - 0.25 * bet);
    }
    wealth.add(0.0);
    CHECK_THAT(wealth.log_wealth(), WithinRel(std::log(first + left), 1e-12));
    const double highest = first + left;
    wealth.add(0.75);
    CHECK_THAT(wealth.log_wealth(), WithinRel(std::log(both + 0.5), 1e-12));
    CHECK_THAT(wealth.p_value(), WithinRel(1.0 / highest, 1e-12));
    CHECK(wealth.values() == 2);
}

TEST_CASE("an e-process of a mean at most a bound bets on high values") {
    EProcess rises({0.0, 1.0, 0.3, false});
    EProcess mirrored({0.0, 1.0, 0.7, true});
    for (const double value : {1.0, 0.0, 0.4, 0.9}) {
        rises.add(value);
        mirrored.add(1.0 - value);
    }
    CHECK_THAT(rises.log_wealth(), WithinAbs(mirrored.log_wealth(), 1e-12));
    CHECK(rises.log_wealth() > 0.0);
}

TEST_CASE("an e-process goes on from its state") {
    Random random(3);
    EProcess whole({0.0, 1.0, 0.5, true});
    for (int i = 0; i < 50; ++i) whole.add(random.uniform());
    EProcess half({0.0, 1.0, 0.5, true}, whole.state());
    CHECK(half.p_value() == whole.p_value());
    for (int i = 0; i < 50; ++i) {
        const double value = random.uniform();
        whole.add(value);
        half.add(value);
    }
    CHECK(half.state() == whole.state());
}

TEST_CASE("e-processes refuse impossible bounds, values and states") {
    CHECK_THROWS_AS(EProcess({0.0, 1.0, 1.0, true}), ArgumentError);
    CHECK_THROWS_AS(EProcess({0.5, 0.4, 0.45, true}), ArgumentError);
    EProcess wealth({0.0, 1.0, 0.5, true});
    CHECK_THROWS_AS(wealth.add(1.5), ArgumentError);
    CHECK_THROWS_AS(wealth.add(std::nan("")), ArgumentError);
    CHECK_THROWS_AS(EProcess({0.0, 1.0, 0.5, true}, {1, 0.0, {0.0}}), ArgumentError);
    CHECK_THROWS_AS(EProcess({0.0, 1.0, 0.5, true}, {1, -1.0, std::vector<double>(EProcess::sizes, 0.0)}),
                    ArgumentError);
    const double nothing = -std::numeric_limits<double>::infinity();
    CHECK_THROWS_AS(EProcess({0.0, 1.0, 0.5, true}, {1, 0.0, std::vector<double>(EProcess::sizes, nothing)}),
                    ArgumentError);
}

TEST_CASE("a promise that is kept at its bound alarms in at most delta of streams, looked at for ever",
          "[property]") {
    constexpr int streams = 400;
    Random random(11);
    const Objective promise = Objective::promise_error(0.1, 0.9);
    int alarms = 0;
    for (int stream = 0; stream < streams; ++stream) {
        PromiseWatch watch(promise);
        for (int query = 0; query < 3000 && !watch.alarmed(); ++query)
            watch.add({random.bernoulli(0.9) ? 1.0 : 0.0, false, {}});
        alarms += watch.alarmed() ? 1 : 0;
    }
    CAPTURE(alarms);
    CHECK(alarms <= streams * (0.1 + 2.0 * std::sqrt(0.1 * 0.9 / streams)));
}

TEST_CASE("a promise that breaks after a long quiet time alarms within some hundred labels", "[property]") {
    Random random(12);
    const Objective promise = Objective::promise_quality(0.95, 0.95);
    int late = 0;
    for (int stream = 0; stream < 40; ++stream) {
        PromiseWatch watch(promise);
        const auto query = [&](double lost) {
            const double last = random.bernoulli(0.8) ? 1.0 : 0.0;
            const bool loses = random.bernoulli(lost);
            watch.add({last > 0.0 && !loses ? 1.0 : 0.0, false, last});
        };
        for (int i = 0; i < 2000; ++i) query(0.02);
        REQUIRE(!watch.alarmed());
        int labels = 0;
        for (; labels < 2000 && !watch.alarmed(); ++labels) query(0.2);
        late += labels > 350 ? 1 : 0;
    }
    CAPTURE(late);
    CHECK(late <= 4);
}

TEST_CASE("a watch needs what its promise is about") {
    CHECK_THROWS_AS(PromiseWatch(Objective::base()), ArgumentError);
    PromiseWatch quality(Objective::promise_quality(0.9, 0.95));
    CHECK_THROWS_AS(quality.add({1.0, false, {}}), ArgumentError);
    CHECK_THROWS_AS(quality.add({2.0, false, 1.0}), ArgumentError);
    CHECK_THROWS_AS(quality.add({1.0, false, -1.0}), ArgumentError);
    quality.add({1.0, true, {}});  // the last model's own score is known
    CHECK(quality.queries() == 1);
    PromiseWatch errors(Objective::promise_error(0.1, 0.95));
    errors.add({0.0, true, {}});
    CHECK(errors.queries() == 0);
    for (int i = 0; i < 20; ++i) errors.add({0.0, false, {}});
    CHECK(errors.alarmed());
    CHECK(PromiseWatch(Objective::promise_error(0.1, 0.95), errors.state()).alarmed());
}
