// SPDX-License-Identifier: Apache-2.0
// The recipe of FrugalGPT on logs whose best cascade is known by hand.
#include "routing/reading_log.hpp"
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/record.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/baselines/frugalgpt.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/registry.hpp>

#include <string>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;

namespace {

/// Two of five answers of the small model are right, and a free signal says which.
Dataset tested_answers(int rows) {
    Dataset data({"small", "large"});
    for (int i = 0; i < rows; ++i) {
        const double right = i % 5 < 2 ? 1.0 : 0.0;
        ModelRecord small = tables::scored(right);
        small.signals = {{"tests", right}};
        data.append(tables::record("r" + std::to_string(i), {small, tables::scored(1.0)}));
    }
    return data;
}

/// The same, but four verdicts say which.
Dataset verified_answers(int rows) {
    Dataset data({"small", "large"});
    for (int i = 0; i < rows; ++i) {
        const int right = i % 5 < 2 ? 1 : 0;
        data.append(
            tables::record("r" + std::to_string(i),
                           {tables::verified(right, {right, right, right, right}), tables::scored(1.0)}));
    }
    return data;
}

/// Each of the first two models is right on two of five queries of its own, the last on all; signals say so.
Dataset three_models(int rows) {
    Dataset data({"small", "middle", "large"});
    for (int i = 0; i < rows; ++i) {
        ModelRecord small = tables::scored(i % 5 < 2 ? 1.0 : 0.0);
        ModelRecord middle = tables::scored(i % 5 == 2 || i % 5 == 3 ? 1.0 : 0.0);
        small.signals = {{"tests", small.score}};
        middle.signals = {{"tests", middle.score}};
        data.append(tables::record("r" + std::to_string(i), {small, middle, tables::scored(1.0)}));
    }
    return data;
}

}  // namespace

TEST_CASE("an answer whose signal is good is accepted, any other goes on") {
    const Dataset data = tested_answers(100);
    const PriceTable prices = resolve_prices(data);  // 1 and 50
    FrugalGptRouter router;
    REQUIRE(router.train({data, prices}).feasible);
    const Replay result = replay(router, data, prices);
    CHECK_THAT(result.performance.mean(), WithinAbs(1.0, 1e-12));
    CHECK_THAT(result.answer_cost.mean(), WithinAbs(1.0 + 0.6 * 50.0, 1e-12));
    CHECK_THAT(result.routed.mean(), WithinAbs(0.6, 1e-12));
    CHECK(result.draws.sum() == 0.0);
    CHECK_FALSE(router.reads().any());
    CHECK(router.forecast({}) == std::nullopt);
}

TEST_CASE("verdicts are drawn and paid for if they are worth it") {
    const Dataset data = verified_answers(100);
    const PriceTable cheap = resolve_prices(data, {.answers = {1.0, 50.0}, .draws = {0.25}});
    FrugalGptRouter router;
    REQUIRE(router.train({data, cheap}).feasible);
    const Replay result = replay(router, data, cheap);
    CHECK_THAT(result.performance.mean(), WithinAbs(1.0, 1e-12));
    CHECK_THAT(result.verification_cost.mean(), WithinAbs(1.0, 1e-12));
    CHECK_THAT(result.answer_cost.mean(), WithinAbs(31.0, 1e-12));
    CHECK(result.draws.mean() == 4.0);

    FrugalGptRouter two({{}, {2}, {}, 0});
    REQUIRE(two.train({data, cheap}).feasible);
    CHECK(replay(two, data, cheap).draws.mean() == 2.0);

    // At 100 a draw the large model alone is better than any cascade.
    const PriceTable dear = resolve_prices(data, {.answers = {1.0, 50.0}, .draws = {100.0}});
    REQUIRE(router.train({data, dear}).feasible);
    CHECK(replay(router, data, dear).draws.sum() == 0.0);
    FrugalGptRouter blind({{}, {0}, {}, 0});
    REQUIRE(blind.train({data, cheap}).feasible);
    CHECK(replay(blind, data, cheap).draws.sum() == 0.0);
}

TEST_CASE("a cascade of three models stops at the first good answer") {
    const Dataset data = three_models(100);
    const PriceTable prices = resolve_prices(data, {.answers = {1.0, 5.0, 60.0}});
    FrugalGptRouter router;
    REQUIRE(router.train({data, prices}).feasible);
    const Replay result = replay(router, data, prices);
    CHECK_THAT(result.performance.mean(), WithinAbs(1.0, 1e-12));
    CHECK_THAT(result.answer_cost.mean(), WithinAbs(1.0 + 0.6 * 5.0 + 0.2 * 60.0, 1e-12));
    CHECK_THAT(to_string(router.parameters()), ContainsSubstring("models [0 1 2]"));
    // For four fifths of the quality the small and the middle model do.
    FrugalGptRouter thrifty({Objective::quality(0.78), {}, {}, 0});
    REQUIRE(thrifty.train({data, prices}).feasible);
    const Replay cheap = replay(thrifty, data, prices);
    CHECK_THAT(cheap.performance.mean(), WithinAbs(0.8, 1e-12));
    CHECK_THAT(cheap.answer_cost.mean(), WithinAbs(4.0, 1e-12));
}

TEST_CASE("the query is read, and the curve ascends") {
    const Dataset data = reading_log::rows(400);
    const PriceTable prices = resolve_prices(data);
    AnyRouter router = make_router("frugalgpt");
    REQUIRE(router.train({data, prices}).feasible);
    CHECK(router.reads() == ContextFields{.dataset = true, .text = true});
    const Replay chosen = replay(router, data, prices);
    CHECK(chosen.routed.mean() == Approx(0.5).margin(0.1));
    CHECK(chosen.performance.mean() > 0.9);
    const std::vector<AnyRouter> curve = router.curve({data, prices});
    REQUIRE(curve.size() > 2);
    const auto cost = [&](const AnyRouter& policy) {
        const Replay result = replay(policy, data, prices);
        return result.answer_cost.mean() + result.verification_cost.mean();
    };
    CHECK(cost(curve.front()) < cost(curve.back()));
    CHECK(cost(curve.front()) == Approx(prices.answers.front().mean()));
}

TEST_CASE("frugalgpt refuses what it cannot use") {
    const Dataset data = tested_answers(20);
    const PriceTable prices = resolve_prices(data);
    CHECK_THROWS_AS(FrugalGptRouter().next(Evidence(2)), NotTrainedError);
    FrugalGptRouter limits({{}, {1, 2, 3}, {}, 0});
    CHECK_THROWS_WITH(limits.train({data, prices}), ContainsSubstring("max_draws"));
    FrugalGptRouter text({{}, {}, {false, {.text = true}}, 0});
    CHECK_THROWS_WITH(text.train({data, prices}), ContainsSubstring("no training row has a question"));
    FrugalGptRouter impossible({Objective::budget(0.5), {}, {}, 0});
    CHECK_FALSE(impossible.train({data, prices}).feasible);
    CHECK_THROWS_AS(impossible.next(Evidence(2)), NotTrainedError);
}
