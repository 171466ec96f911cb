// SPDX-License-Identifier: Apache-2.0
// What a rule weighs, by hand and against a scan of all cells; ties up to rounding; a table that only sums make feasible.
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/routing/published/candidate_search.hpp>
#include <automix/routing/published/detail/confidence_cells.hpp>
#include <automix/routing/published/detail/confidence_rule.hpp>
#include <automix/routing/published/one_shot.hpp>
#include <automix/routing/published/threshold.hpp>
#include <automix/routing/training.hpp>

#include <cmath>
#include <optional>

using namespace automix;
using Catch::Matchers::WithinRel;

namespace {

/// Prices 1 and 10, verification 2; eight rows. Confidence, rows, gain.
detail::ConfidenceCells hand_cells() {
    detail::ConfidenceCells table;
    table.cells = {{0.0, 2, 2, {}}, {0.25, 1, -1, {}}, {0.5, 2, 1, {}}, {1.0, 3, 0, {}}};
    table.rows = 8.0;
    table.small = {0.5, 1.0};
    table.large = {0.75, 10.0};
    table.verification = 2.0;
    return table;
}

/// IBC that the search finds for one rule.
std::optional<double> ibc_of(const detail::ConfidenceCells& table, const detail::ConfidenceRule& rule) {
    CandidateSearch search(table, {});
    search.consider("rule", rule);
    if (search.best() == nullptr) return std::nullopt;
    return search.best()->figures.ibc;
}

/// The same by a scan.
double scanned(const detail::ConfidenceCells& table, const detail::ConfidenceRule& rule) {
    double weight = table.routed.weight;
    double gain = table.routed.gain;
    for (const detail::ConfidenceCell& cell : table.cells) {
        weight += rule.routes(cell.confidence) ? cell.weight : 0.0;
        gain += rule.routes(cell.confidence) ? cell.gain : 0.0;
    }
    return gain / (table.verification * table.rows + table.large.cost * weight);
}

detail::ConfidenceRule random_rule(Random& random, std::size_t cells) {
    const auto grid = [&] { return static_cast<double>(random.index(17)) / 16.0; };
    std::vector<std::uint8_t> routed;
    switch (random.index(4)) {
        case 0:
            return detail::ConfidenceRule::threshold(grid());
        case 1:
            return detail::ConfidenceRule::double_threshold(grid(), grid());
        case 2:
            return detail::ConfidenceRule::triple_threshold(grid(), grid(), grid());
        default:
            break;
    }
    const std::size_t bins = 1 + random.index(cells);
    for (std::size_t i = 0; i <= bins; ++i) routed.push_back(random.bernoulli(0.5) ? 1 : 0);
    return detail::ConfidenceRule::bins(std::move(routed));
}

}  // namespace

TEST_CASE("what each form of rule gives on cells by hand") {
    const detail::ConfidenceCells table = hand_cells();
    CHECK_THAT(*ibc_of(table, detail::ConfidenceRule::threshold(0.25)), WithinRel(1.0 / 46.0, 1e-12));
    CHECK_THAT(*ibc_of(table, detail::ConfidenceRule::double_threshold(0.25, 0.5)),
               WithinRel(0.0 / 46.0, 1e-12));
    CHECK_THAT(*ibc_of(table, detail::ConfidenceRule::double_threshold(0.5, 0.75)),
               WithinRel(1.0 / 36.0, 1e-12));
    CHECK_THAT(*ibc_of(table, detail::ConfidenceRule::triple_threshold(0.0, 0.5, 1.0)),
               WithinRel(3.0 / 86.0, 1e-12));
    CHECK_THAT(*ibc_of(table, detail::ConfidenceRule::bins({1, 0, 1})), WithinRel(2.0 / 66.0, 1e-12));
    CHECK_THAT(*ibc_of(table, detail::ConfidenceRule::cells({0.0, 0.25, 0.5, 1.0}, {1, 0, 1, 0})),
               WithinRel(3.0 / 56.0, 1e-12));
    CHECK(*ibc_of(table, detail::ConfidenceRule()) == 0.0);
    // no cell counts twice, and an empty range counts none
    CHECK_THAT(*ibc_of(table, detail::ConfidenceRule::triple_threshold(0.5, 0.25, 0.5)),
               WithinRel(2.0 / 66.0, 1e-12));
    CHECK_THAT(*ibc_of(table, detail::ConfidenceRule::triple_threshold(0.0, 1.0, 0.5)),
               WithinRel(2.0 / 36.0, 1e-12));
}

TEST_CASE("rows that are routed in any case are a constant") {
    // Two more of them: weight 2, gain 1; verification is then 8 * 2 over ten rows.
    detail::ConfidenceCells table = hand_cells();
    table.routed = {2.0, 1.0};
    table.rows = 10.0;
    table.verification = 1.6;
    CandidateSearch search(table, {});
    search.consider("rule", detail::ConfidenceRule::threshold(0.0));
    CHECK_THAT(search.best()->figures.ibc, WithinRel(3.0 / (16.0 + 40.0), 1e-12));
    CHECK_THAT(search.best()->figures.point.performance, WithinRel(0.5 + 0.3, 1e-12));
    CHECK_THAT(search.best()->figures.point.cost, WithinRel(1.6 + 1.0 + 4.0, 1e-12));
}

TEST_CASE("sums over prefixes and bins are what a scan of all cells finds") {
    Random random(11);
    for (int i = 0; i < 300; ++i) {
        detail::ConfidenceCells table = hand_cells();
        table.cells.clear();
        table.routed = {static_cast<double>(random.index(3)), random.uniform()};
        double confidence = 0.0;
        while (confidence <= 1.0) {
            table.cells.push_back(
                {confidence, 1.0 + static_cast<double>(random.index(4)), random.uniform() - 0.3, {}});
            confidence += random.bernoulli(0.5) ? 0.0625 : 0.1 * random.uniform();
        }
        CandidateSearch search(table, {});
        for (int r = 0; r < 20; ++r) {
            const detail::ConfidenceRule rule = random_rule(random, table.cells.size());
            REQUIRE(std::abs(*ibc_of(table, rule) - scanned(table, rule)) < 1e-14);
        }
    }
}

TEST_CASE("a gain that is nothing but rounding beats no earlier candidate") {
    REQUIRE(0.1 + 0.2 - 0.3 > 0.0);
    const Dataset data =
        tables::confidence_table({{0.25, 1, 1}, {0.5, 0, 0.1}, {0.5, 0, 0.2}, {0.5, 0.3, 0}, {1.0, 1, 0}});
    const PriceTable prices = resolve_prices(data);
    OneShotOptions options;
    options.bins = 4;
    ThresholdRouter router(options);
    const TrainingResult result = router.train({data, prices});
    CHECK(*result.ibc == 0.0);
    CHECK(router.rule().first == 0.0);
}

TEST_CASE("a gain that is small but real beats an earlier nothing") {
    const Dataset data = tables::confidence_table({{0.25, 1, 1}, {0.5, 0, 1e-9}, {1.0, 1, 0}});
    const PriceTable prices = resolve_prices(data);
    OneShotOptions options;
    options.bins = 4;
    ThresholdRouter router(options);
    router.train({data, prices});
    CHECK(router.rule().first == 0.5);
}

TEST_CASE("three thresholds on the finest grid over 100,000 distinct confidences") {
    Random random(3);
    detail::ConfidenceCells table = hand_cells();
    table.cells.clear();
    for (int i = 0; i < 100'000; ++i) {
        const double confidence = (i + 0.5) / 100'000.0;
        const bool good = confidence < 0.2 || (confidence > 0.5 && confidence < 0.6);
        table.cells.push_back({confidence, 1.0, random.bernoulli(good ? 0.9 : 0.1) ? 1.0 : -0.25, {}});
    }
    table.rows = 100'000.0;
    CandidateSearch search(table, {});
    TripleThresholdFamily::search(search, 256);
    CHECK(search.result().candidates == 256 * 255 * 254 / 6);
    REQUIRE(search.best() != nullptr);
    const detail::ConfidenceRule& rule = search.best()->rule;
    CHECK_THAT(search.best()->figures.ibc, WithinRel(scanned(table, rule), 1e-9));
    CHECK(std::abs(rule.first - 0.2) < 0.02);
    CHECK(std::abs(rule.low - 0.5) < 0.02);
    CHECK(std::abs(rule.high - 0.6) < 0.02);
}
