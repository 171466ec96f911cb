// SPDX-License-Identifier: Apache-2.0
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/metrics/ibc.hpp>

#include <string>

using namespace automix;
using Catch::Matchers::WithinRel;

TEST_CASE("a report that was not computed has no figures") {
    const Report report;
    for (const OptionalMetric& figure :
         {report.ibc, report.ibc_lift, report.gap_recovered, report.excess, report.mixing_performance}) {
        CHECK_FALSE(figure.defined());
        CHECK(figure.reason() == "not computed");
    }
    CHECK(report.undefined() == "not computed");
}

TEST_CASE("a replay by hand sums up to means and figures") {
    // Small 0 and 1/2 at 1, large 1 and 1 at 5; the first row is routed after a draw of 1/2, the second accepted after one.
    EndModels ends;
    ends.small_score = Eigen::Array2d(0.0, 0.5);
    ends.small_cost = Eigen::Array2d(1.0, 1.0);
    ends.large_score = Eigen::Array2d(1.0, 1.0);
    ends.large_cost = Eigen::Array2d(5.0, 5.0);
    Replay rows(2);
    rows.performance << 1.0, 0.5;
    rows.answer_cost << 6.0, 1.0;
    rows.verification_cost << 0.5, 0.5;
    rows.routed << 1.0, 0.0;
    rows.draws << 1.0, 1.0;
    rows.rounds << 1.0, 1.0;
    const Report report = summarise(rows, ends);
    CHECK(report.rows == 2);
    CHECK(report.performance == 0.75);
    CHECK(report.cost == 4.0);
    CHECK(report.answer_cost == 3.5);
    CHECK(report.verification_cost == 0.5);
    CHECK(report.routed == 0.5);
    CHECK(report.draws == 1.0);
    CHECK(report.rounds == 1.0);
    CHECK_THAT(*report.ibc, WithinRel(0.5 / 3.0, 1e-12));
    CHECK_THAT(*report.ibc_lift, WithinRel((0.5 / 3.0) / (0.75 / 4.0) - 1.0, 1e-12));
    CHECK_THAT(*report.gap_recovered, WithinRel(0.5 / 0.75, 1e-12));
    CHECK_THAT(*report.excess, WithinRel(100.0 * (0.5 / 0.75 - 0.75), 1e-12));
    CHECK_THAT(*report.mixing_performance, WithinRel(0.25 + 0.75 * 0.75, 1e-12));
}

TEST_CASE("end models need rows, and prices of the same data set") {
    const Dataset none({"small", "large"});
    CHECK_THROWS_AS(end_models(none, resolve_prices(none)), DataError);
    const Dataset data = tables::confidence_table({{0.5, 0, 1}});
    PriceTable prices = resolve_prices(data);
    CHECK(end_models(data, prices).large().cost == 50.0);
    prices.answers.clear();
    CHECK_THROWS_AS(end_models(data, prices), ArgumentError);
}

TEST_CASE("prices are summed up as default, given or recorded") {
    const Dataset unpriced = tables::confidence_table({{0.5, 0, 1}, {0.0, 1, 1}});
    const auto standard = summarise_prices(unpriced, resolve_prices(unpriced));
    REQUIRE(standard.size() == 2);
    CHECK(standard[0].model == unpriced.model_names()[0]);
    CHECK(standard[0].answer == 1.0);
    CHECK(standard[0].answer_origin == PriceOrigin::standard);
    CHECK(standard[0].verified);
    CHECK(standard[0].verification == 1.0);
    CHECK(standard[0].verification_origin == PriceOrigin::standard);
    CHECK(standard[1].answer == 50.0);
    CHECK(standard[1].answer_origin == PriceOrigin::standard);
    CHECK_FALSE(standard[1].verified);

    const auto given = summarise_prices(unpriced, resolve_prices(unpriced, {{1.0, 9.0}, 0.5, {}}));
    CHECK(given[0].answer_origin == PriceOrigin::given);
    CHECK(given[1].answer == 9.0);
    CHECK(given[0].verification == 0.5);
    CHECK(given[0].verification_origin == PriceOrigin::given);

    // A price that is given counts as given, also if it is the default.
    const auto same = summarise_prices(unpriced, resolve_prices(unpriced, {{1.0, 50.0}, 1.0, {}}));
    CHECK(same[1].answer_origin == PriceOrigin::given);
    CHECK(same[0].verification_origin == PriceOrigin::given);
}

TEST_CASE("recorded prices are summed up by their mean") {
    // Answers at 2 and 4, four verdicts at 0.25 and 0.75 each; the large model costs 10 and 30.
    Dataset data({"small", "large"});
    Dataset without_draws({"small", "large"});
    for (const int row : {0, 1}) {
        auto small = tables::verified(1.0, {1, 1, 1, 1});
        small.cost = row == 0 ? 2.0 : 4.0;
        auto large = tables::scored(1.0);
        large.cost = row == 0 ? 10.0 : 30.0;
        const std::string id = std::to_string(row);
        without_draws.append(tables::record(id, {small, large}));
        small.draw_cost = row == 0 ? 0.25 : 0.75;
        data.append(tables::record(id, {small, large}));
    }
    const auto prices = summarise_prices(data, resolve_prices(data));
    CHECK(prices[0].answer == 3.0);
    CHECK(prices[1].answer == 20.0);
    CHECK(prices[0].answer_origin == PriceOrigin::recorded);
    CHECK(prices[0].draw == 0.5);
    CHECK(prices[0].verification == 2.0);
    CHECK(prices[0].verification_origin == PriceOrigin::recorded);

    const auto given = summarise_prices(without_draws, resolve_prices(without_draws, {{}, 1.0, {}}));
    CHECK(given[0].answer_origin == PriceOrigin::recorded);
    CHECK(given[0].draw == 0.25);
    CHECK(given[0].verification == 1.0);
    CHECK(given[0].verification_origin == PriceOrigin::given);
}

TEST_CASE("prices of further verifiers are summed up by their names") {
    Dataset data({"small", "large"});
    for (const int row : {0, 1}) {
        auto small = tables::verified(1.0, {1, 0});
        small.verifiers = {{"judge", {Verdict::positive, Verdict::positive}, {}, row == 0 ? 2.0 : 4.0},
                           {"tests", {Verdict::positive}, {}, {}}};
        data.append(tables::record(std::to_string(row), {small, tables::scored(1.0)}));
    }
    const auto recorded = summarise_prices(data, resolve_prices(data));
    REQUIRE(recorded[0].further.size() == 1);  // nobody states a price of the tests
    CHECK(recorded[0].further[0].name == "judge");
    CHECK(recorded[0].further[0].draw == 3.0);
    CHECK(recorded[0].further[0].verification == 6.0);
    CHECK(recorded[0].further[0].origin == PriceOrigin::recorded);
    CHECK(recorded[1].further.empty());

    const auto given =
        summarise_prices(data, resolve_prices(data, {{}, {}, {}, {{"judge", 5.0}, {"tests", 0.0}}}));
    REQUIRE(given[0].further.size() == 2);
    CHECK(given[0].further[0].draw == 5.0);
    CHECK(given[0].further[0].origin == PriceOrigin::given);
    CHECK(given[0].further[1].name == "tests");
    CHECK(given[0].further[1].draw == 0.0);
}
