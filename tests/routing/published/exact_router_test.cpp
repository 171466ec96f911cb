// SPDX-License-Identifier: Apache-2.0
// Where nothing gains: some cell is routed all the same, and the best one. Confidences that hardly repeat: cells are
// merged, so that the rows are not memorised. Everything else is in one_shot_test.cpp and family_test.cpp.
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/core/price.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/routing/published/candidate_search.hpp>
#include <automix/routing/published/detail/merged_cells.hpp>
#include <automix/routing/published/exact_router.hpp>
#include <automix/routing/training.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

/// Answers whose confidence says half of what there is to know: the small model is right with the probability
/// 0.4 + confidence / 2, the large one with 0.8 whatever the confidence is.
std::vector<tables::ConfidenceRow> continuous_rows(Random& random, int count) {
    std::vector<tables::ConfidenceRow> rows;
    for (int i = 0; i < count; ++i) {
        const double confidence = random.uniform();
        rows.push_back({confidence, random.bernoulli(0.4 + 0.5 * confidence) ? 1.0 : 0.0,
                        random.bernoulli(0.8) ? 1.0 : 0.0});
    }
    return rows;
}

/// IBC of a rule on rows at prices 50 and 1: the gain of the routed rows over 1 + 50 times their share.
double ibc_on(const std::vector<tables::ConfidenceRow>& rows, const detail::ConfidenceRule& rule) {
    double routed = 0.0;
    double gain = 0.0;
    for (const auto& row : rows) {
        if (!rule.routes(row.confidence)) continue;
        routed += 1.0;
        gain += row.large - row.small;
    }
    return gain / (static_cast<double>(rows.size()) + 50.0 * routed);
}

}  // namespace

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

TEST_CASE("cells are merged by rank, at least ten rows each, and keep both their ends") {
    detail::ConfidenceCells table;
    for (int i = 0; i < 25; ++i)
        table.cells.push_back({.confidence = 0.04 * i, .weight = 2.0, .gain = 1.0, .highest = 0.04 * i});
    // 50 rows in at most 4 cells are 12.5 rows a cell: seven pairs, thrice, and the four pairs that are left and not enough
    // for a cell of their own stay with the third.
    const detail::ConfidenceCells merged = detail::merge_cells(table, 4);
    REQUIRE(merged.cells.size() == 3);
    CHECK(merged.cells[0].weight == 14.0);
    CHECK(merged.cells[0].gain == 7.0);
    CHECK(merged.cells[0].confidence == 0.0);
    CHECK(merged.cells[0].highest == 0.04 * 6);
    CHECK(merged.cells[1].confidence == 0.04 * 7);
    CHECK(merged.cells[2].weight == 22.0);
    CHECK(merged.cells[2].highest == 0.04 * 24);
    // Ten rows a cell at least, however many cells are asked for.
    CHECK(detail::merge_cells(table, 16).cells.size() == 5);
}

TEST_CASE("exact does not memorise confidences that hardly repeat") {
    double unmerged = 0.0;
    double merged = 0.0;
    double all = 0.0;
    constexpr int runs = 20;
    for (std::uint64_t seed = 1; seed <= runs; ++seed) {
        Random random(seed);
        const auto train = continuous_rows(random, 400);
        const auto test = continuous_rows(random, 4000);
        const Dataset data = tables::confidence_table(train);
        const PriceTable prices = resolve_prices(data);
        ExactRouter router;
        router.train({data, prices});
        CHECK(router.rule().confidences.size() <= 32);
        const detail::ConfidenceCells cells = detail::collect_cells({data, prices}, false);
        CandidateSearch search(cells, CostRange{});
        ExactFamily::search(search, 8);
        unmerged += ibc_on(test, search.best()->rule) / runs;
        merged += ibc_on(test, router.rule()) / runs;
        all += ibc_on(test, detail::ConfidenceRule::threshold(1.0)) / runs;
    }
    // Routing everything gains 0.8 - 0.65 for 51; the best rule of all, confidences up to t, gains 0.4 t - t^2 / 4 for
    // 1 + 50 t, at most 0.0062 (t = 0.12).
    CHECK_THAT(all, WithinAbs(0.15 / 51.0, 2e-4));
    CHECK(merged > all);
    CHECK(merged > 0.0045);
    CHECK(unmerged < merged);
}

TEST_CASE("exact leaves shares of verdicts and few confidences as they are") {
    std::vector<tables::ConfidenceRow> rows;
    for (int i = 0; i < 64; ++i) rows.push_back({(i % 16) / 16.0, i % 2 == 0 ? 1.0 : 0.0, 1.0});
    const Dataset data = tables::confidence_table(rows);
    const PriceTable prices = resolve_prices(data);
    ExactRouter router;
    router.train({data, prices});
    CHECK(router.rule().confidences.size() == 16);
}
