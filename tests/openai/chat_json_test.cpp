// SPDX-License-Identifier: Apache-2.0
#include <automix/core/error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>
#include <automix/openai/detail/asked_wait.hpp>
#include <automix/openai/detail/chat_json.hpp>
#include <automix/openai/detail/event_stream.hpp>
#include <automix/openai/detail/reported_usage.hpp>

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <ctime>
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

std::optional<automix::detail::ChatComplaint> complaint_in(const std::string& body) {
    return automix::detail::complaint_of(automix::detail::reply_json(body).json);
}

std::string choice(const std::string& text, const std::string& further = "") {
    return R"({"message":{"content":")" + text + R"("},"finish_reason":"stop")" + further + "}";
}

/// A reply with its usage.
struct ReadReply : automix::detail::ChatReply {
    std::optional<Usage> usage{};
};

ReadReply read_reply(const std::string& body) {
    const automix::detail::ReplyJson read = automix::detail::reply_json(body);
    if (read.unreadable) throw DataError(*read.unreadable);
    return {automix::detail::parse_chat_reply(read.json), automix::detail::reported_usage(read.json)};
}

std::optional<Usage> usage_of(const std::string& usage) {
    return read_reply(reply("[" + choice("a") + "]", usage)).usage;
}

}  // namespace

TEST_CASE("a request becomes the body of chat completions") {
    GenerateRequest request{.messages = {{automix::Role::system, "Be brief."},
                                         {automix::Role::user, "Gr\xC3\xBC\xC3\x9F Gott?"},
                                         {automix::Role::assistant, "\"Yes\"\n"}},
                            .sampling = {.temperature = 0.5, .top_p = 0.25, .max_tokens = 7}};
    CHECK(Json::parse(automix::detail::to_chat_json(request, automix::detail::ChatBody{.model = "m"}, 1,
                                                    std::nullopt)) ==
          Json::parse(R"({"model":"m","messages":[{"role":"system","content":"Be brief."},
              {"role":"user","content":"Grüß Gott?"},{"role":"assistant","content":"\"Yes\"\n"}],
              "max_tokens":7,"temperature":0.5,"top_p":0.25,"stream":false})"));

    request.sampling.stop = {"\n", "END"};
    const automix::detail::ChatBody body{
        .model = "m",
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
    const auto bare =
        Json::parse(automix::detail::to_chat_json(request, {.leave_out = {"temperature", "top_p"}}, 1, 9));
    CHECK_FALSE(bare.contains("temperature"));
    CHECK_FALSE(bare.contains("top_p"));
    CHECK(bare["max_tokens"] == 7);
}

TEST_CASE("log probabilities are asked for with answers alone, unless further fields ask otherwise") {
    GenerateRequest request{.messages = {{automix::Role::user, "?"}}, .sampling = {.max_tokens = 7}};
    ChatBody body{.model = "m", .logprobs = true};
    const auto sent = [&] { return Json::parse(automix::detail::to_chat_json(request, body, 1, {})); };
    CHECK(sent()["logprobs"] == true);
    CHECK_FALSE(sent().contains("top_logprobs"));
    body.top_logprobs = 5;
    CHECK(sent()["top_logprobs"] == 5);
    request.purpose = automix::Purpose::verification;
    CHECK_FALSE(sent().contains("logprobs"));
    CHECK_FALSE(sent().contains("top_logprobs"));
    request.purpose = automix::Purpose::answer;
    body.extra = automix::detail::parse_extra_body(R"({"logprobs":3})");
    CHECK(sent()["logprobs"] == 3);
    CHECK_FALSE(sent().contains("top_logprobs"));
}

TEST_CASE("log probabilities of tokens are read in both forms, and malformed ones are none") {
    const auto tokens = [](const std::string& logprobs) {
        return read_reply(reply("[" + choice("Oslo", R"(,"logprobs":)" + logprobs) + "]"))
            .choices.front()
            .completion.tokens;
    };
    using Tokens = std::vector<automix::CompletionToken>;
    const Tokens expected{{"Os", -0.5, {{"Os", -0.5}, {"Ro", -1.5}}}, {"lo", 0.0, {}}};
    CHECK(tokens(R"({"content":[{"token":"Os","logprob":-0.5,"bytes":[79,115],"top_logprobs":[
        {"token":"Os","logprob":-0.5},{"token":"Ro","logprob":-1.5},{"token":"x","logprob":null}]},
        {"token":"lo","logprob":1e-5,"top_logprobs":[]}],"refusal":null})") == expected);
    CHECK(tokens(R"({"tokens":["Os","lo"],"token_logprobs":[-0.5,0],"text_offset":[0,2],
        "top_logprobs":[{"Os":-0.5,"Ro":-1.5},null]})") == expected);
    CHECK(tokens(R"({"tokens":["Os","lo"],"token_logprobs":[-0.5,0],"top_logprobs":null})") ==
          Tokens{{"Os", -0.5, {}}, {"lo", 0.0, {}}});
    for (const char* malformed :
         {"null", "true", "[]", "{}", R"({"content":null})", R"({"content":[]})", R"({"content":[3]})",
          R"({"content":[{"token":"Os"}]})", R"({"content":[{"token":"Os","logprob":"-1"}]})",
          R"({"content":[{"token":"Os","logprob":-0.5},{"token":"lo","logprob":0.5}]})",
          R"({"content":[{"token":"Os","logprob":-0.5},{"token":null,"logprob":-0.5}]})",
          R"({"tokens":["Os","lo"],"token_logprobs":[-0.5]})",
          R"({"tokens":["Os","lo"],"token_logprobs":[null,-0.5]})", R"({"tokens":["Os"]})",
          R"({"tokens":"Os","token_logprobs":[-0.5]})"}) {
        INFO(malformed);
        CHECK(tokens(malformed).empty());
    }
    // An infinity is no JSON; the reply is read all the same.
    CHECK(tokens(R"({"content":[{"token":"Os","logprob":-Infinity}]})").empty());
    // The events of a stream have those of their own parts.
    const auto joined = read_reply(
        "data: "
        "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Os\"},\"logprobs\":{\"content\":[{\"token\":"
        "\"Os\",\"logprob\":-0.5,\"top_logprobs\":[{\"token\":\"Os\",\"logprob\":-0.5},{\"token\":\"Ro\","
        "\"logprob\":-1.5}]}]}}]}\n\n"
        "data: "
        "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"},\"logprobs\":{\"content\":[{\"token\":"
        "\"lo\",\"logprob\":0}]},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
    CHECK(joined.choices.front().completion.tokens == expected);
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
                      "extra_body: stream: expected false, found true");
    CHECK(automix::detail::parse_extra_body(R"({"stream":false})").size() == 1);
    CHECK_THROWS_WITH(automix::detail::parse_extra_body(R"({"max_completion_tokens":2})"),
                      ContainsSubstring("its name is given by max_tokens_field"));
    CHECK_THROWS_AS(automix::detail::parse_extra_body("{"), ArgumentError);
}

TEST_CASE("captured replies are read as they were written") {
    for (const auto& entry : Json::parse(fixture("index.json"))) {
        const std::string file = entry["file"];
        CAPTURE(file);
        const std::string body = fixture(file);
        const bool chat = file.starts_with("chat_") && file.ends_with(".json");
        if (entry["status"] != 200) {
            const auto complaint = complaint_in(body);
            REQUIRE(complaint);
            CHECK(complaint->message == Json::parse(body)["error"]["message"]);
        } else if (chat) {
            CHECK_FALSE(read_reply(body).choices.empty());
        } else if (file == "models.json") {
            CHECK_THROWS_AS(read_reply(body), DataError);  // another endpoint's
        } else {
            CHECK_FALSE(read_reply(body).choices.empty());  // of completions, or streamed
        }
    }
    const auto ordinary = read_reply(fixture("chat_ordinary.json"));
    REQUIRE(ordinary.choices.size() == 1);
    CHECK(ordinary.choices[0].completion.text == " Anna");
    CHECK(ordinary.choices[0].completion.finish == FinishReason::stop);
    CHECK(ordinary.usage == Usage{.prompt_tokens = 53, .completion_tokens = 2});
    const auto cut = read_reply(fixture("chat_length_limited.json"));
    CHECK(cut.choices.at(0).completion.text == " Who has the coat");
    CHECK(cut.choices.at(0).completion.finish == FinishReason::length);
    const auto two = read_reply(fixture("chat_n2.json"));
    REQUIRE(two.choices.size() == 2);
    CHECK(two.choices[0].completion.text == " Who has the coat? Anna.\nVerdict: incorrect");
    CHECK(two.choices[1].completion.text == " Who has the coat? Grace.\nVerdict: correct");
    CHECK(two.usage == Usage{.prompt_tokens = 158, .completion_tokens = 12});
}

TEST_CASE("choices come in the order of their index") {
    const auto read =
        read_reply(reply("[" + choice("c", R"(,"index":7)") + "," + choice("a", R"(,"index":0)") + "," +
                         choice("b", R"(,"index":1)") + "]"));
    REQUIRE(read.choices.size() == 3);
    CHECK(read.choices[0].completion.text == "a");
    CHECK(read.choices[1].completion.text == "b");
    CHECK(read.choices[2].completion.text == "c");
    CHECK(read_reply(reply("[" + choice("x") + "," + choice("y") + "]")).choices[1].completion.text == "y");
    CHECK_THROWS_WITH(
        read_reply(reply("[" + choice("a", R"(,"index":1)") + "," + choice("b", R"(,"index":1)") + "]")),
        "choices: index 1 stands twice");
    CHECK_THROWS_WITH(read_reply(reply("[" + choice("a", R"(,"index":-1)") + "]")),
                      "choices[0].index: expected a whole number of at least 0, found -1");
}

TEST_CASE("finish reasons") {
    const auto finish = [](const std::string& reason) {
        return read_reply(reply(R"([{"message":{"content":"a"},"finish_reason":)" + reason + "}]"))
            .choices.at(0)
            .completion.finish;
    };
    CHECK(finish(R"("stop")") == FinishReason::stop);
    CHECK(finish(R"("length")") == FinishReason::length);
    CHECK(finish(R"("content_filter")") == FinishReason::content_filter);
    CHECK(finish(R"("tool_calls")") == FinishReason::other);
    CHECK(finish("null") == FinishReason::stop);  // the reply is whole
    CHECK(finish("3") == FinishReason::other);
    CHECK(finish(R"("eos_token")") == FinishReason::stop);
    CHECK(finish(R"("MAX_TOKENS")") == FinishReason::length);
    CHECK(finish(R"("SAFETY")") == FinishReason::content_filter);
    const auto refused =
        read_reply(reply(R"([{"message":{"content":null,"refusal":"I cannot."},"finish_reason":"stop"}])"));
    CHECK(refused.choices.at(0).refusal == "I cannot.");
}

TEST_CASE("usage counts only where it can be true") {
    CHECK(usage_of(R"({"prompt_tokens":5,"completion_tokens":2,"total_tokens":7})") ==
          Usage{.prompt_tokens = 5, .completion_tokens = 2});
    CHECK(usage_of(R"({"prompt_tokens":5,"completion_tokens":0})") ==
          Usage{.prompt_tokens = 5, .completion_tokens = 0});
    // Thinking that only the total counts, and details that are parts of the completion.
    CHECK(usage_of(R"({"prompt_tokens":5,"completion_tokens":2,"total_tokens":19})") ==
          Usage{.prompt_tokens = 5, .completion_tokens = 14});
    CHECK(usage_of(R"({"prompt_tokens":5,"completion_tokens":12,"total_tokens":17,
              "completion_tokens_details":{"reasoning_tokens":10}})") ==
          Usage{.prompt_tokens = 5, .completion_tokens = 12});
    CHECK(usage_of(R"({"prompt_tokens":5,"completion_tokens":2,"total_tokens":3})") ==
          Usage{.prompt_tokens = 5, .completion_tokens = 2});
    CHECK(usage_of(R"({"prompt_tokens":5,"total_tokens":8})") ==
          Usage{.prompt_tokens = 5, .completion_tokens = 3});
    CHECK(usage_of(R"({"prompt_tokens":5.0,"completion_tokens":2.0})") ==
          Usage{.prompt_tokens = 5, .completion_tokens = 2});
    CHECK(usage_of(R"({"prompt_tokens":"12","completion_tokens":"2"})") ==
          Usage{.prompt_tokens = 12, .completion_tokens = 2});
    for (const char* none :
         {"null", "3", "{}", R"({"prompt_tokens":0,"completion_tokens":0})", R"({"prompt_tokens":5})",
          R"({"prompt_tokens":5,"completion_tokens":null})", R"({"prompt_tokens":-5,"completion_tokens":2})",
          R"({"prompt_tokens":5.5,"completion_tokens":2})",
          R"({"prompt_tokens":5,"completion_tokens":9223372036854775807})",
          R"({"prompt_tokens":"5","completion_tokens":"-2"})",
          R"({"prompt_tokens":"","completion_tokens":2})", R"({"total_tokens":7})",
          R"({"prompt_tokens":5,"completion_tokens":1e18})"}) {
        CAPTURE(none);
        CHECK_FALSE(usage_of(none));
    }
}

TEST_CASE("usage is read under the names of other APIs") {
    using automix::detail::reply_json;
    const auto usage = [](const std::string& body) {
        return automix::detail::reported_usage(reply_json(body).json);
    };
    CHECK(usage(R"({"usage":{"input_tokens":11,"output_tokens":4,"total_tokens":15,
              "input_tokens_details":{"cached_tokens":6},"output_tokens_details":{"reasoning_tokens":3}}})") ==
          Usage{.prompt_tokens = 11, .completion_tokens = 4});
    // Anthropic counts what is cached beside the input: 7 + 100 + 20.
    CHECK(usage(R"({"usage":{"input_tokens":7,"cache_creation_input_tokens":100,
              "cache_read_input_tokens":20,"output_tokens":4}})") ==
          Usage{.prompt_tokens = 127, .completion_tokens = 4});
    CHECK(usage(R"({"usage":{"prompt_tokens":127,"cache_read_input_tokens":100,"completion_tokens":4}})") ==
          Usage{.prompt_tokens = 127, .completion_tokens = 4});
    // Gemini counts thinking beside the candidates: 2 + 9.
    CHECK(usage(R"({"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":2,"thoughtsTokenCount":9,
              "totalTokenCount":16}})") == Usage{.prompt_tokens = 5, .completion_tokens = 11});
    CHECK(usage(R"({"usageMetadata":{"promptTokenCount":5,"thoughtsTokenCount":9}})") ==
          Usage{.prompt_tokens = 5, .completion_tokens = 9});
    CHECK(usage(R"({"usage":{"inputTokens":5,"outputTokens":2,"totalTokens":7}})") ==
          Usage{.prompt_tokens = 5, .completion_tokens = 2});
    CHECK(usage(R"({"usage":{"billed_units":{"input_tokens":5,"output_tokens":2},
              "tokens":{"input_tokens":70,"output_tokens":2}}})") ==
          Usage{.prompt_tokens = 5, .completion_tokens = 2});
    CHECK(usage(R"({"meta":{"billed_units":{"input_tokens":5,"output_tokens":2}}})") ==
          Usage{.prompt_tokens = 5, .completion_tokens = 2});
    CHECK(usage(R"({"message":{"content":"a"},"prompt_eval_count":5,"eval_count":2})") ==
          Usage{.prompt_tokens = 5, .completion_tokens = 2});
    CHECK(usage(R"({"x_groq":{"usage":{"prompt_tokens":5,"completion_tokens":2}}})") ==
          Usage{.prompt_tokens = 5, .completion_tokens = 2});
    // Gateways that fill both pairs, one of them with zeros.
    CHECK(
        usage(R"({"usage":{"prompt_tokens":5,"completion_tokens":2,"input_tokens":0,"output_tokens":0}})") ==
        Usage{.prompt_tokens = 5, .completion_tokens = 2});
    CHECK(
        usage(R"({"usage":{"prompt_tokens":0,"completion_tokens":0,"input_tokens":5,"output_tokens":2}})") ==
        Usage{.prompt_tokens = 5, .completion_tokens = 2});
    CHECK_FALSE(usage(R"({"usage":{"input_tokens":0,"output_tokens":0}})"));
    CHECK_FALSE(usage(R"({"usage":{"input_tokens":5,"output_tokens":"many"}})"));
    CHECK_FALSE(usage(R"({"usage":{"cache_read_input_tokens":5,"output_tokens":2}})"));
    CHECK_FALSE(usage(R"({"choices":[]})"));
}

TEST_CASE("a body without a text to give is refused") {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"", "not valid JSON"},
        {"<html>", "not valid JSON"},
        {R"({"choices":[{"mess)", "not valid JSON"},
        {"[]", "reply: expected an object, found an empty array"},
        {"{}", "choices: expected an array of at least one, found null"},
        {reply("null"), "choices: expected an array of at least one, found null"},
        {reply("[3]"), "choices[0]: expected an object, found 3"},
        {reply("[{}]"), "choices[0].message: expected an object, found null"},
        {reply(R"([{"message":{"content":["b"]}}])"),
         "choices[0].message.content[0]: expected an object, found \"b\""},
        {reply(R"([{"message":{"content":[{"type":"image_url"}]}}])"),
         "choices[0].message.content[0].type: expected text, thinking or refusal, found \"image_url\""},
        {reply(R"([{"message":{"content":7}}])"),
         "choices[0].message.content: expected a text or a list of parts, found 7"},
        {"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Par\"}}]}\n\n",
         "stream: ended before its last event"},
        {"data: {\"choi", "not valid JSON"},
        {reply("[" + choice("a") + "]", "1e999"), "reply"},
        {std::string(3'000'000, '['), "nested deeper than 64 levels"},
        {R"({"a":)" + std::string(100'000, '{'), "not valid JSON"},
    };
    for (const auto& [body, message] : cases) {
        CAPTURE(body.substr(0, 80));
        CHECK_THROWS_AS(read_reply(body), DataError);
        CHECK_THROWS_WITH(read_reply(body), ContainsSubstring(message));
    }
}

TEST_CASE("a choice that cannot be read is left out beside one that can") {
    const auto read = read_reply(reply("[" + choice("a") + R"(,{"message":{"content":["b"]}},3])"));
    REQUIRE(read.choices.size() == 1);
    CHECK(read.choices[0].completion.text == "a");
}

TEST_CASE("thinking is kept apart from the text") {
    const auto parts = [](const std::string& message) {
        const auto choice = read_reply(reply(R"([{"message":)" + message + "}]")).choices.at(0);
        return std::pair(choice.completion.text, choice.completion.thinking);
    };
    using Parts = std::pair<std::string, std::string>;
    CHECK(parts(R"({"content":"<think>a\n</think>\n\nOslo"})") == Parts("Oslo", "a\n"));
    CHECK(parts(R"({"content":" [THINK]a[/THINK]Oslo"})") == Parts("Oslo", "a"));
    CHECK(parts(R"({"content":"<thought>a</thought> Oslo"})") == Parts("Oslo", "a"));
    CHECK(parts(R"({"content":"a, so b</think>Oslo"})") == Parts("Oslo", "a, so b"));
    CHECK(parts(R"({"content":"<think>a, so"})") == Parts("", "a, so"));
    CHECK(parts(R"({"content":"<think></think>Oslo"})") == Parts("Oslo", ""));
    CHECK(parts(R"({"content":"The tag <think> opens and </think> closes."})") ==
          Parts("The tag <think> opens and </think> closes.", ""));
    CHECK(parts(R"({"content":"Oslo","reasoning_content":"a"})") == Parts("Oslo", "a"));
    CHECK(parts(R"({"content":"Oslo","reasoning":"a"})") == Parts("Oslo", "a"));
    CHECK(parts(R"({"content":[{"type":"thinking","thinking":[{"type":"text","text":"a"}]},
              {"type":"text","text":"Os"},{"type":"text","text":"lo"}]})") == Parts("Oslo", "a"));
}

TEST_CASE("a choice without a text says why") {
    const auto blank = [](const std::string& choice) {
        return read_reply(reply("[" + choice + "]")).choices.at(0).blank;
    };
    CHECK(blank(choice("a")).empty());
    CHECK(blank(R"({"message":{"content":" \n"},"finish_reason":"stop"})") ==
          "no text (finish_reason \"stop\")");
    CHECK(blank(R"({"message":{}})") == "no text");
    CHECK(blank(R"({"message":{"content":null,"reasoning_content":"x"},"finish_reason":"length"})") ==
          "no text, only thinking (finish_reason \"length\")");
    CHECK(blank(R"({"message":{"tool_calls":[{}]},"finish_reason":"tool_calls"})") ==
          "no text, but tool calls (finish_reason \"tool_calls\")");
}

TEST_CASE("halves of surrogate pairs and bytes that are no text are replaced, and nothing else is") {
    using automix::detail::repaired_json;
    CHECK(repaired_json(R"("a\ud835")") == R"("a\uFFFD")");
    CHECK(repaired_json(R"("\udc00\uD835\uDC00\ud835\ud835\udc00")") ==
          R"("\uFFFD\uD835\uDC00\uFFFD\ud835\udc00")");
    CHECK(repaired_json("\"caf\xE9 \\\xC3\xA9\"") == "\"caf\xEF\xBF\xBD \\\xC3\xA9\"");
    for (const char* kept : {R"("\\ud835")", R"("\u00e9\n")", R"("\ud7ff\ue000")", "\\", "\\u", "\\ud83", ""})
        CHECK(repaired_json(kept) == kept);
    CHECK(read_reply(reply("[" + choice("caf\xE9 ") + "]")).choices.at(0).completion.text ==
          "caf\xEF\xBF\xBD ");
}

TEST_CASE("a surrogate pair may be split over events of a stream") {
    const auto text = [](const std::string& first, const std::string& second) {
        const auto event = [](const std::string& part) {
            return "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + part + "\"}}]}\n\n";
        };
        return read_reply(event(first) + event(second) + "data: [DONE]\n\n").choices.at(0).completion.text;
    };
    CHECK(text("a\\ud83d", "\\ude00b") ==
          "a\xF0\x9F\x98\x80"
          "b");
    CHECK(text("a\\ud83d", "b\\ude00") ==
          "a\xEF\xBF\xBD"
          "b\xEF\xBF\xBD");
    CHECK(text("\\ud83d\\ude00", "c") ==
          "\xF0\x9F\x98\x80"
          "c");
}

TEST_CASE("a stream that was not requested is joined") {
    const auto read = read_reply(
        ": waiting\n\ndata: {\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\","
        "\"reasoning_content\":\"hm\"}}]}\r\n\r\n"
        "data: "
        "{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"Rome\"},\"finish_reason\":\"length\"}]}\n\n"
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Os\"}}]}\n\n"
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}\n\n"
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n");
    REQUIRE(read.choices.size() == 2);
    CHECK(read.choices[0].completion.text == "Oslo");
    CHECK(read.choices[0].completion.thinking == "hm");
    CHECK(read.choices[0].completion.finish == FinishReason::stop);
    CHECK(read.choices[1].completion.text == "Rome");
    CHECK(read.choices[1].completion.finish == FinishReason::length);
    CHECK(read.usage == Usage{.prompt_tokens = 3, .completion_tokens = 2});
    CHECK(read.model == "m");
    const auto failed = read_reply(
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Os\"}}]}\n\n"
        "data: {\"error\":{\"message\":\"gone\",\"code\":502}}\n\n");
    REQUIRE(failed.complaint);
    CHECK(failed.complaint->status == 502);
}

TEST_CASE("events of a stream may hold a message or a text in place of a delta") {
    const auto text = [](const std::vector<std::string>& parts) {
        std::string stream;
        for (const auto& part : parts) stream += "data: {\"choices\":[{" + part + "}]}\n\n";
        return read_reply(stream + "data: [DONE]\n\n").choices.at(0).completion.text;
    };
    const auto message = [](const std::string& content) {
        return R"("index":0,"message":{"role":"assistant","content":)" + content + "}";
    };
    CHECK(text({message(R"("Os")"), message(R"("lo")"), message(R"("")")}) == "Oslo");
    CHECK(text({message(R"("Oslo")")}) == "Oslo");
    CHECK(text({R"("text":"Os")", R"("text":"lo","finish_reason":"stop")"}) == "Oslo");
    // Each message repeats the text so far.
    CHECK(text({message(R"("Os")"), message(R"("Oslo")"), message(R"("Oslo")")}) == "Oslo");
    // A message beside deltas, or at their end, repeats them.
    const std::string delta = R"(,"delta":{"content":)";
    CHECK(text({message(R"("Os")") + delta + R"("Os"})", message(R"("Oslo")") + delta + R"("lo"})"}) ==
          "Oslo");
    CHECK(text({R"("delta":{"content":"Os"})", R"("delta":{"content":"lo"})", message(R"("Oslo")")}) ==
          "Oslo");
    CHECK(text({message(R"([{"type":"text","text":"Os"}])"), message(R"([{"type":"text","text":"lo"}])")}) ==
          "Oslo");
    CHECK(text({message(R"("a\ud83d")"), message(R"("\ude00b")")}) ==
          "a\xF0\x9F\x98\x80"
          "b");
    const auto thought = read_reply(
        "data: {\"choices\":[{\"delta\":{\"content\":[{\"type\":\"thinking\",\"thinking\":"
        "[{\"type\":\"text\",\"text\":\"hm\"}]}]}}]}\n\n"
        "data: {\"choices\":[{\"delta\":{\"content\":[{\"type\":\"text\",\"text\":\"Oslo\"}]}}]}\n\n"
        "data: [DONE]\n\n");
    CHECK(thought.choices.at(0).completion.text == "Oslo");
    CHECK(thought.choices.at(0).completion.thinking == "hm");
}

TEST_CASE("a stream may begin with a comment, and be lines of JSON alone") {
    const std::string first = R"({"choices":[{"index":0,"delta":{"content":"Os"}}]})";
    const std::string last = R"({"choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":"stop"}]})";
    const auto text = [](const std::string& body) { return read_reply(body).choices.at(0).completion.text; };
    CHECK(text(":ok\n\ndata: " + first + "\n\ndata: " + last + "\n\n") == "Oslo");
    CHECK(text("data: " + first + "\r\rdata: " + last + "\r\r") == "Oslo");
    CHECK(text(first + "\n" + last + "\n") == "Oslo");
    CHECK_THROWS_AS(text(first + "\n" + first + "\n"), DataError);
    // Another text behind a whole reply is none of its events.
    CHECK(text(reply("[" + choice("a") + "]") + "\n{\"trace\":1}") == "a");
    CHECK(text("[" + reply("[" + choice("a") + "]") + "]") == "a");
}

TEST_CASE("the usage of a stream is that of its events together") {
    const auto usage = [](const std::string& events) {
        return read_reply(events +
                          "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: [DONE]\n\n")
            .usage;
    };
    CHECK(usage("data: {\"x_groq\":{\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2}}}\n\n") ==
          Usage{.prompt_tokens = 5, .completion_tokens = 2});
    CHECK(usage("data: {\"message\":{\"usage\":{\"input_tokens\":5,\"output_tokens\":1}}}\n\n"
                "data: {\"usage\":{\"output_tokens\":9}}\n\n") ==
          Usage{.prompt_tokens = 5, .completion_tokens = 9});
    CHECK(usage("data: {\"usage\":null}\n\n") == std::nullopt);
}

TEST_CASE("failures have a kind by their status and code") {
    using automix::FailureKind;
    const auto kind = [](int status, const std::string& error) {
        const auto complaint = complaint_in(R"({"error":)" + error + "}");
        REQUIRE(complaint);
        return automix::detail::kind_of(status == 0 ? automix::detail::status_of(*complaint) : status,
                                        *complaint);
    };
    CHECK(kind(429, R"({"message":"m","type":"insufficient_quota"})") == FailureKind::quota);
    CHECK(kind(429, R"({"message":"m","code":"billing_hard_limit_reached"})") == FailureKind::quota);
    CHECK(kind(429, R"({"message":"m","code":"rate_limit_exceeded"})") == FailureKind::rate_limited);
    CHECK(kind(402, R"({"message":"m"})") == FailureKind::quota);
    CHECK(kind(409, R"({"message":"m"})") == FailureKind::server);
    CHECK(kind(400, R"({"message":"m","code":"content_filter"})") == FailureKind::content_filter);
    // Without a status of its own.
    CHECK(kind(0, R"({"message":"m","code":"429"})") == FailureKind::rate_limited);
    CHECK(kind(0, R"({"message":"m","code":401})") == FailureKind::authentication);
    CHECK(kind(0, R"({"message":"m","status":404})") == FailureKind::bad_request);
    CHECK(kind(0, R"({"message":"m","type":"rate_limit_error"})") == FailureKind::rate_limited);
    CHECK(kind(0, R"({"message":"m","type":"overloaded_error"})") == FailureKind::server);
    CHECK(kind(0, R"({"message":"m","code":"invalid_api_key"})") == FailureKind::authentication);
    CHECK(kind(0, R"({"message":"m","type":"invalid_request_error"})") == FailureKind::bad_request);
    CHECK(automix::detail::status_of({.message = "m", .code = "odd"}) == 0);
}

TEST_CASE("complaints in the forms of several servers") {
    const auto message = [](const char* body) {
        const auto complaint = complaint_in(body);
        return complaint ? complaint->message : "none";
    };
    CHECK(message(R"({"error":{"message":"bad key","code":401}})") == "bad key");
    CHECK(message(R"({"error":"bad key"})") == "bad key");
    CHECK(message(R"({"message":"bad key"})") == "bad key");
    CHECK(message(R"({"detail":"bad key"})") == "bad key");
    CHECK(message(R"([{"error":{"code":400,"message":"API key not valid","status":"INVALID_ARGUMENT"}}])") ==
          "API key not valid");
    CHECK(message(R"({"error":{}})") == "none");
    CHECK(message("<html>") == "none");
    CHECK(complaint_in(R"({"error":{"message":"no","code":"content_filter"}})")->code == "content_filter");
}

TEST_CASE("a complaint without `error` is one also in a reply that reports success") {
    const auto complaint = [](const char* body) {
        return automix::detail::parse_chat_reply(nlohmann::json::parse(body)).complaint;
    };
    REQUIRE(complaint(R"({"detail":"Not authenticated"})"));
    CHECK(complaint(R"({"detail":"Not authenticated"})")->message == "Not authenticated");
    REQUIRE(complaint(R"({"message":"invalid key","code":401})"));
    CHECK(automix::detail::status_of(*complaint(R"({"message":"invalid key","code":401})")) == 401);
    CHECK_FALSE(complaint(R"({"message":"m","choices":[{"message":{"content":"a"}}]})"));
    CHECK_THROWS_AS(complaint(R"({"message":{"content":"a"}})"), DataError);
}

TEST_CASE("the wait that a failure asks for may stand in its body") {
    using std::chrono::milliseconds;
    constexpr std::time_t now = 1'700'000'000;
    const auto wait = [](const std::string& body) {
        return automix::detail::asked_wait(automix::detail::reply_json(body).json, now);
    };
    const auto said = [&](const std::string& message) {
        return wait(R"({"error":{"message":")" + message + "\"}}");
    };
    CHECK(wait(R"({"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED","details":[
              {"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[]},
              {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"32s"}]}})") ==
          milliseconds(32'000));
    CHECK(wait(R"([{"error":{"message":"m","details":[{"retryDelay":"1.5s"}]}}])") == milliseconds(1500));
    CHECK(wait(R"({"error":{"message":"m","details":[{"retryDelay":{"seconds":"2","nanos":500000000}}]}})") ==
          milliseconds(2500));
    CHECK(said("Rate limit reached. Please try again in 3.2s. Visit us.") == milliseconds(3200));
    CHECK(said("Please try again in 250ms.") == milliseconds(250));
    CHECK(said("Please try again in 1m2s.") == milliseconds(62'000));
    CHECK(said("Please try again in 7m12.345s. Need more?") == milliseconds(432'345));
    CHECK(said("Please retry in 32.25s.") == milliseconds(32'250));
    CHECK(said("Please retry after 26 seconds.") == milliseconds(26'000));
    CHECK(said("Rate limit is exceeded. Try again in 1 minute and 5 seconds.") == milliseconds(65'000));
    CHECK(said("Please wait for about 2 minutes") == milliseconds(120'000));
    CHECK(said("try again in 10 days") == std::chrono::hours(24));
    CHECK_FALSE(said("Please try again in a moment."));
    CHECK_FALSE(said("Please try again in 5"));
    CHECK_FALSE(said("Please try again in 5 steps"));
    CHECK_FALSE(said("Limit 3 / min. Please slow down."));
    CHECK(wait(R"({"error":{"message":"m","retry_after":4}})") == milliseconds(4000));
    CHECK(wait(R"({"message":"m","retry_after":0.65,"code":0})") == milliseconds(650));
    CHECK(wait(R"({"error":{"message":"m","retry_after_ms":40}})") == milliseconds(40));
    CHECK(wait(R"({"error":{"message":"m","metadata":{"headers":{"X-RateLimit-Limit":"20",
              "X-RateLimit-Remaining":"0","X-RateLimit-Reset":"1700000030000"}}}})") == milliseconds(30'000));
    CHECK(wait(R"({"error":{"message":"m","metadata":{"raw":"upstream: please retry in 9s"}}})") ==
          milliseconds(9000));
    CHECK_FALSE(wait(R"({"error":{"message":"m","retry_after":-4}})"));
    CHECK_FALSE(wait(R"({"error":"no"})"));
    CHECK_FALSE(wait("<html>try again in 5s</html>"));
}

TEST_CASE("a complaint about n is told from others") {
    using automix::detail::refuses_samples;
    for (const char* message : {"Field 'n': Value must be between 1 <= value <= 16", "n > 1 is not supported",
                                "Unsupported parameter: `n`", "only n=1 is allowed"}) {
        CAPTURE(message);
        CHECK(refuses_samples({.message = message}));
    }
    CHECK(refuses_samples({.message = "unsupported", .field = "n"}));
    for (const char* message : {"unknown model", "max_n is too large", "no", ""})
        CHECK_FALSE(refuses_samples({.message = message}));
}
