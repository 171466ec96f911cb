// SPDX-License-Identifier: Apache-2.0
// Comparisons and frontiers as JSON: names, order and values at once.
#include "support/catch.hpp"

#include <automix/evaluation/bootstrap.hpp>
#include <automix/evaluation/comparison.hpp>
#include <automix/evaluation/frontier.hpp>
#include <automix/evaluation/report/comparison_json.hpp>
#include <automix/evaluation/report/frontier_json.hpp>
#include <automix/metrics/ibc.hpp>

#include <string>
#include <vector>

using namespace automix;

TEST_CASE("a compared router has fifteen members") {
    ComparedRouter router;
    router.name = "r";
    router.models = {"a", "b"};
    router.refused = 1;
    router.metrics.area = {12.5, 0.5, 0};
    router.metrics.lift = {OptionalMetric::undefined("none"), OptionalMetric::undefined("none"), 3};
    router.area_difference = {-1.0, 0.25, 0};
    router.excess_difference = {-2.0, 0.75, 0};
    const std::string empty = R"({"mean":null,"se":null,"undefined":0})";
    std::string figures;
    for (const char* name : {"apgr", "cpt_50", "cpt_80", "aiq", "deferral_area", "cost_50", "cost_80",
                             "cost_95", "cost_100", "score_25", "score_50", "score_75"})
        figures += (figures.empty() ? "\"" : ",\"") + std::string(name) + "\":" + empty;
    CHECK(
        to_json(std::vector<ComparedRouter>{router}).dump() ==
        R"([{"name":"r","models":["a","b"],"refused":1,"infeasible":0,)"
        R"("lift":{"mean":null,"se":null,"undefined":3},"area":{"mean":12.5,"se":0.5,"undefined":0},"excess":)" +
            empty + R"(,"gap_recovered":)" + empty + R"(,"performance":)" + empty + R"(,"quality":)" + empty +
            R"(,"cost":)" + empty + R"(,"draws":)" + empty + R"(,"rounds":)" + empty + R"(,"later_start":)" +
            empty +
            R"(,"difference":{"mean":-1.0,"se":0.25,"undefined":0,"excess":{"mean":-2.0,"se":0.75,"undefined":0}},"figures":{)" +
            figures + "}}]");
}

TEST_CASE("a frontier has its points as reports") {
    Frontier frontier;
    frontier.router = "r";
    frontier.rows = 7;
    frontier.policies.resize(1);
    frontier.policies.front().parameters = {{"lambda", 0.5}};
    frontier.models.resize(1);
    frontier.models.front().name = "m";
    frontier.models.front().intervals = ConfidenceIntervals{};
    const auto json = to_json(frontier);
    CHECK(json["router"] == "r");
    CHECK(json["rows"] == 7);
    CHECK(json["policies"][0]["parameters"]["lambda"] == 0.5);
    CHECK_FALSE(json["policies"][0].contains("name"));
    CHECK(json["policies"][0]["ci"].is_null());
    CHECK(json["models"][0]["name"] == "m");
    CHECK(json["models"][0]["ci"]["level"] == 0.95);
    CHECK(json["models"][0].contains("performance"));
    CHECK(json["oracle"].empty());
}
