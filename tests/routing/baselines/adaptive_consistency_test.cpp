// SPDX-License-Identifier: Apache-2.0
// Adaptive consistency by hand. Probabilities are also those of its published code: Pranjal2041/AdaptiveConsistency,
// 899ab56, `BetaStoppingCriteria`, with scipy 1.17.1.
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/baselines/adaptive_consistency.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/registry.hpp>

#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;

namespace {

/// A clear answer, a bad one, one on which verdicts stay tied, and one with a single doubt.
Dataset six_verdicts() {
    Dataset data({"small", "large"});
    const std::vector<std::vector<int>> verdicts = {
        {1, 1, 1, 1, 0, 0}, {0, 0, 0, 0, 1, 1}, {1, 0, 1, 0, 1, 0}, {0, 1, 1, 1, 1, 1}};
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
        data.append(tables::record("r" + std::to_string(i),
                                   {tables::verified(i == 0 ? 1.0 : 0.0, verdicts[i]), tables::scored(1.0)}));
    }
    return data;
}

}  // namespace

TEST_CASE("the majority is as sure as the posterior of its share says") {
    // At most a heads among a + b + 1 fair coins.
    CHECK_THAT(majority_probability(0, 0), WithinAbs(0.5, 1e-14));
    CHECK_THAT(majority_probability(1, 1), WithinAbs(0.5, 1e-14));
    CHECK_THAT(majority_probability(3, 0), WithinAbs(15.0 / 16.0, 1e-14));
    CHECK_THAT(majority_probability(4, 0), WithinAbs(31.0 / 32.0, 1e-14));
    CHECK_THAT(majority_probability(5, 1), WithinAbs(0.9375, 1e-14));
    CHECK_THAT(majority_probability(6, 1), WithinAbs(0.96484375, 1e-14));
    CHECK_THAT(majority_probability(7, 2), WithinAbs(0.9453125, 1e-14));
    CHECK_THAT(majority_probability(8, 2), WithinAbs(0.96728515625, 1e-13));
}

TEST_CASE("drawing stops after four equal verdicts, or after all if they disagree") {
    const Dataset data = six_verdicts();
    const PriceTable prices = resolve_prices(data, {.answers = {1.0, 50.0}, .draws = {0.25}});
    AdaptiveConsistencyRouter router;
    REQUIRE(router.train({data, prices}).feasible);
    const Replay result = replay(router, data, prices);
    const std::vector<double> draws = {4.0, 4.0, 6.0, 6.0};
    const std::vector<double> routed = {0.0, 1.0, 1.0, 0.0};
    for (Index row = 0; row < 4; ++row) {
        CHECK(result.draws(row) == draws[as_size(row)]);
        CHECK(result.routed(row) == routed[as_size(row)]);
        CHECK_THAT(result.answer_cost(row), WithinAbs(1.0 + 50.0 * routed[as_size(row)], 1e-12));
        CHECK_THAT(result.verification_cost(row), WithinAbs(0.25 * draws[as_size(row)], 1e-12));
    }
    CHECK(to_string(router.parameters()) == "sure 0.95, draws 6");
}

TEST_CASE("a lower probability and fewer draws stop earlier") {
    const Dataset data = six_verdicts();
    const PriceTable prices = resolve_prices(data);
    AdaptiveConsistencyRouter eager({0.8, 0});  // 7/8 after two equal verdicts
    eager.train({data, prices});
    CHECK(replay(eager, data, prices).draws(0) == 2.0);
    RouterSettings settings;
    settings.one_shot.max_draws = 3;
    AnyRouter short_of = make_router("adaptive_consistency", settings);
    short_of.train({data, prices});
    CHECK(replay(short_of, data, prices).draws(0) == 3.0);
    CHECK(replay(short_of, data, prices).routed(2) == 0.0);  // 1, 0, 1 is a majority
}

TEST_CASE("verdicts that cannot be read count as draws, not as votes") {
    AdaptiveConsistencyRouter router;
    const Dataset data = six_verdicts();
    router.train({data, resolve_prices(data)});
    Evidence evidence(2);
    CHECK(router.next(evidence) == Action::route(0));
    evidence.current = 0;
    CHECK(router.next(evidence) == Action::verify(1));
    ModelEvidence& small = evidence.models[0];
    small.answered = true;
    small.drawn = 6;
    small.parsed = small.positive = 1;
    CHECK(router.next(evidence) == Action::accept());
    small.parsed = small.positive = 0;
    CHECK(router.next(evidence) == Action::route(1));
    evidence.current = 1;
    CHECK(router.next(evidence) == Action::accept());
}

TEST_CASE("adaptive consistency refuses what it cannot use") {
    CHECK_THROWS_WITH(AdaptiveConsistencyRouter({0.5, 0}), ContainsSubstring("sure: expected a probability"));
    CHECK_THROWS_WITH(AdaptiveConsistencyRouter({0.95, 65}),
                      ContainsSubstring("max_draws: expected 1 to 64"));
    AdaptiveConsistencyRouter router;
    CHECK_THROWS_AS(router.next(Evidence(2)), NotTrainedError);
    const Dataset lone = tables::confidence_table({{0.5, 0.0, 1.0}});
    CHECK_THROWS_WITH(router.train({lone, resolve_prices(lone)}),
                      ContainsSubstring("adaptive_consistency needs verdicts in every row"));
    const Dataset none({"small", "large"});
    CHECK_THROWS_AS(router.train({none, resolve_prices(none)}), DataError);
}
