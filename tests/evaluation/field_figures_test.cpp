// SPDX-License-Identifier: Apache-2.0
// Figures of curves and their intervals by hand.
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/evaluation/field_figures.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/metrics/ibc.hpp>

#include <Eigen/Core>

#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;

namespace {

const OperatingPoint small_point{0.4, 1.0};
const OperatingPoint large_point{0.8, 9.0};

/// End models on that many rows at costs of 1 and 9: the small one has every other row right, the large one all.
EndModels ends_of(Index rows) {
    EndModels ends;
    ends.small_score = ends.large_score = Eigen::ArrayXd::Ones(rows);
    for (Index row = 0; row < rows; row += 2) ends.small_score(row) = 0.0;
    ends.small_cost = Eigen::ArrayXd::Constant(rows, 1.0);
    ends.large_cost = Eigen::ArrayXd::Constant(rows, 9.0);
    return ends;
}

/// A policy that asks the large model for the first `routed` of each four rows, the first and third of which are wrong.
Replay policy(const EndModels& ends, Index routed) {
    Replay replay(ends.small_score.size());
    for (Index row = 0; row < replay.performance.size(); ++row) {
        const bool large = row % 4 < routed;
        replay.performance(row) = large ? ends.large_score(row) : ends.small_score(row);
        replay.answer_cost(row) = large ? 9.0 : 1.0;
        replay.routed(row) = large ? 1.0 : 0.0;
    }
    return replay;
}

}  // namespace

TEST_CASE("figures of a curve by hand") {
    // One policy: 0.7 at a cost of 3, and half of the queries call the large model.
    const FieldFigures<OptionalMetric> figures =
        field_figures({{{0.7, 3.0}, 0.5}}, small_point, large_point, true);
    // Over calls: 0.55 on the first half, 0.75 on the second.
    CHECK_THAT(figures.apgr.value(), WithinAbs((0.65 - 0.4) / 0.4, 1e-12));
    CHECK_THAT(figures.cpt_50.value(), WithinAbs(0.5 * 0.2 / 0.3, 1e-12));
    CHECK_THAT(figures.cpt_80.value(), WithinAbs(0.5 + 0.5 * 0.02 / 0.1, 1e-12));
    // Over costs: 0.55 on a quarter, 0.75 on the rest.
    CHECK_THAT(figures.deferral_area.value(), WithinAbs(0.25 * 0.55 + 0.75 * 0.75, 1e-12));
    CHECK_THAT(figures.aiq.value(), WithinAbs(0.25 * 0.55 + 0.75 * 0.75, 1e-12));
    CHECK_THAT(figures.cost_50.value(), WithinAbs(1.0 + 2.0 * 0.2 / 0.3, 1e-12));
    CHECK_THAT(figures.cost_80.value(), WithinAbs(3.0 + 6.0 * 0.02 / 0.1, 1e-12));
    CHECK_THAT(figures.cost_95.value(), WithinAbs(3.0 + 6.0 * 0.08 / 0.1, 1e-12));
    CHECK_THAT(figures.cost_100.value(), WithinAbs(9.0, 1e-12));
    CHECK_THAT(figures.score_25.value(), WithinAbs(0.7, 1e-12));
    CHECK_THAT(figures.score_50.value(), WithinAbs(0.7 + 0.1 * 2.0 / 6.0, 1e-12));
    CHECK_THAT(figures.score_75.value(), WithinAbs(0.7 + 0.1 * 4.0 / 6.0, 1e-12));
}

TEST_CASE("calls are counted of two models only") {
    const FieldFigures<OptionalMetric> figures = field_figures({}, small_point, large_point, false);
    for (const OptionalMetric& metric : {figures.apgr, figures.cpt_50, figures.cpt_80})
        CHECK(metric.reason() == "calls are counted of two models");
    CHECK_THAT(figures.aiq.value(), WithinAbs(0.6, 1e-12));
}

TEST_CASE("intervals are those of the same rows for all routers") {
    const EndModels ends = ends_of(200);
    // The first and the third of four rows are wrong: routing one of four gains a quarter, three of four all.
    const CurveReplays good{"good", {policy(ends, 1), policy(ends, 3)}};
    const CurveReplays nothing{"nothing", {}};
    const auto all = evaluate_curves({good, nothing, good}, ends, true, {0.95, 200, 7});
    REQUIRE(all.size() == 3);
    CHECK(all[0].name == "good");
    CHECK(all[0].policies == 2);
    // Over calls: 0.5 at 0, 0.75 at a quarter, 1 at three quarters and at 1.
    CHECK_THAT(all[0].figures.apgr.value.value(),
               WithinAbs((0.25 * 0.625 + 0.5 * 0.875 + 0.25 - 0.5) / 0.5, 1e-12));
    CHECK_THAT(all[0].figures.cost_100.value.value(), WithinAbs(7.0, 1e-12));
    for (const auto figure : all_field_figures<FigureInterval>) {
        const FigureInterval& found = all[0].figures.*figure;
        REQUIRE(found.interval.has_value());
        CHECK(found.interval->low <= *found.value);
        CHECK(found.interval->high >= *found.value);
        CHECK((all[2].figures.*figure).interval->low == found.interval->low);
    }
    // Mixing recovers half of any gap, whatever the rows.
    CHECK_THAT(all[1].figures.apgr.value.value(), WithinAbs(0.5, 1e-12));
    CHECK_THAT(all[1].figures.apgr.interval->low, WithinAbs(0.5, 1e-12));
    CHECK_THAT(all[1].figures.apgr.interval->high, WithinAbs(0.5, 1e-12));
    // A router is as good as itself on every resample; mixing costs 8.6 at 95 % of the gap, the router 6.6.
    CHECK_THAT(all[2].cost_ratio.interval->high, WithinAbs(1.0, 1e-12));
    CHECK_THAT(all[2].score_difference.interval->low, WithinAbs(0.0, 1e-12));
    CHECK_THAT(all[1].cost_ratio.value.value(), WithinAbs(8.6 / 6.6, 1e-12));
    CHECK(all[1].cost_ratio.interval->low > 1.0);
    CHECK_THAT(all[1].score_difference.value.value(), WithinAbs(0.75 - 0.875, 1e-12));
}

TEST_CASE("figures without a gap have no interval, and bad options are refused") {
    EndModels ends = ends_of(20);
    ends.large_score.setZero();
    const auto all = evaluate_curves({{"none", {}}}, ends, true, {0.95, 50, 0});
    CHECK_FALSE(all[0].figures.apgr.value.defined());
    CHECK_FALSE(all[0].figures.apgr.interval.has_value());
    CHECK(all[0].figures.aiq.interval.has_value());
    CHECK_THROWS_AS(evaluate_curves({}, ends, true, {0.95, 0, 0}), ArgumentError);
    CHECK_THROWS_AS(evaluate_curves({}, ends_of(0), true), DataError);
}
