// SPDX-License-Identifier: Apache-2.0
// Where nothing gains: some cell is routed all the same, and the best one. Everything else is in one_shot_test.cpp and
// family_test.cpp.
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/core/price.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/routing/published/exact_router.hpp>
#include <automix/routing/training.hpp>

using namespace automix;
using Catch::Matchers::WithinRel;

TEST_CASE("where every cell loses, the best one may not be the one of the least mean loss") {
    // One row at confidence 0 loses 1/2, ten rows at 1 lose 1/8 each; prices 1 and 1, a verification costs 1. Routed alone:
    // -(1/2)/(11 + 1) = -1/24 and -(10/8)/(11 + 10) = -5/84; both: -(7/4)/22.
    std::vector<tables::ConfidenceRow> rows(11, {1.0, 0.5, 0.375});
    rows.front() = {0.0, 1.0, 0.5};
    const Dataset data = tables::confidence_table(rows);
    Prices given;
    given.answers = {1.0, 1.0};
    given.verification = 1.0;
    const PriceTable prices = resolve_prices(data, given);
    ExactRouter router;
    const TrainingResult result = router.train({data, prices});
    CHECK(result.candidates == 3);
    CHECK_THAT(*result.ibc, WithinRel(-1.0 / 24.0, 1e-12));
    CHECK(to_string(router.parameters()) == "route_confidences [0], cells 2");
}

TEST_CASE("where nothing gains or loses, one cell is routed") {
    const Dataset data = tables::confidence_table({{0.25, 1, 1}, {0.5, 0, 0}});
    const PriceTable prices = resolve_prices(data);
    ExactRouter router;
    const TrainingResult result = router.train({data, prices});
    CHECK(*result.ibc == 0.0);
    CHECK(result.candidates == 2);
    CHECK(to_string(router.parameters()) == "route_confidences [0.25], cells 2");
}
