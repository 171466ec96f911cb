// SPDX-License-Identifier: Apache-2.0
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/metrics/ibc.hpp>

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
