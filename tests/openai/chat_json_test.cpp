// SPDX-License-Identifier: Apache-2.0
#include <automix/core/error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>
#include <automix/openai/detail/chat_json.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"

using automix::ArgumentError;
using automix::DataError;
using automix::FinishReason;
using automix::GenerateRequest;
using automix::Usage;
using automix::detail::ChatBody;
using automix::detail::parse_chat_reply;
using Catch::Matchers::ContainsSubstring;
using Json = nlohmann::json;

namespace {

std::string fixture(const std::string& name) {
    std::ifstream file(AUTOMIX_TESTS_DIR "/openai/fixtures/" + name, std::ios::binary);
    REQUIRE(file);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// A reply of these choices and this usage, as JSON texts.
std::string reply(const std::string& choices, const std::string& usage = "null") {
    return R"({"choices":)" + choices + R"(,"usage":)" + usage + "}";
}

std::string choice(const std::string& text, const std::string& further = "") {
    return R"({"message":{"content":")" + text + R"("},"finish_reason":"stop")" + further + "}";
}

std::optional<Usage> usage_of(const std::string& usage) {
    return detail::parse_chat_reply(reply("[" + choice("a") + "]", usage)).usage;
}

}  // namespace

TEST_CASE("a request becomes the body of chat completions") {
    GenerateRequest request{.messages = {{automix::Role::system, "Be brief."},
                                         {automix::Role::user, "Gr\xC3\xBC\xC3\x9F Gott?"},
                                         {automix::Role::assistant, "\"Yes\"\n"}},
                            .sampling = {.temperature = 0.5, .top_p = 0.25, .max_tokens = 7}};
    CHECK(Json::parse(
              automix::detail::to_chat_json(request, detail::ChatBody{.model = "m"}, 1, std::nullopt)) ==
          Json::parse(R"({"model":"m","messages":[{"role":"system","content":"Be brief."},
              {"role":"user","content":"Grüß Gott?"},{"role":"assistant","content":"\"Yes\"\n"}],
              "max_tokens":7,"temperature":0.5,"top_p":0.25})"));

    request.sampling.stop = {"\n", "END"};
    const detail::ChatBody body{.model = "m",
                                .max_tokens_field = "max_completion_tokens",
                                .extra = automix::detail::parse_extra_body(R"({"top_k":0,"min_p":0.0})")};
    const auto json = Json::parse(automix::detail::to_chat_json(request, body, 4, 9));
    CHECK(json["n"] == 4);
    CHECK(json["seed"] == 9);
    CHECK(json["stop"] == Json{"\n", "END"});
    CHECK(json["top_k"] == 0);
    CHECK(json["min_p"] == 0.0);
    CHECK(json["max_completion_tokens"] == 7);
    CHECK_FALSE(json.contains("max_tokens"));
}

TEST_CASE("a seed keeps to what fits into a signed number") {
    const GenerateRequest request{.messages = {{.text = "?"}}, .sampling = {.max_tokens = 1}};
    const auto json = Json::parse(automix::detail::to_chat_json(request, {}, 1, UINT64_MAX));
    CHECK(json["seed"] == INT64_MAX);
}

TEST_CASE("a message that is not UTF-8 is not sent") {
    const GenerateRequest request{.messages = {{.text = "caf\xE9"}}, .sampling = {.max_tokens = 1}};
    CHECK_THROWS_AS(automix::detail::to_chat_json(request, {}, 1, std::nullopt), ArgumentError);
}

TEST_CASE("extra fields are an object that sets nothing of the request's own") {
    CHECK(automix::detail::parse_extra_body("").empty());
    CHECK_THROWS_WITH(automix::detail::parse_extra_body("[1]"),
                      "extra_body: expected an object, found an array");
    CHECK_THROWS_WITH(automix::detail::parse_extra_body(R"({"n":2})"),
                      "extra_body: n is set by the request itself");
    CHECK_THROWS_WITH(automix::detail::parse_extra_body(R"({"stream":true})"),
                      ContainsSubstring("stream is set"));
    CHECK_THROWS_AS(automix::detail::parse_extra_body("{"), ArgumentError);
}

TEST_CASE("captured replies are read as they were written") {
    for (const auto& entry : Json::parse(fixture("index.json"))) {
        const std::string file = entry["file"];
        CAPTURE(file);
        const std::string body = fixture(file);
        const bool chat = file.starts_with("chat_") && file.ends_with(".json");
        if (entry["status"] != 200) {
            const auto complaint = automix::detail::parse_complaint(body);
            REQUIRE(complaint);
            CHECK(complaint->message == Json::parse(body)["error"]["message"]);
        } else if (chat) {
            CHECK_FALSE(detail::parse_chat_reply(body).completions.empty());
        } else {
            CHECK_THROWS_AS(detail::parse_chat_reply(body), DataError);  // another endpoint's, or streamed
        }
    }
    const auto ordinary = detail::parse_chat_reply(fixture("chat_ordinary.json"));
    REQUIRE(ordinary.completions.size() == 1);
    CHECK(ordinary.completions[0].text == " Anna");
    CHECK(ordinary.completions[0].finish == FinishReason::stop);
    CHECK(ordinary.usage == Usage{.prompt_tokens = 53, .completion_tokens = 2});
    const auto cut = detail::parse_chat_reply(fixture("chat_length_limited.json"));
    CHECK(cut.completions.at(0).text == " Who has the coat");
    CHECK(cut.completions.at(0).finish == FinishReason::length);
    const auto two = detail::parse_chat_reply(fixture("chat_n2.json"));
    REQUIRE(two.completions.size() == 2);
    CHECK(two.completions[0].text == " Who has the coat? Anna.\nVerdict: incorrect");
    CHECK(two.completions[1].text == " Who has the coat? Grace.\nVerdict: correct");
    CHECK(two.usage == Usage{.prompt_tokens = 158, .completion_tokens = 12});
}

TEST_CASE("choices come in the order of their index") {
    const auto read = detail::parse_chat_reply(reply("[" + choice("c", R"(,"index":7)") + "," +
                                                     choice("a", R"(,"index":0)") + "," +
                                                     choice("b", R"(,"index":1)") + "]"));
    REQUIRE(read.completions.size() == 3);
    CHECK(read.completions[0].text == "a");
    CHECK(read.completions[1].text == "b");
    CHECK(read.completions[2].text == "c");
    CHECK(detail::parse_chat_reply(reply("[" + choice("x") + "," + choice("y") + "]")).completions[1].text ==
          "y");
    CHECK_THROWS_WITH(detail::parse_chat_reply(reply("[" + choice("a", R"(,"index":1)") + "," +
                                                     choice("b", R"(,"index":1)") + "]")),
                      "choices: index 1 stands twice");
    CHECK_THROWS_WITH(detail::parse_chat_reply(reply("[" + choice("a", R"(,"index":-1)") + "]")),
                      "choices[0].index: expected a whole number of at least 0, found -1");
}

TEST_CASE("finish reasons") {
    const auto finish = [](const std::string& reason) {
        return detail::parse_chat_reply(
                   reply(R"([{"message":{"content":"a"},"finish_reason":)" + reason + "}]"))
            .completions.at(0)
            .finish;
    };
    CHECK(finish(R"("stop")") == FinishReason::stop);
    CHECK(finish(R"("length")") == FinishReason::length);
    CHECK(finish(R"("content_filter")") == FinishReason::content_filter);
    CHECK(finish(R"("tool_calls")") == FinishReason::other);
    CHECK(finish("null") == FinishReason::other);
    CHECK_THROWS_AS(finish("3"), DataError);
    const auto refused = detail::parse_chat_reply(
        reply(R"([{"message":{"content":null,"refusal":"I cannot."},"finish_reason":"stop"}])"));
    CHECK(refused.completions.at(0).finish == FinishReason::content_filter);
}

TEST_CASE("usage counts only where it can be true") {
    CHECK(usage_of(R"({"prompt_tokens":5,"completion_tokens":2,"total_tokens":7})") ==
          Usage{.prompt_tokens = 5, .completion_tokens = 2});
    CHECK(usage_of(R"({"prompt_tokens":5,"completion_tokens":0})") ==
          Usage{.prompt_tokens = 5, .completion_tokens = 0});
    for (const char* none :
         {"null", "3", "{}", R"({"prompt_tokens":0,"completion_tokens":0})", R"({"prompt_tokens":5})",
          R"({"prompt_tokens":5,"completion_tokens":null})", R"({"prompt_tokens":-5,"completion_tokens":2})",
          R"({"prompt_tokens":5.5,"completion_tokens":2})",
          R"({"prompt_tokens":5,"completion_tokens":9223372036854775807})",
          R"({"prompt_tokens":"5","completion_tokens":2})"}) {
        CAPTURE(none);
        CHECK_FALSE(usage_of(none));
    }
}

TEST_CASE("a body without a text to give is refused") {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"", "not valid JSON"},
        {"<html>", "not valid JSON"},
        {R"({"choices":[{"mess)", "not valid JSON"},
        {"[]", "reply: expected an object, found an empty array"},
        {"{}", "choices: expected an array of at least one, found null"},
        {reply("null"), "choices: expected an array of at least one, found null"},
        {reply("[]"), "choices: expected an array of at least one, found an empty array"},
        {reply("[3]"), "choices[0]: expected an object, found 3"},
        {reply("[{}]"), "choices[0].message: expected an object, found null"},
        {reply(R"([{"message":{}}])"), "choices[0].message.content: expected a text, found null"},
        {reply(R"([{"message":{"content":null}}])"),
         "choices[0].message.content: expected a text, found null"},
        {reply("[" + choice("a") + R"(,{"message":{"content":["b"]}}])"),
         "choices[1].message.content: expected a text, found an array"},
        {reply("[" + choice("caf\xE9 ") + "]"), "UTF-8"},
        {reply("[" + choice("a") + "]", "1e999"), "reply"},
        {std::string(3'000'000, '['), "nested deeper than 64 levels"},
        {R"({"a":)" + std::string(100'000, '{'), "not valid JSON"},
    };
    for (const auto& [body, message] : cases) {
        CAPTURE(body.substr(0, 80));
        CHECK_THROWS_AS(detail::parse_chat_reply(body), DataError);
        CHECK_THROWS_WITH(detail::parse_chat_reply(body), ContainsSubstring(message));
    }
}

TEST_CASE("complaints in the forms of several servers") {
    const auto message = [](const char* body) {
        const auto complaint = automix::detail::parse_complaint(body);
        return complaint ? complaint->message : "none";
    };
    CHECK(message(R"({"error":{"message":"bad key","code":401}})") == "bad key");
    CHECK(message(R"({"error":"bad key"})") == "bad key");
    CHECK(message(R"({"message":"bad key"})") == "bad key");
    CHECK(message(R"({"detail":"bad key"})") == "bad key");
    CHECK(message(R"({"error":{}})") == "none");
    CHECK(message("<html>") == "none");
    CHECK(automix::detail::parse_complaint(R"({"error":{"message":"no","code":"content_filter"}})")->code ==
          "content_filter");
}
