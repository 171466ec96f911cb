// SPDX-License-Identifier: Apache-2.0
#include "context/queries.hpp"
#include "data/records.hpp"
#include "support/catch.hpp"

#include <automix/context/fit_context.hpp>
#include <automix/core/error.hpp>
#include <automix/core/random.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

using namespace automix;
using queries::Query;

namespace {

ContextOptions reading(const char* fields) {
    ContextOptions options;
    options.fields = parse_context_fields(fields).value();
    return options;
}

FittedContext fitted(const std::vector<Query>& all, const std::vector<std::size_t>& order,
                     const ContextOptions& options, const std::vector<std::size_t>& models = {0, 1}) {
    const Dataset data = queries::log_of(all, order, models);
    return fit_context(data, queries::prices_of(data), queries::folds_of(order), options);
}

FittedContext fitted(const std::vector<Query>& all, const ContextOptions& options) {
    return fitted(all, queries::in_order(all.size()), options);
}

/// Mean log loss of forecasts of the first model's score.
template <class Forecast>
double log_loss(const std::vector<Query>& all, Forecast forecast) {
    double sum = 0.0;
    for (std::size_t r = 0; r < all.size(); ++r) {
        const double p = forecast(r);
        sum -= all[r].scores[0] > 0.5 ? std::log(p) : std::log(1.0 - p);
    }
    return sum / static_cast<double>(all.size());
}

double mean_score(const std::vector<Query>& all) {
    double sum = 0.0;
    for (const Query& query : all) sum += query.scores[0];
    return sum / static_cast<double>(all.size());
}

}  // namespace

TEST_CASE("without facts every forecast is the mean") {
    const auto all = queries::made(30, 1.0, 1);
    const FittedContext fit = fitted(all, ContextOptions{});
    const QueryForecast forecast = fit.model.forecast(all[0].facts());
    double right = 0.0;
    double cost = 0.0;
    for (const Query& query : all) {
        right += query.scores[1];
        cost += query.costs[1];
    }
    CHECK(forecast.scores[1] == Approx((right + 1.0) / 32.0));
    CHECK(forecast.answer_prices[1] == Approx(cost / 30.0));
    CHECK(forecast.draw_prices[0] == Approx(0.1 * forecast.answer_prices[0]));
    CHECK(forecast.draw_prices[1] == 0.0);
    CHECK((fit.held_out.scores.col(1) == forecast.scores[1]).all());
    CHECK((fit.held_out.answer_prices.col(1) == forecast.answer_prices[1]).all());
    CHECK(fit.model.parameters().terms.empty());
}

TEST_CASE("each kind of fact tells of queries that were not seen", "[property]") {
    const auto train = queries::made(600, 1.0, 2);
    const auto test = queries::made(600, 1.0, 3);
    const double base = log_loss(test, [&](std::size_t) { return mean_score(train); });
    for (const char* fields : {"text", "dataset", "features", "prior", "text+dataset+features+prior"}) {
        CAPTURE(fields);
        const FittedContext fit = fitted(train, reading(fields));
        const double loss =
            log_loss(test, [&](std::size_t r) { return fit.model.forecast(test[r].facts()).scores[0]; });
        const double held_out =
            log_loss(train, [&](std::size_t r) { return fit.held_out.scores(static_cast<Index>(r), 0); });
        CHECK(loss < base - 0.02);
        CHECK(held_out == Approx(loss).margin(0.06));
        double forecast_cost = 0.0;
        double cost = 0.0;
        double error = 0.0;
        double spread = 0.0;
        const double mean = fit.model.parameters().outputs[3].constant;
        for (const Query& query : test) {
            const double price = fit.model.forecast(query.facts()).answer_prices[1];
            forecast_cost += price;
            cost += query.costs[1];
            error += (query.costs[1] - price) * (query.costs[1] - price);
            spread += (query.costs[1] - mean) * (query.costs[1] - mean);
        }
        CHECK(forecast_cost == Approx(cost).epsilon(0.1));
        CHECK(error < spread);
        CHECK(fit.held_out.answer_prices.col(1).mean() == Approx(mean));
    }
}

TEST_CASE("the order of rows and of models changes nothing", "[property]") {
    const auto all = queries::made(200, 1.0, 4);
    auto order = queries::in_order(all.size());
    const ContextOptions options = reading("text,dataset,features,prior");
    const FittedContext first = fitted(all, order, options);
    Random(5).shuffle(order);
    const FittedContext second = fitted(all, order, options);
    const FittedContext turned = fitted(all, queries::in_order(all.size()), options, {1, 0});
    for (std::size_t i = 0; i < order.size(); ++i) {
        const auto a = static_cast<Index>(order[i]);
        const auto b = static_cast<Index>(i);
        for (Index m = 0; m < 2; ++m) {
            CHECK(std::abs(first.held_out.scores(a, m) - second.held_out.scores(b, m)) < 1e-9);
            CHECK(std::abs(first.held_out.answer_prices(a, m) / second.held_out.answer_prices(b, m) - 1.0) <
                  1e-9);
            CHECK(std::abs(first.held_out.scores(a, m) - turned.held_out.scores(a, 1 - m)) < 1e-9);
        }
    }
    for (const Query& query : queries::made(20, 1.0, 6)) {
        const QueryForecast a = first.model.forecast(query.facts());
        const QueryForecast b = second.model.forecast(query.facts());
        Query other = query;
        std::swap(other.prior[0], other.prior[1]);
        const QueryForecast c = turned.model.forecast(other.facts());
        for (std::size_t m = 0; m < 2; ++m) {
            CHECK(std::abs(a.scores[m] - b.scores[m]) < 1e-9);
            CHECK(std::abs(a.scores[m] - c.scores[1 - m]) < 1e-9);
            CHECK(std::abs(a.answer_prices[m] / c.answer_prices[1 - m] - 1.0) < 1e-9);
        }
    }
}

TEST_CASE("held-out forecasts know nothing of their own fold", "[property]") {
    // Each word is of one fold alone and tells the score of its rows, so only a model that saw them forecasts well.
    auto all = queries::made(200, 0.0, 7);
    for (std::size_t r = 0; r < all.size(); ++r) {
        all[r].question = "u" + std::to_string(r % 10) + "_" + std::to_string(r / 20);
        all[r].scores[0] = all[r / 20 * 20 + r % 10].scores[0];
    }
    const double base = log_loss(all, [&](std::size_t) { return mean_score(all); });
    const FittedContext honest = fitted(all, reading("text"));
    CHECK(log_loss(all, [&](std::size_t r) { return honest.held_out.scores(static_cast<Index>(r), 0); }) >
          base - 0.02);
    // Where folds part the rows of a word, they are forecast well.
    const auto order = queries::in_order(200);
    const Dataset data = queries::log_of(all, order);
    std::vector<int> folds;
    for (const std::size_t r : order) folds.push_back(static_cast<int>(r / 10 % 2));
    const FittedContext parted = fit_context(data, queries::prices_of(data), folds, reading("text"));
    CHECK(log_loss(all, [&](std::size_t r) { return parted.held_out.scores(static_cast<Index>(r), 0); }) <
          base - 0.1);
}

TEST_CASE("of noise little is believed", "[property]") {
    struct Bound {
        std::size_t rows;
        double moved;
        double excess;
    };
    for (const auto& [rows, most_moved, most_excess] : {Bound{25, 0.03, 0.03}, Bound{100, 0.01, 0.005}}) {
        double moved = 0.0;
        double excess = 0.0;
        constexpr int logs = 40;
        for (std::uint64_t seed = 0; seed < logs; ++seed) {
            const auto train = queries::made(rows, 0.0, 100 + seed);
            const auto test = queries::made(200, 0.0, 200 + seed);
            const FittedContext fit = fitted(train, reading("text+dataset+features+prior"));
            const double mean = fit.model.parameters().outputs[0].constant;
            for (const Query& query : test) {
                moved += std::abs(fit.model.forecast(query.facts()).scores[0] - mean) / 200.0;
            }
            excess +=
                log_loss(test, [&](std::size_t r) { return fit.model.forecast(test[r].facts()).scores[0]; }) -
                log_loss(test, [&](std::size_t) { return mean; });
        }
        CHECK(moved / logs < most_moved);
        CHECK(excess / logs < most_excess);
    }
}

TEST_CASE("constant prices and scores stay constant") {
    auto all = queries::made(60, 1.0, 8);
    for (Query& query : all) {
        query.scores[1] = 1.0;
        query.costs = {0.5, 2.0};
    }
    const FittedContext fit = fitted(all, reading("text+dataset"));
    const QueryForecast forecast = fit.model.forecast(all[3].facts());
    CHECK(forecast.answer_prices == std::vector<double>{0.5, 2.0});
    CHECK(forecast.scores[1] == Approx(61.0 / 62.0));
    CHECK((fit.held_out.answer_prices.col(1) == 2.0).all());
}

TEST_CASE("prices of 0 are forecast, and all forecasts stay within the recorded prices") {
    auto all = queries::made(100, 1.0, 9);
    double highest = 0.0;
    for (std::size_t r = 0; r < all.size(); ++r) {
        if (r % 7 == 0) all[r].costs[0] = 0.0;
        highest = std::max(highest, all[r].costs[0]);
    }
    const FittedContext fit = fitted(all, reading("text+features"));
    CHECK(fit.held_out.answer_prices.allFinite());
    for (Query query : all) {
        query.features[0].number = 1e300;
        const double price = fit.model.forecast(query.facts()).answer_prices[0];
        CHECK(price >= 0.0);
        CHECK(price <= highest);
    }
}

TEST_CASE("logs of few rows, of one fold, and of one data set are fitted") {
    for (const std::size_t rows : {std::size_t{1}, std::size_t{2}, std::size_t{5}}) {
        const auto all = queries::made(rows, 1.0, 10);
        const FittedContext fit = fitted(all, reading("text+dataset+features+prior"));
        const QueryForecast forecast = fit.model.forecast(all[0].facts());
        CHECK(forecast.scores[0] > 0.0);
        CHECK(forecast.scores[0] < 1.0);
        CHECK(std::isfinite(forecast.answer_prices[1]));
    }
    const auto all = queries::made(50, 1.0, 11);
    const Dataset data = queries::log_of(all, queries::in_order(50));
    const FittedContext fit =
        fit_context(data, queries::prices_of(data), std::vector<int>(50, 3), reading("text+dataset"));
    CHECK(fit.held_out.scores.allFinite());
}

TEST_CASE("only the most frequent terms are kept") {
    const auto all = queries::made(300, 1.0, 12);
    ContextOptions options = reading("text");
    options.max_terms = 10;
    const ContextParameters few = fitted(all, options).model.parameters();
    REQUIRE(few.terms.size() == 10);
    options.max_terms = 100000;
    const ContextParameters many = fitted(all, options).model.parameters();
    REQUIRE(many.terms.size() > 10);
    std::uint32_t lowest = std::numeric_limits<std::uint32_t>::max();
    for (const ContextTerm& term : few.terms) lowest = std::min(lowest, term.rows);
    std::size_t above = 0;
    for (const ContextTerm& term : many.terms) above += term.rows > lowest ? 1U : 0U;
    CHECK(above < 10);
}

TEST_CASE("the text that a question is about is read if asked for") {
    auto all = queries::made(300, 1.0, 13);
    for (Query& query : all) {
        std::swap(query.question, query.context);
        query.question = "Is it so?";
    }
    ContextOptions options = reading("text");
    const auto spread = [&] {
        const FittedContext fit = fitted(all, options);
        return (fit.held_out.scores.col(0) - fit.held_out.scores.col(0).mean()).square().mean();
    };
    const double without = spread();
    options.context_words = true;
    CHECK(spread() > 2.0 * without);
}

TEST_CASE("arguments that do not fit are refused") {
    const auto all = queries::made(20, 1.0, 14);
    const Dataset data = queries::log_of(all, queries::in_order(20));
    const PriceTable prices = queries::prices_of(data);
    const std::vector<int> folds = queries::folds_of(queries::in_order(20));
    const auto message = [&](const std::vector<int>& given, const ContextOptions& options) -> std::string {
        try {
            fit_context(data, prices, given, options);
        } catch (const ArgumentError& error) {
            return error.what();
        }
        return "none";
    };
    CHECK(message({0, 1}, {}) == "folds: expected one for each of 20 rows, found 2");
    CHECK(message(std::vector<int>(20, -1), {}) == "folds: expected numbers of at least 0, found -1");
    ContextOptions options;
    options.hash_bits = 30;
    CHECK(message(folds, options) == "hash_bits: expected 8 to 24, found 30");
    options = {};
    options.text_penalty = 0.0;
    CHECK(message(folds, options) == "text_penalty: expected a number above 0, found 0");
    options = {};
    options.min_rows = 0;
    CHECK(message(folds, options) == "min_rows: expected at least 1, found 0");
    options = {};
    options.max_terms = -1;
    CHECK(message(folds, options) == "max_terms: expected at least 0, found -1");
    CHECK_THROWS_AS(fit_context(Dataset({"m"}), PriceTable{{1.0}, {0.0}, {0.0}, {}, {}, {}}, {}, {}),
                    DataError);
}
