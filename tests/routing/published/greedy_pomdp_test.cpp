// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/routing/published/candidate_search.hpp>
#include <automix/routing/published/detail/confidence_cells.hpp>
#include <automix/routing/published/greedy_pomdp.hpp>

using namespace automix;
using Catch::Matchers::WithinRel;

TEST_CASE("mean gains are per row, with rows that weigh less than one too") {
    // Bins [0, 1) and {1} with mean gains 1/2 and 2/5, so the first comes first whatever the smoothing, and alone it is the
    // best: 0.25/(10/2); both: 0.65/15. By gain alone the second would come first, and both would win.
    detail::ConfidenceCells table;
    table.cells = {{0.0, 0.5, 0.25, {}}, {1.0, 1.0, 0.4, {}}};
    table.rows = 1.5;
    table.small = {0.2, 1.0};
    table.large = {0.6, 10.0};
    CandidateSearch search(table, {});
    GreedyPomdpFamily::search(search, 1);
    REQUIRE(search.best() != nullptr);
    CHECK(search.best()->rule.routed == std::vector<std::uint8_t>{1, 0});
    CHECK_THAT(search.best()->figures.ibc, WithinRel(0.05, 1e-12));
}

TEST_CASE("an empty bin counts as a gain of 0") {
    // Bins 0 .. 2 of two: means -1, none, none. Smoothed, the bin farthest from the loss is the best, ties to the higher.
    detail::ConfidenceCells table;
    table.cells = {{0.0, 1.0, -1.0, {}}};
    table.rows = 1.0;
    table.small = {1.0, 1.0};
    table.large = {0.0, 10.0};
    table.verification = 1.0;
    CandidateSearch search(table, {});
    GreedyPomdpFamily::search(search, 2);
    REQUIRE(search.best() != nullptr);
    CHECK(search.best()->rule.routed == std::vector<std::uint8_t>{0, 0, 1});
    CHECK(search.best()->figures.ibc == 0.0);
}
