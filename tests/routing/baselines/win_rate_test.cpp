// SPDX-License-Identifier: Apache-2.0
// The recipe of prompt routers on logs whose best policy is known by hand.
#include "routing/reading_log.hpp"
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/baselines/win_rate.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/registry.hpp>

#include <string>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;

namespace {

/// Easy queries, which both models have right, and as many hard ones, which only the large one has.
Dataset easy_and_hard(int rows) {
    Dataset data({"small", "large"});
    for (int i = 0; i < rows; ++i) {
        const bool hard = i % 2 == 1;
        data.append(tables::record("r" + std::to_string(i),
                                   {tables::scored(hard ? 0.0 : 1.0), tables::scored(1.0)},
                                   hard ? "hard" : "easy"));
    }
    return data;
}

}  // namespace

TEST_CASE("the large model is asked where the small one is likely to be worse") {
    const Dataset data = easy_and_hard(200);
    const PriceTable prices = resolve_prices(data);  // 1 and 50
    WinRateRouter router;
    REQUIRE(router.train({data, prices}).feasible);
    CHECK(router.reads() == ContextFields{.dataset = true});
    const Replay result = replay(router, data, prices);
    CHECK_THAT(result.performance.mean(), WithinAbs(1.0, 1e-12));
    CHECK_THAT(result.answer_cost.mean(), WithinAbs(25.5, 1e-12));
    CHECK_THAT(result.routed.mean(), WithinAbs(0.5, 1e-12));
    CHECK(result.draws.sum() == 0.0);
}

TEST_CASE("a tie counts for the small model") {
    // Both are right or both are wrong: the small model is always at least as good.
    Dataset data({"small", "large"});
    for (int i = 0; i < 40; ++i) {
        const double score = i % 2 == 0 ? 1.0 : 0.0;
        data.append(tables::record("r" + std::to_string(i), {tables::scored(score), tables::scored(score)},
                                   i % 2 == 0 ? "a" : "b"));
    }
    const PriceTable prices = resolve_prices(data);
    WinRateRouter router;
    REQUIRE(router.train({data, prices}).feasible);
    QueryFacts facts;
    facts.dataset = "a";
    // 40 rows of which 40 are, with one pseudo row of each kind.
    CHECK_THAT(router.forecast(facts)->scores.front(), WithinAbs(41.0 / 42.0, 1e-9));
    CHECK(replay(router, data, prices).routed.sum() == 0.0);
}

TEST_CASE("the curve runs from the small model alone to the large one alone, dearer step by step") {
    const Dataset data = reading_log::rows(400);
    const PriceTable prices = resolve_prices(data);
    AnyRouter router = make_router("win_rate");
    const std::vector<AnyRouter> curve = router.curve({data, prices});
    REQUIRE(curve.size() > 5);
    double routed = -1.0;
    for (const AnyRouter& policy : curve) {
        const double share = replay(policy, data, prices).routed.mean();
        CHECK(share >= routed);
        routed = share;
    }
    CHECK(replay(curve.front(), data, prices).routed.sum() == 0.0);
    CHECK(routed == 1.0);
    // Questions say which queries are proofs, and proofs are what the small model has wrong.
    REQUIRE(router.train({data, prices}).feasible);
    const Replay chosen = replay(router, data, prices);
    CHECK(chosen.routed.mean() == Approx(0.5).margin(0.05));
    CHECK(chosen.performance.mean() > 0.9);
}

TEST_CASE("objectives choose the threshold, and an impossible one is no policy") {
    const Dataset data = reading_log::rows(400);
    const PriceTable prices = resolve_prices(data);
    WinRateRouter thrifty({Objective::budget(8.0), {}, 0});
    REQUIRE(thrifty.train({data, prices}).feasible);
    WinRateRouter impossible({Objective::budget(0.5), {}, 0});
    const TrainingResult result = impossible.train({data, prices});
    CHECK_FALSE(result.feasible);
    CHECK_THAT(result.reason, ContainsSubstring("budget=0.5"));
    CHECK_THROWS_AS(impossible.next(Evidence(2)), NotTrainedError);
}

TEST_CASE("win_rate refuses what it cannot use") {
    const Dataset data = easy_and_hard(20);
    const PriceTable prices = resolve_prices(data);
    CHECK_THROWS_AS(WinRateRouter().next(Evidence(2)), NotTrainedError);
    const auto train = [&](ContextFields fields) {
        WinRateRouter router({{}, {false, fields}, 0});
        router.train({data, prices});
    };
    CHECK_THROWS_WITH(train({.text = true}), ContainsSubstring("no training row has a question"));
    CHECK_THROWS_WITH(train({.features = true}), ContainsSubstring("no training row has features"));
    CHECK_THROWS_WITH(train({.prior = true}), ContainsSubstring("read no prior"));
    WinRateRouter router;
    router.train({data, prices});
    CHECK_THROWS_AS(router.next(Evidence(2)), ProtocolError);
    const Dataset one({"small"});
    CHECK_THROWS_AS(router.train({one, resolve_prices(one, {.answers = {1.0}})}), DataError);
}
