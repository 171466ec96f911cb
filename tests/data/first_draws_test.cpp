// SPDX-License-Identifier: Apache-2.0
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/first_draws.hpp>
#include <automix/data/price_table.hpp>

#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;

TEST_CASE("the first draws of a log, at the same price a draw") {
    Dataset data({"small", "large"});
    data.append(tables::record("a", {tables::verified(1.0, {1, 0, 1, 1}), tables::scored(1.0)}));
    data.append(tables::record("b", {tables::verified(0.0, {0, -1}), tables::scored(1.0)}));
    const Dataset cut = first_draws(data, 3);
    CHECK(cut.verdicts(0, 0).size() == 3);
    CHECK(cut.verdicts(1, 0).size() == 2);
    CHECK_THAT(cut.confidences(0)(0), WithinAbs(2.0 / 3.0, 1e-15));
    CHECK(cut.confidences(0)(1) == 0.0);
    CHECK(cut.scores(0)(0) == 1.0);
    // All draws of an answer cost 2 together: 0.5 each of four, 1 each of two.
    const PriceTable prices = resolve_prices(data, {{1.0, 50.0}, 2.0, {}});
    const PriceTable of_three = first_draws(prices, data, 3);
    CHECK(of_three.verifications[0](0) == 1.5);
    CHECK(of_three.verifications[0](1) == 2.0);
    CHECK(of_three.draws[0](0) == 0.5);
    CHECK(of_three.answers[1](0) == 50.0);
    CHECK_THROWS_AS(first_draws(data, 0), ArgumentError);
    CHECK_THROWS_AS(first_draws(prices, cut.select_rows(std::vector<Index>{0}), 1), ArgumentError);
}

TEST_CASE("confidences without verdicts are not cut") {
    Dataset data({"small", "large"});
    data.append(tables::record("a", {tables::confident(1.0, 0.7), tables::scored(1.0)}));
    CHECK(first_draws(data, 1).confidences(0)(0) == 0.7);
    const PriceTable prices = resolve_prices(data, {{1.0, 50.0}, 2.0, {}});
    CHECK(first_draws(prices, data, 1).verifications[0](0) == 2.0);
}
