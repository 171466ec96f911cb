// SPDX-License-Identifier: Apache-2.0
// The queries that a report explains: one of each kind by hand, and the explanations of a trained router.
#include "evaluation/by_confidence.hpp"
#include "routing/belief/context_world.hpp"
#include "routing/reading_log.hpp"
#include "support/catch.hpp"

#include <automix/evaluation/explained_queries.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/belief/pomdp_router.hpp>

#include <string>
#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;

TEST_CASE("queries of each kind are chosen, with every decision on them") {
    const Dataset data = by_hand::queries();
    const auto queries = explain_queries(AnyRouter(by_hand::ByConfidence()), data, by_hand::prices(data), {});
    REQUIRE(queries.size() == 4);
    const std::vector<std::string> ids = {"b1", "b2", "a1", "a2"};
    const std::vector<QueryFate> fates = {QueryFate::kept_right, QueryFate::kept_wrong,
                                          QueryFate::sent_gained, QueryFate::sent_in_vain};
    for (std::size_t i = 0; i < queries.size(); ++i) {
        CHECK(queries[i].id == ids[i]);
        CHECK(queries[i].fate == fates[i]);
        CHECK(queries[i].accepted == (i < 2 ? 0 : 1));
        CHECK(queries[i].steps.size() == (i < 2 ? 3U : 4U));
        CHECK_THAT(queries[i].cost, WithinAbs(i < 2 ? 2.0 : 11.0, 1e-12));
        CHECK_FALSE(queries[i].steps.front().explanation.has_value());
    }
    CHECK(queries[2].scores == std::vector<double>{0.0, 1.0});
    CHECK(queries[2].steps[1].action.kind == ActionKind::verify);
    CHECK(queries[2].steps[2].action == Action::route(1));
    const auto two =
        explain_queries(AnyRouter(by_hand::ByConfidence()), data, by_hand::prices(data), {2, 600, 0});
    REQUIRE(two.size() == 2);
    CHECK(two[0].id == "b1");
    CHECK(two[1].id == "b2");
}

TEST_CASE("a router that explains itself gives its belief at every step, and long questions are cut") {
    test::World world;
    world.types = {{0.9, 0.9, 0.7, 1.0}, {0.3, 0.9, 0.8, 1.0}};
    world.type_in = test::TypeIn::words;
    const Dataset data = generated(world, 400, 1);
    const PriceTable prices = resolve_prices(data);
    const PomdpRouter router = reading_log::text_router(data, false);
    const auto queries = explain_queries(AnyRouter(router), data, prices, {10, 4, 0});
    CHECK(queries.size() == 10);
    for (const ExplainedQuery& query : queries) {
        CHECK(query.question.size() == 4 + 4);
        CHECK(query.question.ends_with(" ..."));
        for (const ExplainedStep& step : query.steps) {
            REQUIRE(step.explanation.has_value());
            CHECK(step.explanation->action == step.action);
            CHECK(step.explanation->told.size() == 2);
            CHECK(step.explanation->right.has_value() == (step.current >= 0));
        }
        CHECK(query.steps.back().action.kind == ActionKind::accept);
    }
}
