// SPDX-License-Identifier: Apache-2.0
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/routing/published/one_shot.hpp>
#include <automix/routing/published/simple_pomdp.hpp>

#include <cmath>

using namespace automix;

TEST_CASE("a row at the end of a bin counts in none, and is decided by the upper one") {
    // One bin's width is 1/2: [0, 1/4), [1/4, 3/4), [3/4, 1]. NEEDY rows at 1/4 and 3/4 count nowhere, the one just below
    // 3/4 makes bin 1 enter: candidates {}, {1}.
    OneShotOptions options;
    options.bins = 2;
    SimplePomdpRouter router(options);
    const Dataset data = tables::confidence_table(
        {{0.25, 0, 1}, {0.75, 0, 1}, {std::nextafter(0.75, 0.0), 0, 1}, {1.0, 1, 1}});
    const PriceTable prices = resolve_prices(data);
    CHECK(router.train({data, prices}).candidates == 2);
    CHECK(to_string(router.parameters()) == "route_bins [0 1 0]");
    CHECK(router.rule().routes(0.25));
    CHECK_FALSE(router.rule().routes(0.75));
}

TEST_CASE("bins that enter at one reward enter together, the others in their order") {
    // Bins of width 1: around 0 one NEEDY and one GOOD row, r > 200; around 1 one NEEDY row, r > 100.
    OneShotOptions options;
    options.bins = 1;
    const auto candidates = [&](const std::vector<tables::ConfidenceRow>& rows) {
        SimplePomdpRouter router(options);
        const Dataset data = tables::confidence_table(rows);
        const PriceTable prices = resolve_prices(data);
        return router.train({data, prices}).candidates;
    };
    CHECK(candidates({{0.0, 0, 1}, {0.0, 1, 1}, {1.0, 0, 1}}) == 3);
    CHECK(candidates({{0.0, 0, 1}, {0.0, 1, 1}, {1.0, 0, 1}, {1.0, 1, 1}}) == 2);
    CHECK(candidates({{0.0, 1, 1}, {1.0, 1, 1}}) == 1);
}
