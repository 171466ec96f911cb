// SPDX-License-Identifier: Apache-2.0
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/price.hpp>
#include <automix/data/category.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/routing/published/detail/confidence_cells.hpp>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinRel;

namespace {

Prices given() {
    Prices prices;
    prices.answers = {1.0, 10.0};
    prices.verification = 2.0;
    return prices;
}

Dataset hand_table() {
    return tables::confidence_table({{0.5, 0, 1}, {0.0, 0.25, 0.5}, {0.5, 1, 1}, {0.0, 1, 0}});
}

}  // namespace

TEST_CASE("cells ascend and hold rows, gains and categories") {
    const Dataset data = hand_table();
    const PriceTable prices = resolve_prices(data, given());
    const detail::ConfidenceCells table = detail::collect_cells({data, prices}, true);
    REQUIRE(table.cells.size() == 2);
    CHECK(table.cells[0].confidence == 0.0);
    CHECK(table.cells[0].weight == 2.0);
    CHECK(table.cells[0].gain == -0.75);
    CHECK(table.cells[0].categories[static_cast<std::size_t>(Category::needy)] == 1.0);
    CHECK(table.cells[1].confidence == 0.5);
    CHECK(table.cells[1].gain == 1.0);
    CHECK(table.cells[1].categories[static_cast<std::size_t>(Category::needy)] == 1.0);
    CHECK(table.cells[1].categories[static_cast<std::size_t>(Category::good)] == 1.0);
    CHECK(table.rows == 4.0);
    CHECK(table.small.performance == 0.5625);
    CHECK(table.small.cost == 1.0);
    CHECK(table.large.performance == 0.625);
    CHECK(table.large.cost == 10.0);
    CHECK(table.verification == 2.0);
    CHECK(table.routed.weight == 0.0);
    CHECK(table.routed.gain == 0.0);
    CHECK(detail::collect_cells({data, prices}, false).cells[1].categories == std::array<double, 4>{});
}

TEST_CASE("rows that are routed in any case count in the means and are not verified") {
    // Six such rows, 1/8 and 1/2 in score, 2 and 20 in price, beside the four of the table.
    const Dataset data = hand_table();
    const PriceTable prices = resolve_prices(data, given());
    const detail::ConfidenceCells table =
        detail::collect_cells({data, prices, {6.0, {0.125, 2.0}, {0.5, 20.0}}}, false);
    CHECK(table.cells.size() == 2);
    CHECK(table.rows == 10.0);
    CHECK(table.routed.weight == 6.0);
    CHECK(table.routed.gain == 2.25);
    CHECK_THAT(table.small.performance, WithinRel((2.25 + 0.75) / 10.0, 1e-12));
    CHECK_THAT(table.large.performance, WithinRel((2.5 + 3.0) / 10.0, 1e-12));
    CHECK_THAT(table.small.cost, WithinRel((4.0 + 12.0) / 10.0, 1e-12));
    CHECK_THAT(table.large.cost, WithinRel((40.0 + 120.0) / 10.0, 1e-12));
    CHECK_THAT(table.verification, WithinRel(8.0 / 10.0, 1e-12));
}

TEST_CASE("a model without verification is called by its name, also in a choice of models") {
    Dataset data({"tiny", "small", "large"});
    data.append(tables::record("a", {tables::confident(1, 1), tables::scored(0), tables::scored(1)}));
    const Dataset chosen = data.with_models({"small", "large"});
    const PriceTable prices = resolve_prices(chosen, given());
    CHECK_THROWS_WITH(
        detail::collect_cells({chosen, prices}, false),
        "model \"small\": this router needs verdicts or a confidence in every row, but id \"a\" has neither");
}

TEST_CASE("prices of another table are refused") {
    const Dataset data = hand_table();
    PriceTable prices = resolve_prices(data, given());
    prices.answers.pop_back();
    CHECK_THROWS_AS(detail::collect_cells({data, prices}, false), ArgumentError);
}
