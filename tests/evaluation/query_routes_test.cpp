// SPDX-License-Identifier: Apache-2.0
// Where queries go and what is paid for, by hand and on a world whose truth is known.
#include "evaluation/by_confidence.hpp"
#include "routing/belief/context_world.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/evaluation/query_routes.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/constant.hpp>

#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;

TEST_CASE("queries are followed to the model whose answer is accepted") {
    const Dataset data = by_hand::queries();
    const QueryRoutes routes =
        follow_queries(AnyRouter(by_hand::ByConfidence()), data, by_hand::prices(data));
    REQUIRE(routes.payments.size() == 2);
    CHECK_THAT(routes.payments[0].answer, WithinAbs(1.0, 1e-12));
    CHECK_THAT(routes.payments[0].verification, WithinAbs(1.0, 1e-12));
    CHECK_THAT(routes.payments[0].draws, WithinAbs(1.0, 1e-12));
    CHECK_THAT(routes.payments[1].answer, WithinAbs(4.5, 1e-12));
    CHECK(routes.payments[1].verification == 0.0);
    CHECK(routes.all.rows == 4);
    CHECK_THAT(routes.all.score, WithinAbs(0.75, 1e-12));
    CHECK_THAT(routes.all.cost, WithinAbs(6.5, 1e-12));
    CHECK(routes.all.accepted == std::vector<double>{0.5, 0.5});
    REQUIRE(routes.datasets.size() == 2);
    CHECK(routes.datasets[0].name == "a");
    CHECK(routes.datasets[0].rows == 2);
    CHECK(routes.datasets[0].accepted == std::vector<double>{0.0, 1.0});
    CHECK_THAT(routes.datasets[0].cost, WithinAbs(11.0, 1e-12));
    CHECK_THAT(routes.datasets[1].score, WithinAbs(0.5, 1e-12));
    CHECK(routes.strata.empty());
}

TEST_CASE("a router that randomises is followed on every path, weighted") {
    const Dataset data = by_hand::queries();
    const QueryRoutes routes = follow_queries(AnyRouter(RandomMixRouter(0.25)), data, by_hand::prices(data));
    CHECK_THAT(routes.all.accepted[0], WithinAbs(0.75, 1e-12));
    CHECK_THAT(routes.all.accepted[1], WithinAbs(0.25, 1e-12));
    CHECK_THAT(routes.all.score, WithinAbs(0.75 * 0.5 + 0.25 * 0.875, 1e-12));
}

TEST_CASE("strata of what is forecast of a query add up to all, and order it") {
    test::World world;
    world.types = {{0.9, 0.9, 0.7, 1.0}, {0.2, 0.9, 0.9, 1.0}};
    const Dataset data = generated(world, 600, 1);
    const PriceTable prices = resolve_prices(data);
    PomdpOptions options;
    options.context = {false, {.dataset = true}};
    options.guard = false;
    PomdpRouter router(options);
    router.train({data, prices});
    REQUIRE(router.reads().any());
    const QueryRoutes routes = follow_queries(AnyRouter(router), data, prices);
    // Two data sets have two forecasts, so there are two strata whatever number is asked for.
    REQUIRE(routes.strata.size() == 2);
    CHECK(routes.strata[0].rows + routes.strata[1].rows == data.rows());
    CHECK(routes.strata[0].high < routes.strata[1].low);
    CHECK(routes.strata[0].accepted[1] > routes.strata[1].accepted[1]);
    const Report report = evaluate(router, data, prices, {std::nullopt, 0, 0.5}).report;
    CHECK_THAT(routes.all.score, WithinAbs(report.performance, 1e-12));
    CHECK_THAT(routes.all.cost, WithinAbs(report.cost, 1e-9));
    double paid = 0.0;
    for (const ModelPayment& payment : routes.payments) paid += payment.answer + payment.verification;
    CHECK_THAT(paid, WithinAbs(report.cost, 1e-9));
}

TEST_CASE("what following queries refuses") {
    const Dataset data = by_hand::queries();
    const PriceTable prices = by_hand::prices(data);
    CHECK_THROWS_AS(follow_queries(AnyRouter(by_hand::ByConfidence()), data, prices, 0, 0), ArgumentError);
    const std::vector<Index> none;
    CHECK_THROWS_AS(
        follow_queries(AnyRouter(by_hand::ByConfidence()), data.select_rows(none), prices.select_rows(none)),
        DataError);
}
