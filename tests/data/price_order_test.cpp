// SPDX-License-Identifier: Apache-2.0
// The order of models by price: ties keep the log's order, data and prices move together, and one sentence says so.
#include "support/catch.hpp"

#include <automix/core/price.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_order.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/record.hpp>

#include <string>
#include <vector>

using namespace automix;

namespace {

/// Three models whose recorded prices are 5, 1 and 5, the second at a draw price of 0.25.
Dataset unordered() {
    Dataset data({"dear", "cheap", "as dear"});
    for (int row = 0; row < 2; ++row) {
        Record record;
        record.id = std::to_string(row);
        record.models.resize(3);
        record.models[0] = {.score = 1.0, .cost = 5.0};
        record.models[1] = {.score = 0.5, .verdicts = {Verdict::positive}, .cost = 1.0, .draw_cost = 0.25};
        record.models[2] = {.score = 0.0, .cost = 5.0};
        data.append(record);
    }
    return data;
}

}  // namespace

TEST_CASE("models are ordered by their mean price, and those of equal price stay as they are") {
    const Dataset data = unordered();
    const auto [ordered, prices] = order_by_price(data, resolve_prices(data));
    CHECK(ordered.model_names() == std::vector<std::string>{"cheap", "dear", "as dear"});
    CHECK(ordered.scores(0)(1) == 0.5);
    CHECK(ordered.scores(2)(0) == 0.0);
    CHECK(prices.answers[0].mean() == 1.0);
    CHECK(prices.answers[1].mean() == 5.0);
    CHECK(prices.draws[0].mean() == 0.25);
    CHECK(prices.verification_origins[0] == PriceOrigin::recorded);
    CHECK(prices.notes ==
          std::vector<std::string>{
              "models are used in the order of their prices, not of the log: cheap (1.00), dear "
              "(5.00), as dear (5.00)"});
}

TEST_CASE("models in the order of their prices stay, and nothing is said") {
    const Dataset data = unordered();
    const auto [ordered, prices] = order_by_price(data, resolve_prices(data, {{1.0, 2.0, 2.0}, 0.5, {}}));
    CHECK(ordered.model_names() == data.model_names());
    CHECK(prices.notes.empty());
}

TEST_CASE("prices that are given fall: they move with their models") {
    const Dataset data = unordered();
    const auto [ordered, prices] = order_by_price(data, resolve_prices(data, {{50.0, 10.0, 1.0}, 0.5, {}}));
    CHECK(ordered.model_names() == std::vector<std::string>{"as dear", "cheap", "dear"});
    CHECK(prices.answers[0].mean() == 1.0);
    CHECK(prices.answers[2].mean() == 50.0);
    CHECK(prices.answer_origins[0] == PriceOrigin::given);
}
