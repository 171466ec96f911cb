// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/context/forecast_table.hpp>
#include <automix/context/query_forecast.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/routing/belief/detail/forecast_strata.hpp>
#include <automix/routing/belief/prices.hpp>

#include <cstddef>
#include <utility>
#include <vector>

using namespace automix;

namespace {

/// Forecasts of two models by row: the score of the small one and the price of the large one.
ForecastTable table_of(const std::vector<std::pair<double, double>>& rows) {
    ForecastTable table;
    const auto count = std::ssize(rows);
    table.scores.setConstant(count, 2, 0.9);
    table.answer_prices.setOnes(count, 2);
    table.draw_prices.setZero(count, 2);
    for (Index row = 0; row < count; ++row) {
        table.scores(row, 0) = rows[as_size(row)].first;
        table.answer_prices(row, 1) = rows[as_size(row)].second;
    }
    return table;
}

const RoutingPrices strata_prices{{1.0, 10.0}, {0.1, 0.0}, 0.0, {}, {}};

}  // namespace

TEST_CASE("strata are the groups of forecasts, each at its mean") {
    // Around (0.2, 5), (0.2, 15) and (0.8, 10); the unit of prices is 10.
    const ForecastTable rows = table_of(
        {{0.19, 5.0}, {0.8, 10.0}, {0.21, 5.0}, {0.2, 14.0}, {0.78, 10.0}, {0.82, 10.0}, {0.2, 16.0}});
    const detail::ForecastStrata strata = detail::make_strata(rows, strata_prices, 3);
    CHECK(strata.price == 10.0);
    REQUIRE(strata.means.size() == 3);
    const auto near = [&](double score, double price) {
        return strata.means[strata.nearest({{score, 0.9}, {1.0, price}, {0.0, 0.0}})];
    };
    CHECK(near(0.25, 6.0).scores[0] == Approx(0.2));
    CHECK(near(0.25, 6.0).answer_prices[1] == Approx(5.0));
    CHECK(near(0.2, 13.0).answer_prices[1] == Approx(15.0));
    CHECK(near(0.7, 10.0).scores[0] == Approx(0.8));
    CHECK(near(0.7, 10.0).answer_prices[1] == Approx(10.0));
    CHECK(near(0.7, 10.0).scores[1] == Approx(0.9));
    CHECK(near(0.7, 10.0).answer_prices[0] == Approx(1.0));
}

TEST_CASE("there are no more strata than different forecasts") {
    const detail::ForecastStrata strata =
        detail::make_strata(table_of({{0.2, 5.0}, {0.8, 5.0}, {0.2, 5.0}}), strata_prices, 32);
    CHECK(strata.means.size() == 2);
    CHECK(detail::make_strata(table_of({{0.2, 5.0}, {0.2, 5.0}}), strata_prices, 32).means.size() == 1);
}

TEST_CASE("strata do not depend on the order of rows, and more of them are nearer to the forecasts") {
    Random random(4);
    std::vector<std::pair<double, double>> rows;
    for (int row = 0; row < 500; ++row) rows.emplace_back(random.uniform(), 20.0 * random.uniform());
    const std::vector<std::pair<double, double>> reversed(rows.rbegin(), rows.rend());
    double last = 1e9;
    for (const std::size_t count : {1U, 4U, 16U, 32U}) {
        const detail::ForecastStrata strata = detail::make_strata(table_of(rows), strata_prices, count);
        const detail::ForecastStrata other = detail::make_strata(table_of(reversed), strata_prices, count);
        REQUIRE(strata.means.size() == count);
        double distance = 0.0;
        for (const auto& [score, price] : rows) {
            const QueryForecast forecast{{score, 0.9}, {1.0, price}, {0.0, 0.0}};
            const QueryForecast& mean = strata.means[strata.nearest(forecast)];
            const QueryForecast& same = other.means[other.nearest(forecast)];
            CHECK(mean.scores[0] == Approx(same.scores[0]));
            CHECK(mean.answer_prices[1] == Approx(same.answer_prices[1]));
            distance += detail::squared_distance(mean.scores, forecast.scores, 1.0) +
                        detail::squared_distance(mean.answer_prices, forecast.answer_prices, 10.0);
        }
        CHECK(distance < 0.5 * last);
        last = distance;
    }
}
