// SPDX-License-Identifier: Apache-2.0
// A frontier as CSV, its points by hand.
#include "support/catch.hpp"

#include <automix/evaluation/bootstrap.hpp>
#include <automix/evaluation/frontier.hpp>
#include <automix/evaluation/report/frontier_csv.hpp>

#include <string>

using namespace automix;

namespace {

FrontierPoint point(const std::string& name, double cost, double score) {
    FrontierPoint point;
    point.name = name;
    point.report.cost = cost;
    point.report.performance = score;
    point.report.routed = 0.25;
    point.report.draws = 1.5;
    point.report.rounds = 1.0;
    return point;
}

}  // namespace

TEST_CASE("a frontier as CSV has a line for each point") {
    Frontier frontier;
    frontier.policies.push_back(point("", 4.25, 0.875));
    frontier.policies.front().report.gap_recovered = 1.0;
    frontier.policies.front().report.excess = -75.0;
    ConfidenceIntervals intervals;
    intervals.cost = {4.0, 4.5};
    intervals.performance = {0.75, 1.0};
    frontier.policies.front().intervals = intervals;
    frontier.models.push_back(point("a,\"b\"", 3.0, 0.5));
    frontier.oracle.push_back(point("", 1.5, 0.75));
    const std::string expected =
        "kind,name,cost,cost_low,cost_high,performance,performance_low,performance_high,gap_recovered,excess,"
        "routed,draws,rounds\n"
        "policy,,4.25,4,4.5,0.875,0.75,1,1,-75,0.25,1.5,1\n"
        "model,\"a,\"\"b\"\"\",3,,,0.5,,,,,0.25,1.5,1\n"
        "oracle,,1.5,,,0.75,,,,,0.25,1.5,1\n";
    CHECK(frontier_csv(frontier) == expected);
}
