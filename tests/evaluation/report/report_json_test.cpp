// SPDX-License-Identifier: Apache-2.0
#include <automix/evaluation/baselines.hpp>
#include <automix/evaluation/bootstrap.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/evaluation/report/report_json.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/parameters.hpp>
#include <automix/routing/training.hpp>

#include <string>
#include <vector>

#include "support/catch.hpp"

namespace {

using automix::OptionalMetric;
using automix::OrderedJson;
using automix::Report;

/// The text of a JSON object: names, order and values at once.
template <class T>
std::string text(const T& value) {
    return automix::to_json(value).dump();
}

Report report() {
    Report report;
    report.performance = 0.5;
    report.cost = 3.0;
    report.answer_cost = 2.0;
    report.verification_cost = 1.0;
    report.ibc = 0.25;
    report.ibc_lift = -0.5;
    report.routed = 0.125;
    report.draws = 4.0;
    report.rounds = 1.5;
    report.gap_recovered = 0.75;
    report.excess = 12.5;
    return report;
}

const std::string report_text =
    R"({"performance":0.5,"cost":3.0,"answer_cost":2.0,"verification_cost":1.0,"ibc":0.25,"ibc_lift":-0.5,)"
    R"("undefined":null,"routed":0.125,"draws":4.0,"rounds":1.5,"gap_recovered":0.75,"excess":12.5})";

}  // namespace

TEST_CASE("a guard has three members") {
    CHECK(text(automix::Guard{true, 0.5, 0.25, 3.5}) ==
          R"({"passed":true,"mean":0.5,"se":0.25,"signal":3.5})");
}

TEST_CASE("a figure is its number or null") {
    CHECK(text(OptionalMetric(0.5)) == "0.5");
    CHECK(text(OptionalMetric::undefined("no")) == "null");
}

TEST_CASE(
    "a report has twelve members; what is undefined is null, with the reason of IBC before that of lift") {
    CHECK(text(report()) == report_text);
    Report bare = report();
    bare.ibc_lift = OptionalMetric::undefined("the last model scores no higher than the first");
    CHECK(automix::to_json(bare)["ibc_lift"].is_null());
    CHECK(automix::to_json(bare)["undefined"] == "the last model scores no higher than the first");
    bare.ibc = OptionalMetric::undefined("cost equals that of the small model");
    bare.excess = OptionalMetric::undefined("no gap");
    CHECK(automix::to_json(bare)["ibc"].is_null());
    CHECK(automix::to_json(bare)["excess"].is_null());
    CHECK(automix::to_json(bare)["undefined"] == "cost equals that of the small model");
}

TEST_CASE("intervals are pairs, and that of the lift is null where no resample has one") {
    automix::ConfidenceIntervals intervals{0.9, 20, {0.25, 0.5}, {1.0, 2.0}, automix::Interval{-0.5, 0.5}, 3};
    CHECK(text(intervals) ==
          R"({"level":0.9,"resamples":20,"performance":[0.25,0.5],"cost":[1.0,2.0],"ibc_lift":[-0.5,0.5],)"
          R"("undefined_resamples":3})");
    intervals.ibc_lift.reset();
    CHECK(automix::to_json(intervals)["ibc_lift"].is_null());
}

TEST_CASE("an evaluation is its report with its intervals; data sets and baselines stand by name") {
    automix::Evaluation evaluation;
    evaluation.report = report();
    CHECK(text(evaluation) == report_text.substr(0, report_text.size() - 1) + R"(,"ci":null})");
    evaluation.intervals = automix::ConfidenceIntervals{};
    CHECK(automix::to_json(evaluation)["ci"]["level"] == 0.95);

    CHECK(automix::datasets_json(evaluation).dump() == "{}");
    evaluation.datasets = {{"z", report()}, {"a", report()}};
    CHECK(automix::datasets_json(evaluation).dump() ==
          R"({"z":)" + report_text + R"(,"a":)" + report_text + "}");

    automix::Baselines baselines;
    baselines.oracle = report();
    const OrderedJson json = automix::to_json(baselines);
    std::vector<std::string> names;
    for (const auto& [name, value] : json.items()) names.push_back(name);
    CHECK(names == std::vector<std::string>{"always_small", "always_large", "random_mix", "oracle"});
    CHECK(json["oracle"].dump() == report_text);
}

TEST_CASE("parameters are numbers, lists and texts by name, in their order") {
    const automix::Parameters parameters = {
        {"t", 0.5}, {"cells", std::vector<double>{0.0, 1.0}}, {"member", std::string("threshold")}};
    CHECK(text(parameters) == R"({"t":0.5,"cells":[0.0,1.0],"member":"threshold"})");
    CHECK(text(automix::Parameters{}) == "{}");
}

TEST_CASE("prices as JSON name who stated them, null for a model that is not verified") {
    using automix::PriceOrigin;
    const std::vector<automix::ModelPrices> prices = {
        {"s", 1.0, PriceOrigin::standard, true, 0.25, 1.0, PriceOrigin::recorded},
        {"l", 9.0, PriceOrigin::given, false, 0.0, 0.0, PriceOrigin::standard}};
    CHECK(
        text(prices) ==
        R"([{"model":"s","answer":1.0,"answer_from":"default","draw":0.25,"verification":1.0,"verification_from":"recorded"},)"
        R"({"model":"l","answer":9.0,"answer_from":"given","draw":null,"verification":null,"verification_from":null}])");
}
