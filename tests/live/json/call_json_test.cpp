// SPDX-License-Identifier: Apache-2.0
#include <automix/live/json/call_json.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>
#include "live/calls.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

using namespace automix;
using Json = nlohmann::ordered_json;

namespace {

RecordedCall full_call() {
    RecordedCall call;
    call.model = "small";
    call.request.messages = {{Role::system, "Be brief."}, {Role::user, "Where?"}, {Role::assistant, "So:"}};
    call.request.sampling = {.temperature = 0.7, .top_p = 0.9, .max_tokens = 64, .stop = {"\n"}, .seed = 7};
    call.request.samples = 2;
    call.reply.completions = {{"Oslo", FinishReason::stop}, {"Ro", FinishReason::length}};
    call.reply.usage = Usage{812, 9};
    call.reply.cost = 0.5;
    return call;
}

const std::string full_line =
    R"({"schema":"automix-calls/1","model":"small","request":{"messages":[{"role":"system","content":"Be brief."},)"
    R"({"role":"user","content":"Where?"},{"role":"assistant","content":"So:"}],"temperature":0.7,"top_p":0.9,)"
    R"("max_tokens":64,"stop":["\n"],"seed":7},"samples":2,"completions":[{"text":"Oslo","finish":"stop"},)"
    R"({"text":"Ro","finish":"length"}],"usage":{"prompt_tokens":812,"completion_tokens":9},"cost":0.5})";

void check_same(const RecordedCall& a, const RecordedCall& b) {
    CHECK(a.model == b.model);
    CHECK(a.request == b.request);
    CHECK(a.reply == b.reply);
}

}  // namespace

TEST_CASE("a call is written as its line and read back") {
    CHECK(to_json(full_call()).dump() == full_line);
    check_same(parse_call(Json::parse(full_line), "calls"), full_call());
}

TEST_CASE("thinking and the name that the server gives are kept, and need not be there") {
    RecordedCall call = full_call();
    call.reply.completions[1].thinking = "Norway, so";
    call.reply.served_model = "mini-0401";
    const Json json = to_json(call);
    CHECK_FALSE(json["completions"][0].contains("thinking"));
    CHECK(json["completions"][1]["thinking"] == "Norway, so");
    CHECK(json["served_model"] == "mini-0401");
    check_same(parse_call(Json::parse(json.dump()), "calls"), call);
    Json wrong = Json::parse(json.dump());
    wrong["served_model"] = 3;
    CHECK_THROWS_WITH(parse_call(wrong, "calls"), "calls: served_model: expected a string, found 3");
    wrong = Json::parse(json.dump());
    wrong["completions"][1]["thinking"] = nullptr;
    CHECK_THROWS_WITH(parse_call(wrong, "calls"),
                      "calls: completions[1].thinking: expected a string, found null");
}

TEST_CASE("log probabilities of tokens are kept to the last bit, and need not be there") {
    RecordedCall call = full_call();
    call.reply.completions[0].tokens = {{"Os", -1.0 / 3.0, {{"Os", -1.0 / 3.0}, {"Ro", -1.5}}},
                                        {"lo", 0.0, {}}};
    const Json json = to_json(call);
    CHECK(json["completions"][0]["tokens"].dump() ==
          R"([{"text":"Os","logprob":-0.3333333333333333,"top":[{"text":"Os","logprob":-0.3333333333333333},)"
          R"({"text":"Ro","logprob":-1.5}]},{"text":"lo","logprob":0.0}])");
    CHECK_FALSE(json["completions"][1].contains("tokens"));
    check_same(parse_call(Json::parse(json.dump()), "calls"), call);
    const auto refused = [&](const std::string& pointer, const Json& value, const std::string& message) {
        Json wrong = Json::parse(json.dump());
        wrong[Json::json_pointer("/completions/0/tokens" + pointer)] = value;
        CHECK_THROWS_WITH(parse_call(wrong, "calls"), "calls: completions[0].tokens" + message);
    };
    refused("/1/logprob", 0.5, "[1].logprob: expected a number of at most 0, found 0.5");
    refused("/1/logprob", nullptr, "[1].logprob: expected a number, found null");
    refused("/0/top/1/text", 3, "[0].top[1].text: expected a string, found 3");
    refused("/0/bytes", 3, "[0].bytes: unknown key; known are text, logprob, top");
    refused("", Json::array(), ": expected at least one token, found 0");
}

TEST_CASE("what a call need not have is null") {
    const RecordedCall plain = calls::call("m", calls::asking("?"), {""});
    const Json json = to_json(plain);
    CHECK(json["usage"].is_null());
    CHECK(json["request"]["seed"].is_null());
    CHECK(json["request"]["stop"].empty());
    check_same(parse_call(json, "calls"), plain);
}

TEST_CASE("numbers of calls are read back to the last bit") {
    RecordedCall call = full_call();
    call.request.sampling.temperature = 0.1 + 0.2;
    call.request.sampling.seed = std::numeric_limits<std::uint64_t>::max();
    call.reply.usage = Usage{std::numeric_limits<std::int64_t>::max(), 3'000'000'000};
    call.reply.cost = 1.0 / 3.0;
    for (const FinishReason finish :
         {FinishReason::stop, FinishReason::length, FinishReason::content_filter, FinishReason::other}) {
        call.reply.completions[0].finish = finish;
        check_same(parse_call(Json::parse(to_json(call).dump()), "calls"), call);
    }
}

TEST_CASE("the purpose of a call is no part of it") {
    RecordedCall call = full_call();
    call.request.purpose = Purpose::verification;
    CHECK(to_json(call).dump() == full_line);
}

TEST_CASE("a call that is wrong is refused by field") {
    struct Case {
        std::string pointer;
        Json value;
        std::string message;
    };
    const std::vector<Case> cases = {
        {"/schema", "automix-log/1", R"(schema: expected "automix-calls/1", found "automix-log/1")"},
        {"/model", 3, "model: expected a string, found 3"},
        {"/extra", 1, "extra: unknown key"},
        {"/request/messages", Json::array(), "request.messages: expected at least one, found 0"},
        {"/request/messages/1/role", "tool",
         R"(request.messages[1].role: expected one of system, user, assistant, found "tool")"},
        {"/request/messages/1/content", nullptr,
         "request.messages[1].content: expected a string, found null"},
        {"/request/messages/1/name", "x", "request.messages[1].name: unknown key"},
        {"/request/temperature", "hot", R"(request.temperature: expected a number, found "hot")"},
        {"/request/top_p", nullptr, "request.top_p: expected a number, found null"},
        {"/request/max_tokens", 0,
         "request.max_tokens: expected a whole number from 1 to 2147483647, found 0"},
        {"/request/stop", "\n", "request.stop: expected an array, found \"\\x0a\""},
        {"/request/stop/0", 1, "request.stop[0]: expected a string, found 1"},
        {"/request/seed", -1, "request.seed: expected a whole number of at least 0 or null, found -1"},
        {"/request/n", 2, "request.n: unknown key"},
        {"/samples", 3, "completions: expected 3 completions, found 2"},
        {"/samples", 0, "samples: expected a whole number from 1 to 2147483647, found 0"},
        {"/completions", nullptr, "completions: expected an array, found null"},
        {"/completions/1/text", nullptr, "completions[1].text: expected a string, found null"},
        {"/completions/1/finish", "tired",
         R"(completions[1].finish: expected one of stop, length, content_filter, other, found "tired")"},
        {"/usage/prompt_tokens", -1, "usage.prompt_tokens: expected a whole number of at least 0, found -1"},
        {"/usage/completion_tokens", 0.5,
         "usage.completion_tokens: expected a whole number of at least 0, found 0.5"},
        {"/usage/total", 1, "usage.total: unknown key"},
        {"/cost", -0.5, "cost: expected a number of at least 0, found -0.5"},
        {"/cost", nullptr, "cost: expected a number, found null"},
    };
    for (const Case& wrong : cases) {
        Json json = Json::parse(full_line);
        json[Json::json_pointer(wrong.pointer)] = wrong.value;
        CHECK_THROWS_WITH(parse_call(json, "calls"), Catch::Matchers::StartsWith("calls: " + wrong.message));
    }
    for (const auto& [object, key] :
         std::vector<std::pair<std::string, std::string>>{{"", "schema"},
                                                          {"", "model"},
                                                          {"", "request"},
                                                          {"", "samples"},
                                                          {"", "completions"},
                                                          {"", "usage"},
                                                          {"", "cost"},
                                                          {"request", "stop"},
                                                          {"request", "messages"},
                                                          {"request", "max_tokens"},
                                                          {"request", "top_p"},
                                                          {"request", "temperature"},
                                                          {"request", "seed"},
                                                          {"usage", "prompt_tokens"}}) {
        Json json = Json::parse(full_line);
        (object.empty() ? json : json[object]).erase(key);
        CHECK_THROWS_WITH(parse_call(json, "calls"),
                          "calls: " + (object.empty() ? "" : object + ".") + key + ": missing");
    }
    CHECK_THROWS_WITH(parse_call(Json::array(), "calls"), "calls: expected an object, found an empty array");
}
