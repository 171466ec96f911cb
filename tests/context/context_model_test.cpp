// SPDX-License-Identifier: Apache-2.0
#include "context/queries.hpp"
#include "support/catch.hpp"

#include <automix/context/context_model.hpp>
#include <automix/context/detail/words.hpp>
#include <automix/context/fit_context.hpp>
#include <automix/core/error.hpp>
#include <automix/core/random.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

using namespace automix;

namespace {

std::uint32_t column_of(std::string_view word) { return detail::hash_column(hash_text(word, 1), 20); }

double log_odds(double p) { return std::log(p / (1.0 - p)); }

/// One model that reads everything. Words: `cat` adds 2 and `dog` -1 before they are scaled.
ContextParameters by_hand() {
    ContextParameters parameters;
    parameters.fields = {true, true, true, true};
    parameters.rows = 9;
    struct Word {
        ContextTerm term;
        float score;
        float price;
    };
    std::vector<Word> words = {{{column_of("cat"), 9}, 2.0F, 0.5F}, {{column_of("dog"), 1}, -1.0F, 0.0F}};
    if (words[1].term.column < words[0].term.column) std::swap(words[0], words[1]);
    for (const Word& word : words) {
        parameters.terms.push_back(word.term);
        parameters.weights.push_back(word.score);
        parameters.weights.push_back(word.price);
    }
    parameters.labels = {{"", "quiz"}, {"kind", "short"}};
    parameters.numbers = {{ContextNumberSource::question_length, {}, 0, 1.0, 2.0, 0.0, 2.0},
                          {ContextNumberSource::feature, "size", 0, 10.0, 5.0, 0.0, 20.0},
                          {ContextNumberSource::prior, {}, 0, 0.0, 1.0, -9.0, 9.0}};
    for (const float weight : {0.25F, 0.0F, -0.5F, 1.0F, 0.1F, 0.2F, 0.3F, 0.0F, 1.0F, 0.0F}) {
        parameters.weights.push_back(weight);
    }
    ContextOutput score{0.6, true, 0.5, 0.001, 0.999, {0.1, 0.0, 0.2, 0.0, 0.0}};
    ContextOutput answer{1.0, true, -1.0, 0.01, 5.0, {}};
    ContextOutput draw;
    draw.constant = 0.125;
    parameters.outputs = {score, answer, draw};
    return parameters;
}

QueryForecast forecast_of(const ContextModel& model, std::string_view question) {
    QueryFacts facts;
    facts.question = question;
    return model.forecast(facts);
}

}  // namespace

TEST_CASE("a forecast by hand") {
    const ContextModel model(by_hand());
    CHECK(model.models() == 1);
    const std::vector<QueryFeature> features = {
        {"other", 7.0, {}}, {"kind", 0.0, "short"}, {"size", 15.0, {}}};
    const std::vector<double> prior = {0.75};
    const QueryFacts facts{"Cat dog, CAT cow", "", "quiz", features, prior};
    // cat occurs twice and is in all nine rows, dog once and in one.
    const double cat = (1.0 + std::log(2.0)) * 1.0;
    const double dog = 1.0 + std::log(10.0 / 2.0);
    const double norm = std::hypot(cat, dog);
    const double length = (std::log(5.0) - 1.0) / 2.0;
    const double score =
        0.5 + (2.0 * cat - dog) / norm + 0.25 - 0.5 + 0.1 * length + 0.3 * 1.0 + log_odds(0.75);
    const double price = -1.0 + 0.5 * cat / norm + 1.0 + 0.2 * length;
    const QueryForecast forecast = model.forecast(facts);
    CHECK(forecast.scores[0] == Approx(1.0 / (1.0 + std::exp(-score))).epsilon(1e-6));
    CHECK(forecast.answer_prices[0] == Approx(std::exp(price)).epsilon(1e-6));
    CHECK(forecast.draw_prices == std::vector<double>{0.125});

    const ContextReasons reasons = model.explain(facts, 0);
    CHECK(reasons.score == forecast.scores[0]);
    CHECK(reasons.mean_score == 0.6);
    CHECK(reasons.words == Approx((2.0 * cat - dog) / norm - 0.1).epsilon(1e-6));
    CHECK(reasons.length == Approx(0.1 * length).epsilon(1e-6));
    CHECK(reasons.dataset == Approx(0.25 - 0.2).epsilon(1e-6));
    CHECK(reasons.features == Approx(-0.5 + 0.3).epsilon(1e-6));
    CHECK(reasons.prior == Approx(log_odds(0.75)).epsilon(1e-6));
    REQUIRE(reasons.strongest.size() == 2);
    CHECK(reasons.strongest[0].word == "cat");
    CHECK(reasons.strongest[0].log_odds == Approx(2.0 * cat / norm).epsilon(1e-6));
    CHECK(reasons.strongest[1].word == "dog");
    CHECK(model.explain(facts, 0, 1).strongest.size() == 1);
}

TEST_CASE("what is unknown or missing tells nothing") {
    const ContextModel model(by_hand());
    CHECK(forecast_of(model, "cow sheep") == forecast_of(model, "horse pig"));
    const QueryForecast empty = forecast_of(model, "");
    // Of an empty text only the length tells, and its least value is 0.
    CHECK(empty.scores[0] == Approx(1.0 / (1.0 + std::exp(-0.5 + 0.1 * 0.5))).epsilon(1e-6));
    QueryFacts facts;
    facts.dataset = "unknown";
    const std::vector<QueryFeature> features = {
        {"kind", 0.0, "long"}, {"size", 0.0, "text"}, {"kinds", 3.0, {}}};
    facts.features = features;
    CHECK(model.forecast(facts) == empty);
}

TEST_CASE(
    "numbers beyond the training rows count as the nearest of them, and forecasts stay in their range") {
    const ContextModel model(by_hand());
    QueryFacts facts;
    const auto with_size = [&](double size) {
        const std::vector<QueryFeature> features = {{"size", size, {}}};
        facts.features = features;
        return model.forecast(facts).scores[0];
    };
    CHECK(with_size(20.0) == with_size(1e300));
    CHECK(with_size(0.0) == with_size(-1e300));
    CHECK(with_size(0.0) < with_size(20.0));
    ContextParameters steep = by_hand();
    steep.outputs[1].intercept = 50.0;
    steep.outputs[0].intercept = -800.0;
    const QueryForecast bounded = forecast_of(ContextModel(steep), "cat");
    CHECK(bounded.answer_prices[0] == 5.0);
    CHECK(bounded.scores[0] == 0.001);
}

TEST_CASE("texts of any length, language and bytes are forecast") {
    const auto all = queries::made(100, 1.0, 1);
    const Dataset data = queries::log_of(all, queries::in_order(100));
    ContextOptions options;
    options.fields.text = true;
    const ContextModel model =
        fit_context(data, queries::prices_of(data), queries::folds_of(queries::in_order(100)), options).model;
    std::string large;
    while (large.size() < 1'000'000)
        large += "w1 w20 and words that nobody knows " + std::to_string(large.size()) + ' ';
    std::string bytes;
    for (int b = 0; b < 256; ++b) bytes += static_cast<char>(b);
    for (const std::string& text :
         {large, std::string(1'000'000, 'a'), std::string(1'000'000, '\xE4'), bytes,
          std::string("这是什么？"), std::string("Что это?"), std::string("ما هذا؟"),
          std::string("これは何ですか"), std::string("🙂 ∑≤∞")}) {
        const QueryForecast forecast = forecast_of(model, text);
        for (const double score : forecast.scores) {
            CHECK(score > 0.0);
            CHECK(score < 1.0);
        }
        for (const double price : forecast.answer_prices) CHECK(std::isfinite(price));
        CHECK(model.explain({text, {}, {}, {}, {}}, 1).score == forecast.scores[1]);
    }
}

TEST_CASE("reasons add up to the forecast") {
    const auto all = queries::made(300, 1.0, 2);
    const Dataset data = queries::log_of(all, queries::in_order(300));
    ContextOptions options;
    options.fields = {true, true, true, true};
    const ContextModel model =
        fit_context(data, queries::prices_of(data), queries::folds_of(queries::in_order(300)), options).model;
    double rest = 0.0;
    for (std::size_t r = 0; r < 50; ++r) {
        const ContextReasons reasons = model.explain(all[r].facts(), 0, 1000);
        const double added =
            reasons.words + reasons.length + reasons.dataset + reasons.features + reasons.prior;
        if (r == 0) rest = log_odds(reasons.score) - added;
        CHECK(log_odds(reasons.score) - added == Approx(rest).margin(1e-9));
        for (std::size_t i = 1; i < reasons.strongest.size(); ++i) {
            CHECK(std::abs(reasons.strongest[i].log_odds) <= std::abs(reasons.strongest[i - 1].log_odds));
        }
    }
    // What each kind of fact adds is 0 in the mean of the training rows.
    double words = 0.0;
    double prior = 0.0;
    for (const auto& query : all) {
        words += model.explain(query.facts(), 0).words;
        prior += model.explain(query.facts(), 0).prior;
    }
    CHECK(std::abs(words / 300.0) < 1e-5);
    CHECK(std::abs(prior / 300.0) < 1e-5);
}

TEST_CASE("a model is made again from its parameters") {
    const auto all = queries::made(100, 1.0, 3);
    const Dataset data = queries::log_of(all, queries::in_order(100));
    ContextOptions options;
    options.fields = {true, true, true, true};
    const ContextModel model =
        fit_context(data, queries::prices_of(data), queries::folds_of(queries::in_order(100)), options).model;
    const ContextModel again(model.parameters());
    CHECK(again == model);
    for (const auto& query : all) CHECK(again.forecast(query.facts()) == model.forecast(query.facts()));
}

TEST_CASE("a prior of another number of models, and a model that is not there, are refused") {
    const ContextModel model(by_hand());
    const std::vector<double> prior = {0.5, 0.5};
    QueryFacts facts;
    facts.prior = prior;
    CHECK_THROWS_AS(model.forecast(facts), ArgumentError);
    CHECK_THROWS_AS(model.explain(facts, 0), ArgumentError);
    CHECK_THROWS_AS(model.explain({}, 1), ArgumentError);
    CHECK_THROWS_AS(model.explain({}, -1), ArgumentError);
}

TEST_CASE("parameters that do not fit together are refused with the field") {
    constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
    struct Damage {
        const char* field;
        std::function<void(ContextParameters&)> change;
    };
    const std::vector<Damage> damages = {
        {"hash_bits", [](auto& p) { p.hash_bits = 40; }},
        {"rows", [](auto& p) { p.rows = 0; }},
        {"terms", [](auto& p) { p.fields.text = false; }},
        {"terms[1].column", [](auto& p) { p.terms[1].column = 1U << 20U; }},
        {"terms[1].column", [](auto& p) { p.terms[1].column = p.terms[0].column; }},
        {"terms[0].rows", [](auto& p) { p.terms[0].rows = 10; }},
        {"labels[1].value", [](auto& p) { p.labels[1] = p.labels[0]; }},
        {"labels[0].feature", [](auto& p) { p.fields.dataset = false; }},
        {"numbers[2].source", [](auto& p) { p.fields.prior = false; }},
        {"numbers[1].feature", [](auto& p) { p.numbers[1].feature = ""; }},
        {"numbers[0].feature", [](auto& p) { p.numbers[0].feature = "name"; }},
        {"numbers[2].model", [](auto& p) { p.numbers[2].model = 1; }},
        {"numbers[0].mean", [](auto& p) { p.numbers[0].mean = nan_value; }},
        {"numbers[0].deviation", [](auto& p) { p.numbers[0].deviation = 0.0; }},
        {"numbers[0].high", [](auto& p) { p.numbers[0].high = -1.0; }},
        {"numbers[1].source", [](auto& p) { p.numbers[1] = p.numbers[0]; }},
        {"outputs", [](auto& p) { p.outputs.insert(p.outputs.end(), p.outputs[2]); }},
        {"outputs[0].constant", [](auto& p) { p.outputs[0].constant = 1.0; }},
        {"outputs[2].constant", [](auto& p) { p.outputs[2].constant = -1.0; }},
        {"outputs[0].intercept", [](auto& p) { p.outputs[0].intercept = nan_value; }},
        {"outputs[0].high", [](auto& p) { p.outputs[0].high = 1.5; }},
        {"outputs[1].high", [](auto& p) { p.outputs[1].low = 6.0; }},
        {"outputs[1].means", [](auto& p) { p.outputs[1].means[2] = nan_value; }},
        {"weights", [](auto& p) { p.weights.pop_back(); }},
        {"weights[3]", [](auto& p) { p.weights[3] = std::numeric_limits<float>::infinity(); }},
    };
    for (const Damage& damage : damages) {
        CAPTURE(damage.field);
        ContextParameters parameters = by_hand();
        damage.change(parameters);
        try {
            const ContextModel model(parameters);
            FAIL_CHECK("accepted");
        } catch (const DataError& error) {
            CHECK(error.place().field == damage.field);
        }
    }
}
