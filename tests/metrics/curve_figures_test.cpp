// SPDX-License-Identifier: Apache-2.0
// Figures of curves by hand, and those of published code on three small tables. Their numbers are what the functions of
// RouteLLM (lm-sys/RouteLLM, 0b64fda, routellm/evals/evaluate.py) and of RouterBench (withmartian/routerbench, cc67d10,
// evaluation/AIQ.py) gave on these tables with numpy 1.26.1 and pandas 2.1.2.
#include "support/catch.hpp"

#include <automix/metrics/curve_figures.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/metrics/upper_hull.hpp>

#include <cstddef>
#include <string>
#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;

namespace {

const OperatingPoint curve_start{0.4, 1.0};
const OperatingPoint curve_end{0.8, 9.0};

PolicyCurve curve(const std::vector<OperatingPoint>& reached) { return {reached, curve_start, curve_end}; }

/// A table of scores at shares of calls of the strong model, none and all included, and what published code says of it.
struct PublishedTable {
    std::string name;
    std::vector<OperatingPoint> points;  ///< score, and share of calls
    double auc;
    double apgr;
    double calls_20, calls_50, calls_80;  ///< shares of calls that recover that per cent of the gap
    double aiq;                           ///< at costs 1 + 9 * share
    double highest_cost;  ///< of the hull of its code, which has no point that scores less than a cheaper one
};

const std::vector<PublishedTable> published = {
    {"concave",
     {{0.50, 0.0}, {0.62, 0.1}, {0.74, 0.3}, {0.83, 0.6}, {0.86, 1.0}},
     0.7655,
     0.7375,
     0.06,
     0.20,
     0.46,
     0.68895,
     10.0},
    {"bent",
     {{0.40, 0.0}, {0.44, 0.2}, {0.60, 0.25}, {0.58, 0.5}, {0.70, 0.8}, {0.72, 1.0}},
     0.5915,
     0.5984375,
     0.2075,
     0.2375,
     0.69,
     0.56205,
     10.0},
    {"weak",
     {{0.30, 0.0}, {0.31, 0.15}, {0.45, 0.4}, {0.68, 0.7}, {0.81, 0.9}, {0.80, 1.0}},
     0.53975,
     0.4795,
     0.3107,
     0.5304,
     0.7308,
     0.494010989010989,
     9.1},
};

}  // namespace

TEST_CASE("published code has the same area, APGR and CPT") {
    for (const PublishedTable& table : published) {
        INFO(table.name);
        const OperatingPoint weak = table.points.front();
        const OperatingPoint strong = table.points.back();
        const PolicyCurve calls(table.points, weak, strong);
        CHECK_THAT(calls.deferral_area().value(), WithinAbs(table.auc, 1e-12));
        CHECK_THAT(calls.average_gap_recovered().value(), WithinAbs(table.apgr, 1e-12));
        // Its code prints per cent with two digits.
        CHECK_THAT(calls.cost_at_gap(0.2).value(), WithinAbs(table.calls_20, 5e-5));
        CHECK_THAT(calls.cost_at_gap(0.5).value(), WithinAbs(table.calls_50, 5e-5));
        CHECK_THAT(calls.cost_at_gap(0.8).value(), WithinAbs(table.calls_80, 5e-5));
    }
}

TEST_CASE("published code has the same AIQ, but for its divisor") {
    for (const PublishedTable& table : published) {
        INFO(table.name);
        std::vector<OperatingPoint> points;
        for (const OperatingPoint& point : table.points) {
            if (1.0 + 9.0 * point.cost <= table.highest_cost)
                points.push_back({point.performance, 1.0 + 9.0 * point.cost});
        }
        const PolicyCurve costs(points, points.front(), points.back());
        // Its code divides the area by the highest cost, the paper by the range of costs.
        const double range = points.back().cost - points.front().cost;
        CHECK_THAT(costs.average_quality().value() * range / points.back().cost, WithinAbs(table.aiq, 1e-12));
    }
}

TEST_CASE("a straight line has the mean of its ends, half of the gap, and its share of the costs") {
    const PolicyCurve line = curve({});
    CHECK(line.points().size() == 2);
    CHECK_THAT(line.deferral_area().value(), WithinAbs(0.6, 1e-12));
    CHECK_THAT(line.average_quality().value(), WithinAbs(0.6, 1e-12));
    CHECK_THAT(line.average_gap_recovered().value(), WithinAbs(0.5, 1e-12));
    CHECK_THAT(line.cost_at_gap(0.25).value(), WithinAbs(3.0, 1e-12));
    CHECK_THAT(line.performance_at(0.25).value(), WithinAbs(0.5, 1e-12));
}

TEST_CASE("figures of a bent curve by hand") {
    // 0.4 at 1, 0.7 at 3, 0.6 at 5, 0.8 at 9: trapezoids of 2, 2 and 4 units of cost.
    const PolicyCurve bent = curve({{0.6, 5.0}, {0.7, 3.0}});
    const double area = (0.55 * 2.0 + 0.65 * 2.0 + 0.7 * 4.0) / 8.0;
    CHECK_THAT(bent.deferral_area().value(), WithinAbs(area, 1e-12));
    CHECK_THAT(bent.average_gap_recovered().value(), WithinAbs((area - 0.4) / 0.4, 1e-12));
    // The hull skips the point at 5.
    CHECK_THAT(bent.average_quality().value(), WithinAbs((0.55 * 2.0 + 0.75 * 6.0) / 8.0, 1e-12));
    // The score 0.7 is first reached at 3, though the curve falls below it again.
    CHECK_THAT(bent.cost_at_gap(0.75).value(), WithinAbs(3.0, 1e-12));
    CHECK_THAT(bent.cost_at_gap(0.9).value(), WithinAbs(5.0 + 4.0 * 0.16 / 0.2, 1e-12));
    CHECK_THAT(bent.cost_at_gap(1.0).value(), WithinAbs(9.0, 1e-12));
    CHECK_THAT(bent.cost_at_gap(0.0).value(), WithinAbs(1.0, 1e-12));
    CHECK_THAT(bent.performance_at(0.5).value(), WithinAbs(0.6, 1e-12));
    CHECK_THAT(bent.performance_at(0.0).value(), WithinAbs(0.4, 1e-12));
    CHECK_THAT(bent.performance_at(1.0).value(), WithinAbs(0.8, 1e-12));
}

TEST_CASE("a policy that beats the large model has its quality for less") {
    const PolicyCurve better = curve({{0.9, 5.0}});
    CHECK_THAT(better.cost_at_gap(1.0).value(), WithinAbs(1.0 + 4.0 * 0.4 / 0.5, 1e-12));
    // The hull stays at its highest score: 0.65 over the first half, 0.9 over the second.
    CHECK_THAT(better.average_quality().value(), WithinAbs(0.775, 1e-12));
    CHECK_THAT(better.deferral_area().value(), WithinAbs(0.75, 1e-12));
}

TEST_CASE(
    "policies that cost more than the large model are no part of the curve, and equal costs count as their "
    "mean") {
    CHECK(curve({{0.9, 9.5}, {0.3, 0.5}}).points().size() == 2);
    CHECK_THAT(curve({{0.5, 5.0}, {0.9, 5.0}}).performance_at(0.5).value(), WithinAbs(0.7, 1e-12));
    // A policy at the cost of the large model is averaged with it.
    CHECK_THAT(curve({{0.6, 9.0}}).performance_at(1.0).value(), WithinAbs(0.7, 1e-12));
    CHECK(curve({{0.6, 9.0}}).cost_at_gap(1.0).reason() == "no policy recovers that share of the gap");
}

TEST_CASE("figures are undefined if the large model is no better or costs no more") {
    const PolicyCurve worse({}, curve_start, {0.3, 9.0});
    CHECK(worse.average_gap_recovered().reason() == "the last model scores no higher than the first");
    CHECK(worse.cost_at_gap(0.5).reason() == "the last model scores no higher than the first");
    CHECK_THAT(worse.deferral_area().value(), WithinAbs(0.35, 1e-12));
    // The hull stays at the score of the small model.
    CHECK_THAT(worse.average_quality().value(), WithinAbs(0.4, 1e-12));
    const PolicyCurve cheaper({{0.5, 0.7}}, curve_start, {0.8, 0.5});
    for (const OptionalMetric& metric :
         {cheaper.deferral_area(), cheaper.average_quality(), cheaper.performance_at(0.5)})
        CHECK(metric.reason() == "the last model costs no more than the first");
    CHECK_FALSE(cheaper.cost_at_gap(0.5).defined());
    CHECK(cheaper.points().empty());
}

TEST_CASE("the score beyond the ends of a curve is that of the end") {
    const std::vector<OperatingPoint> line{{0.2, 1.0}, {0.6, 3.0}};
    CHECK_THAT(performance_at_cost(line, 0.0), WithinAbs(0.2, 1e-12));
    CHECK_THAT(performance_at_cost(line, 1.5), WithinAbs(0.3, 1e-12));
    CHECK_THAT(performance_at_cost(line, 4.0), WithinAbs(0.6, 1e-12));
}

TEST_CASE("the upper hull keeps what is best for some price of quality") {
    // (3, 0.5) lies below the line from (1, 0.4) to (5, 0.8); (6, 0.7) scores less than a cheaper point.
    const std::vector<std::size_t> hull =
        upper_hull({{0.7, 6.0}, {0.5, 3.0}, {0.8, 5.0}, {0.4, 1.0}, {0.4, 1.0}});
    CHECK(hull == std::vector<std::size_t>{3, 2});
}
