// SPDX-License-Identifier: Apache-2.0
// The reliability of beliefs: by hand of a router that holds none, and on a world whose truth is known.
#include "evaluation/by_confidence.hpp"
#include "routing/belief/context_world.hpp"
#include "support/catch.hpp"

#include <automix/evaluation/belief_reliability.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/belief/pomdp_router.hpp>

#include <algorithm>
#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;

TEST_CASE("a router without a belief is judged by its share of positive verdicts") {
    const Dataset data = by_hand::queries();
    const auto all = belief_reliability(AnyRouter(by_hand::ByConfidence()), data, by_hand::prices(data));
    REQUIRE(all.size() == 1);
    CHECK(all[0].model == "small");
    CHECK(all[0].source == ForecastSource::confidence);
    // 0 is right, 0.2 is 1, 1 is right, 0.8 is 0.
    CHECK_THAT(all[0].figures.weight, WithinAbs(4.0, 1e-12));
    CHECK_THAT(all[0].figures.brier, WithinAbs(2.0 * 0.64 / 4.0, 1e-12));
    CHECK_THAT(all[0].figures.calibration_error, WithinAbs(1.6 / 4.0, 1e-12));
}

TEST_CASE("a sample of the rows is enough, and is the same every time") {
    const Dataset data = by_hand::queries();
    const PriceTable prices = by_hand::prices(data);
    const AnyRouter router{by_hand::ByConfidence()};
    const auto two = belief_reliability(router, data, prices, 0, 2);
    CHECK_THAT(two[0].figures.weight, WithinAbs(2.0, 1e-12));
    CHECK(two[0].figures.brier == belief_reliability(router, data, prices, 0, 2)[0].figures.brier);
}

TEST_CASE("the belief of the POMDP router is calibrated on rows of the world that it was trained on",
          "[property]") {
    test::World world;
    world.types = {{0.9, 0.9, 0.7, 1.0}, {0.3, 0.9, 0.8, 1.0}};
    const Dataset train = generated(world, 2000, 1);
    const Dataset test = generated(world, 4000, 2);
    const PriceTable prices = resolve_prices(train);
    const PriceTable test_prices = resolve_prices(test);
    PomdpOptions options;
    options.context = {false, {.dataset = true}};
    PomdpRouter router(options);
    router.train({train, prices});
    const auto all = belief_reliability(AnyRouter(router), test, test_prices);
    const auto of = [&](ForecastSource source, const char* model) {
        const auto found = std::find_if(all.begin(), all.end(), [&](const BeliefReliability& entry) {
            return entry.source == source && entry.model == model;
        });
        REQUIRE(found != all.end());
        return found->figures;
    };
    // The standard error of a bin's mean is about 0.5 / sqrt(4000 / bins) = 0.025.
    const Reliability query = of(ForecastSource::query, "small");
    CHECK(query.weight == 4000.0);
    CHECK(query.calibration_error < 0.05);
    const Reliability belief = of(ForecastSource::belief, "small");
    CHECK(belief.calibration_error < 0.06);
    // Verdicts tell something beyond the query.
    CHECK(belief.brier < query.brier);
}
