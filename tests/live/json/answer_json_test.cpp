// SPDX-License-Identifier: Apache-2.0
#include <automix/core/verdict.hpp>
#include <automix/live/json/answer_json.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/explanation.hpp>
#include "support/catch.hpp"

#include <chrono>
#include <string>
#include <vector>

using namespace automix;

namespace {

const std::vector<std::string> two_names = {"small", "large"};

LiveAnswer answered() {
    LiveAnswer answer;
    answer.id = "q1";
    answer.text = "Oslo";
    answer.model = 0;
    answer.finish = FinishReason::length;
    answer.models.resize(2);
    answer.models[0].answer = "Oslo";
    answer.models[0].verdicts = {Verdict::positive, Verdict::negative, Verdict::unparsed};
    answer.models[0].answer_cost = 1.0;
    answer.models[0].cut_bytes = 3;
    answer.models[0].verification_cost = 0.375;
    answer.latency = std::chrono::microseconds(12'345);
    return answer;
}

}  // namespace

TEST_CASE("an answer is a line with its verdicts and costs", "[live]") {
    CHECK(to_json(answered(), two_names).dump() ==
          R"({"id":"q1","answer":"Oslo","finish":"length","model":"small","verdicts":{"small":[1,0,null]},)"
          R"("cost":{"answers":1.0,"verification":0.375,"total":1.375,)"
          R"("models":{"small":{"answers":1.0,"verification":0.375}}},)"
          R"("cut_bytes":3,"latency_ms":12.345,"degraded":false,"explanation":null,"error":null})");
}

TEST_CASE("models that were asked stand in the costs, also where they failed or cost nothing", "[live]") {
    LiveAnswer answer = answered();
    answer.models[0].answer_cost = answer.models[0].verification_cost = 0.0;
    CHECK(
        to_json(answer, two_names)["cost"].dump() ==
        R"({"answers":0.0,"verification":0.0,"total":0.0,"models":{"small":{"answers":0.0,"verification":0.0}}})");
    answer.models[1].answer_cost = 25.0;
    answer.degraded = true;
    answer.failure = LiveFailure{FailureKind::timeout, "large: no reply"};
    const auto json = to_json(answer, two_names);
    CHECK(json["answer"] == "Oslo");
    CHECK(json["degraded"] == true);
    CHECK(json["error"].dump() == R"({"kind":"timeout","message":"large: no reply"})");
    CHECK(json["cost"]["models"]["large"]["answers"] == 25.0);
    CHECK(json["verdicts"].dump() == R"({"small":[1,0,null]})");
}

TEST_CASE("a query that failed has neither answer nor model", "[live]") {
    LiveAnswer answer;
    answer.id = "q2";
    answer.models.resize(2);
    answer.failure = LiveFailure{std::nullopt, "prompt: too long"};
    CHECK(
        to_json(answer, two_names).dump() ==
        R"({"id":"q2","answer":null,"finish":null,"model":null,"verdicts":{},"cost":{"answers":0.0,"verification":0.0,)"
        R"("total":0.0,"models":{}},"cut_bytes":0,"latency_ms":0.0,"degraded":false,"explanation":null,)"
        R"("error":{"kind":null,"message":"prompt: too long"}})");
}

TEST_CASE("an empty answer is one", "[live]") {
    LiveAnswer answer = answered();
    answer.text.clear();
    CHECK(to_json(answer, two_names)["answer"] == "");
}

TEST_CASE("an explanation goes with its answer", "[live]") {
    LiveAnswer answer = answered();
    Explanation& explanation = answer.explanation.emplace();
    explanation.action = Action::accept();
    explanation.current = 0;
    explanation.right = 0.75;
    explanation.reason = "the highest net value";
    const auto json = to_json(answer, two_names)["explanation"];
    CHECK(json["right"] == 0.75);
    CHECK(json["reason"] == "the highest net value");
}
