// SPDX-License-Identifier: Apache-2.0
#include <automix/core/error.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>
#include <automix/model/retry.hpp>
#include <automix/openai/openai_model.hpp>
#include <automix/openai/secret.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/fault_server.hpp"

using automix::ArgumentError;
using automix::FailureKind;
using automix::GenerateReply;
using automix::GenerateRequest;
using automix::ModelError;
using automix::OpenAiModel;
using automix::OpenAiOptions;
using automix::Secret;
using automix::Usage;
using Catch::Matchers::ContainsSubstring;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Json = nlohmann::json;

namespace {

const std::string test_key = "sk-test-0123456789";

OpenAiOptions options_for(const FaultServer& server) {
    return {.name = "small",
            .base_url = server.base_url(),
            .model = "automix-mini",
            .key = Secret(test_key),
            .total_timeout = milliseconds(300),
            .max_reply_bytes = 100'000};
}

GenerateRequest ask(const std::string& text, int samples = 1) {
    return {.messages = {{.text = text}}, .sampling = {.max_tokens = 16}, .samples = samples};
}

/// The failure of a call that must fail; no message gives the key away.
ModelError failure_of(const OpenAiModel& model, const GenerateRequest& request,
                      const std::stop_token& stop = {}) {
    try {
        static_cast<void>(model.generate(request, stop));
    } catch (const ModelError& error) {
        CHECK_THAT(error.what(), Catch::Matchers::StartsWith("small: ") && !ContainsSubstring(test_key));
        CHECK(std::string(error.what()).size() < 700);
        return error;
    }
    FAIL("a reply came");
    throw;
}

RequestHandler replying(const ServerReply& reply) {
    return [reply](const ReceivedRequest&) { return reply; };
}

RequestHandler chat() {
    return [](const ReceivedRequest& request) { return chat_reply(request); };
}

std::vector<std::string> texts_of(const GenerateReply& reply) {
    std::vector<std::string> texts;
    for (const auto& completion : reply.completions) texts.push_back(completion.text);
    return texts;
}

}  // namespace

TEST_CASE("options that make no sense are refused before anything is sent") {
    const auto refused = [](const auto& change) {
        OpenAiOptions options{.base_url = "http://127.0.0.1:1/v1", .model = "m"};
        change(options);
        try {
            const OpenAiModel model(options);
        } catch (const ArgumentError& error) {
            return std::string(error.what());
        }
        return std::string("accepted");
    };
    CHECK(refused([](auto&) {}) == "accepted");
    CHECK(refused([](auto& options) { options.model = ""; }) == "model: expected a name, found none");
    CHECK_THAT(refused([](auto& options) { options.base_url = "host:80"; }),
               Catch::Matchers::StartsWith("base_url: "));
    CHECK(refused([](auto& options) { options.samples_per_call = 0; }) ==
          "samples_per_call: expected at least 1, found 0");
    CHECK_THAT(refused([](auto& options) { options.total_timeout = milliseconds(0); }),
               Catch::Matchers::StartsWith("total_timeout: "));
    CHECK_THAT(refused([](auto& options) { options.extra_body = R"({"seed":1})"; }),
               Catch::Matchers::StartsWith("extra_body: seed"));
    CHECK(refused([](auto& options) { options.leave_out = {"seed"}; }) ==
          "leave_out: expected temperature or top_p, found \"seed\"");
    CHECK(refused([](auto& options) {
              options.headers = {{"X Team", "a"}};
          }) == "headers: expected a name of a header, found \"X Team\"");
    CHECK(refused([](auto& options) {
              options.headers = {{"X-Team", "a\nb"}};
          }) == "headers: X-Team: expected printable ASCII characters only, found others");
    CHECK(refused([](auto& options) { options.key_header = "api:key"; }) ==
          "key_header: expected a name of a header, found \"api:key\"");
    CHECK_THAT(refused([](auto& options) {
                   options.query = {{"api_key", "k"}};
               }),
               Catch::Matchers::StartsWith("query: found a query with a key"));
    CHECK_THAT(refused([](auto& options) {
                   options.reasoning_effort = "low";
                   options.extra_body = R"({"reasoning_effort":"high"})";
               }),
               Catch::Matchers::StartsWith("reasoning_effort: "));
    CHECK_THAT(refused([](auto& options) { options.ca_file = "no/such.pem"; }),
               Catch::Matchers::StartsWith("ca_file: "));
    CHECK_THAT(refused([](auto& options) { options.max_tokens_field = "tokens"; }),
               Catch::Matchers::StartsWith("max_tokens_field: "));
}

TEST_CASE("a model answers over HTTP") {
    const FaultServer server(chat());
    auto options = options_for(server);
    options.extra_body = R"({"top_k":0})";
    const OpenAiModel model(options);
    CHECK(model.name() == "small");
    const auto reply = model.generate(ask("Who?"));
    CHECK(texts_of(reply) == std::vector<std::string>{" echo 0: Who?"});
    CHECK(reply.usage == Usage{.prompt_tokens = 4, .completion_tokens = 13});

    const auto received = server.requests().at(0);
    CHECK(received.path == "/v1/chat/completions");
    CHECK(received.headers.at("authorization") == "Bearer " + test_key);
    CHECK(Json::parse(received.body) ==
          Json::parse(R"({"model":"automix-mini","messages":[{"role":"user","content":"Who?"}],
              "max_tokens":16,"temperature":0.0,"top_p":1.0,"top_k":0,"stream":false})"));
}

TEST_CASE("a request has the fields, headers and query of its options") {
    const FaultServer server(chat());
    auto options = options_for(server);
    options.base_url += "?api-version=1";
    options.query = {{"tier", "low cost"}};
    options.key_header = "api-key";
    options.headers = {{"X-Team", "a b"}, {"X-Empty", ""}};
    options.max_tokens_field = "max_completion_tokens";
    options.leave_out = {"temperature", "top_p"};
    options.reasoning_effort = "low";
    const OpenAiModel model(options);
    CHECK(model.generate(ask("Who?")).completions.size() == 1);
    const auto received = server.requests().at(0);
    CHECK(received.path == "/v1/chat/completions?api-version=1&tier=low%20cost");
    CHECK(received.headers.at("api-key") == test_key);
    CHECK(received.headers.count("authorization") == 0);
    CHECK(received.headers.at("x-team") == "a b");
    CHECK(received.headers.at("x-empty").empty());
    CHECK(Json::parse(received.body) ==
          Json::parse(R"({"model":"automix-mini","messages":[{"role":"user","content":"Who?"}],
              "max_completion_tokens":16,"reasoning_effort":"low","stream":false})"));
}

TEST_CASE("two models share an address at different efforts") {
    const FaultServer server(chat());
    for (const char* effort : {"low", "high"}) {
        auto options = options_for(server);
        options.reasoning_effort = effort;
        CHECK(OpenAiModel(options).generate(ask("?")).completions.size() == 1);
        CHECK(Json::parse(server.requests().back().body)["reasoning_effort"] == effort);
    }
}

TEST_CASE("thinking and the name that the server gives come with the reply") {
    const FaultServer server(
        replying({.body = R"({"model":"mini-0401","choices":[{"message":{"content":"<think>a</think>Oslo"},)"
                          R"("finish_reason":"length"}]})"}));
    const auto reply = OpenAiModel(options_for(server)).generate(ask("?"));
    REQUIRE(reply.completions.size() == 1);
    CHECK(reply.completions[0].text == "Oslo");
    CHECK(reply.completions[0].thinking == "a");
    CHECK(reply.completions[0].finish == automix::FinishReason::length);
    CHECK(reply.served_model == "mini-0401");
}

TEST_CASE("a partial request is one call, and a blank sample fails an answer alone") {
    const FaultServer server([](const ReceivedRequest&) {
        return ServerReply{.body = R"({"choices":[{"message":{"content":""},"finish_reason":"length"}],)"
                                   R"("usage":{"prompt_tokens":3,"completion_tokens":16}})"};
    });
    auto options = options_for(server);
    options.samples_per_call = 4;
    const OpenAiModel model(options);
    auto request = ask("?", 4);
    const auto failure = failure_of(model, request).failure();
    CHECK(failure.kind == FailureKind::token_limit);
    CHECK(failure.usage == Usage{.prompt_tokens = 3, .completion_tokens = 16});
    const auto asked = server.request_count();
    request.partial = true;
    request.purpose = automix::Purpose::verification;
    CHECK(texts_of(model.generate(request)) == std::vector<std::string>{""});
    CHECK(server.request_count() == asked + 1);
}

TEST_CASE("without a key none is sent, and without a name the model's is used") {
    const FaultServer server(chat());
    const OpenAiModel model(OpenAiOptions{.base_url = server.base_url() + "/", .model = "m"});
    CHECK(model.name() == "m");
    CHECK(model.generate(ask("?")).completions.size() == 1);
    CHECK(server.requests().at(0).headers.count("authorization") == 0);
    CHECK(server.requests().at(0).path == "/v1/chat/completions");
}

TEST_CASE("a request that makes no sense is not sent") {
    const FaultServer server(chat());
    const OpenAiModel model(options_for(server));
    CHECK_THROWS_AS(model.generate(ask("?", 0)), ArgumentError);
    CHECK_THROWS_AS(model.generate(ask("caf\xE9")), ArgumentError);
    CHECK(server.request_count() == 0);
}

TEST_CASE("captured replies come through the adapter") {
    std::map<std::string, ServerReply> replies;
    const std::string folder = AUTOMIX_TESTS_DIR "/openai/fixtures/";
    const auto read = [&](const std::string& name) {
        std::ifstream file(folder + name, std::ios::binary);
        REQUIRE(file);
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    };
    for (const auto& entry : Json::parse(read("index.json"))) {
        replies[entry["file"]] = {.status = entry["status"],
                                  .headers = {"Content-Type: " + entry["content_type"].get<std::string>()},
                                  .body = read(entry["file"])};
    }
    const FaultServer server([&](const ReceivedRequest& request) {
        return replies.at(Json::parse(request.body)["messages"][0]["content"]);
    });
    auto options = options_for(server);
    options.samples_per_call = 2;
    const OpenAiModel model(options);
    CHECK(texts_of(model.generate(ask("chat_ordinary.json"))) == std::vector<std::string>{" Anna"});
    CHECK(model.generate(ask("chat_n2.json", 2)).completions.size() == 2);
    CHECK(texts_of(model.generate(ask("chat_unknown_model.json"))) == std::vector<std::string>{" Anna"});
    CHECK(texts_of(model.generate(ask("chat_logprobs.json"))) == std::vector<std::string>{" Anna"});
    CHECK(std::string(failure_of(model, ask("error_n_too_large.json")).what()) ==
          "small: status 400: Field 'n': Value must be between 1 <= value <= 16, but got 1000");
    CHECK(std::string(failure_of(model, ask("error_not_found.json")).what()) ==
          "small: status 404: File Not Found");
    for (const char* refused :
         {"error_bad_json.json", "error_no_messages.json", "error_prompt_too_long.json"}) {
        CHECK(failure_of(model, ask(refused)).kind() == FailureKind::bad_request);
    }
    CHECK(model.generate(ask("chat_stream.txt")).completions.size() == 1);
}

TEST_CASE("samples are split over calls, with seeds of their own and usage added up") {
    const FaultServer server(chat());
    auto options = options_for(server);
    options.samples_per_call = 3;
    const OpenAiModel model(options);
    auto request = ask("Hi", 8);
    request.sampling.seed = 40;
    const auto reply = model.generate(request);
    CHECK(texts_of(reply) == std::vector<std::string>{" echo 0: Hi", " echo 1: Hi", " echo 2: Hi",
                                                      " echo 0: Hi", " echo 1: Hi", " echo 2: Hi",
                                                      " echo 0: Hi", " echo 1: Hi"});
    // Three calls with a prompt of 2 bytes, eight texts of 11 bytes.
    CHECK(reply.usage == Usage{.prompt_tokens = 6, .completion_tokens = 88});
    std::vector<Json> asked;
    for (const auto& received : server.requests()) {
        const auto body = Json::parse(received.body);
        asked.push_back({body["n"], body["seed"]});
    }
    std::sort(asked.begin(), asked.end(), [](const Json& a, const Json& b) { return a[1] < b[1]; });
    CHECK(asked == std::vector<Json>{{3, 40}, {3, 43}, {2, 46}});
}

TEST_CASE("choices that a server silently leaves out are asked for again") {
    const FaultServer server(
        [](const ReceivedRequest& request) { return fault_reply(Fault::fewer_choices, request); });
    auto options = options_for(server);
    options.samples_per_call = 8;
    const auto reply = OpenAiModel(options).generate(ask("Hi", 4));
    CHECK(reply.completions.size() == 4);
    CHECK(reply.usage == Usage{.prompt_tokens = 8, .completion_tokens = 44});
    std::vector<int> asked;
    for (const auto& received : server.requests()) asked.push_back(Json::parse(received.body).value("n", 1));
    CHECK(asked == std::vector<int>{4, 1, 1, 1});
}

TEST_CASE("usage that one of several calls lacks is none") {
    const FaultServer server([](const ReceivedRequest& request) {
        return request.number == 1 ? fault_reply(Fault::usage_missing, request) : chat_reply(request);
    });
    const auto reply = OpenAiModel(options_for(server)).generate(ask("Hi", 3));
    CHECK(reply.completions.size() == 3);
    CHECK_FALSE(reply.usage);
}

TEST_CASE("a call that fails after others succeeded may be billed") {
    const FaultServer server([](const ReceivedRequest& request) {
        return request.number % 2 == 1 ? fault_reply(Fault::too_many_seconds, request) : chat_reply(request);
    });
    const auto error = failure_of(OpenAiModel(options_for(server)), ask("Hi", 2));
    CHECK(error.kind() == FailureKind::rate_limited);
    CHECK(error.failure().maybe_billed);
    CHECK(error.failure().retry_after == milliseconds(1000));
}

TEST_CASE("each failure of the field is a typed failure") {
    struct Expected {
        Fault fault;
        FailureKind kind;
        bool maybe_billed;
        const char* message;
    };
    using Kind = FailureKind;
    const std::vector<Expected> cases{
        {Fault::reset_in_reply, Kind::connection, true, "small: connection broke: "},
        {Fault::reset_before_reply, Kind::connection, true, "small: connection broke: "},
        {Fault::hang, Kind::timeout, true, "small: no reply within 300 ms"},
        {Fault::slow_bytes, Kind::timeout, true, "small: no reply within 300 ms"},
        {Fault::too_many, Kind::rate_limited, false, "small: status 429: slow down"},
        {Fault::too_many_seconds, Kind::rate_limited, false, "small: status 429: slow down"},
        {Fault::too_many_date, Kind::rate_limited, false, "small: status 429: slow down"},
        {Fault::server_error, Kind::server, false, "small: status 500: internal error"},
        {Fault::unavailable, Kind::server, false, "small: status 503: loading"},
        {Fault::html, Kind::bad_request, true, "found text/html, \"<!DOCTYPE html><p>Please sign in</p>\""},
        {Fault::truncated_json, Kind::bad_reply, true, "not valid JSON"},
        {Fault::missing_choices, Kind::bad_reply, true,
         "choices: expected an array of at least one, found null"},
        {Fault::missing_content, Kind::no_answer, true, "small: no answer: no text (finish_reason \"stop\")"},
        {Fault::null_content, Kind::no_answer, true, "small: no answer: no text (finish_reason \"stop\")"},
        {Fault::empty_choices, Kind::no_answer, true, "no answer: choices: found an empty array"},
        {Fault::giant_reply, Kind::bad_reply, true, "reply cut off: it is larger than 100000 bytes"},
        {Fault::content_filter, Kind::content_filter, true, "small: the backend declined the content"},
        {Fault::redirect, Kind::bad_request, false, "small: status 302: redirect to evil.example refused"},
    };
    for (const auto& expected : cases) {
        CAPTURE(expected.message);
        const FaultServer server(
            [&](const ReceivedRequest& request) { return fault_reply(expected.fault, request); });
        const auto error = failure_of(OpenAiModel(options_for(server)), ask("Who has the coat?"));
        CHECK(error.kind() == expected.kind);
        CHECK(error.failure().maybe_billed == expected.maybe_billed);
        CHECK_THAT(error.what(), ContainsSubstring(expected.message));
        CHECK(server.request_count() == 1);
        const auto wait = error.failure().retry_after;
        if (expected.fault == Fault::too_many_seconds || expected.fault == Fault::unavailable) {
            CHECK(wait == milliseconds(1000));
        } else if (expected.fault == Fault::too_many_date) {
            REQUIRE(wait);
            CHECK((*wait >= milliseconds(0) && *wait <= milliseconds(2000)));
        } else {
            CHECK_FALSE(wait);
        }
    }
}

TEST_CASE("a reply that ends early is used if its JSON came whole, and else may be billed") {
    using End = ServerReply::End;
    for (const End end : {End::cut, End::stalled, End::unfinished}) {
        CAPTURE(static_cast<int>(end));
        const FaultServer server([&](const ReceivedRequest& request) {
            ServerReply reply = chat_reply(request);
            reply.end = end;
            return reply;
        });
        const auto reply = OpenAiModel(options_for(server)).generate(ask("Who?"));
        CHECK(texts_of(reply) == std::vector<std::string>{" echo 0: Who?"});
        CHECK(reply.usage == Usage{.prompt_tokens = 4, .completion_tokens = 13});
        CHECK(server.request_count() == 1);

        const FaultServer halving([&](const ReceivedRequest& request) {
            ServerReply half = fault_reply(Fault::truncated_json, request);
            half.end = end;
            return half;
        });
        const auto error = failure_of(OpenAiModel(options_for(halving)), ask("Who?"));
        CHECK(error.kind() == (end == End::stalled ? FailureKind::timeout : FailureKind::connection));
        CHECK(error.failure().maybe_billed);
        CHECK_FALSE(error.failure().usage);
        CHECK(halving.request_count() == 1);
    }
}

TEST_CASE("a stream that ends early is used if each choice has its end") {
    const auto answer = [](const std::string& finish) {
        const std::string event =
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Oslo\"},"
            "\"finish_reason\":" +
            finish + "}]}\n\n";
        const FaultServer server(replying({.body = event, .end = ServerReply::End::unfinished}));
        return OpenAiModel(options_for(server)).generate(ask("Where?")).completions.at(0).text;
    };
    CHECK(answer("\"stop\"") == "Oslo");
    CHECK_THROWS_AS(answer("null"), ModelError);
}

TEST_CASE("a page that ends early is a page") {
    const FaultServer server(
        replying({.headers = {"Content-Type: text/html"}, .body = "<html>", .end = ServerReply::End::cut}));
    CHECK(failure_of(OpenAiModel(options_for(server)), ask("?")).kind() == FailureKind::bad_request);
}

TEST_CASE("a failure whose body ends early has the kind of its status") {
    const FaultServer server(replying({.status = 429,
                                       .headers = {"Retry-After: 2"},
                                       .body = R"({"error":{"message":"slow )",
                                       .end = ServerReply::End::cut}));
    const auto error = failure_of(OpenAiModel(options_for(server)), ask("Who?"));
    CHECK(error.kind() == FailureKind::rate_limited);
    CHECK(error.failure().retry_after == milliseconds(2000));
    CHECK_FALSE(error.failure().maybe_billed);
}

TEST_CASE("a wait stands in a header, in the body, or in the reset of a limit") {
    const auto wait = [](int status, std::vector<std::string> headers, const std::string& body) {
        const FaultServer server(replying({.status = status, .headers = std::move(headers), .body = body}));
        return failure_of(OpenAiModel(options_for(server)), ask("?")).failure().retry_after;
    };
    const std::string said = R"({"error":{"message":"Please try again in 3.2s.","code":429}})";
    CHECK(wait(429, {}, said) == milliseconds(3200));
    CHECK(wait(200, {}, said) == milliseconds(3200));
    CHECK(wait(503, {}, said) == milliseconds(3200));
    CHECK(wait(429, {"Retry-After: 7"}, said) == milliseconds(7000));
    CHECK(wait(429, {"x-ratelimit-reset-requests: 50s"}, said) == milliseconds(3200));
    CHECK(wait(429, {"x-ratelimit-reset-requests: 50s"}, "{}") == milliseconds(50'000));
    CHECK_FALSE(wait(503, {"x-ratelimit-reset-requests: 50s"}, "{}"));
    CHECK(wait(429, {"Content-Type: text/plain"}, "Slow down. Try again in 3 seconds.") ==
          milliseconds(3000));
    CHECK_FALSE(wait(429, {"Content-Type: text/html"}, "<p>Try again in 3 seconds.</p>"));
}

TEST_CASE("bytes that are no text are replaced in an answer") {
    const FaultServer server(
        [](const ReceivedRequest& request) { return fault_reply(Fault::wrong_encoding, request); });
    CHECK_THAT(OpenAiModel(options_for(server)).generate(ask("Hi")).completions.at(0).text,
               Catch::Matchers::StartsWith("caf\xEF\xBF\xBD "));
}

TEST_CASE("a failed reply has the usage that it reports") {
    const std::string usage = R"(,"usage":{"prompt_tokens":7,"completion_tokens":3}})";
    for (const int status : {200, 400, 500, 502}) {
        CAPTURE(status);
        const FaultServer server(
            replying({.status = status, .body = R"({"error":{"message":"no","code":400})" + usage}));
        const auto failure = failure_of(OpenAiModel(options_for(server)), ask("?")).failure();
        CHECK(failure.usage == Usage{.prompt_tokens = 7, .completion_tokens = 3});
        CHECK(failure.maybe_billed);
    }
}

TEST_CASE("a server that refuses n is asked for one sample at a time from then on") {
    const FaultServer server([](const ReceivedRequest& request) {
        if (Json::parse(request.body).contains("n"))
            return ServerReply{.status = 400, .body = R"({"error":{"message":"n > 1 is not supported"}})"};
        return chat_reply(request);
    });
    auto options = options_for(server);
    options.samples_per_call = 4;
    const OpenAiModel model(options);
    CHECK(model.generate(ask("Hi", 4)).completions.size() == 4);
    CHECK(server.request_count() == 5);
    CHECK(model.generate(ask("Hi", 4)).completions.size() == 4);
    CHECK(server.request_count() == 9);
}

TEST_CASE("n that is refused in other words is not sent again, and what the refusal used counts") {
    const std::string usage = R"(,"usage":{"prompt_tokens":7,"completion_tokens":0}})";
    const std::vector<ServerReply> refusals{
        {.status = 400, .body = R"({"error":{"message":"Only one completion choice is allowed"}})"},
        {.status = 501, .body = R"({"error":{"message":"multiple choices are not implemented"}})"},
        {.status = 200, .body = R"({"error":{"message":"n must be 1","type":"invalid_request_error"}})"},
        {.status = 200, .body = R"({"error":{"message":"no","param":"n"}})"},
        {.status = 400, .body = R"({"error":{"message":"n must be 1"})" + usage}};
    for (const ServerReply& refusal : refusals) {
        CAPTURE(refusal.body);
        const FaultServer server([&](const ReceivedRequest& request) {
            return Json::parse(request.body).contains("n") ? refusal : chat_reply(request);
        });
        auto options = options_for(server);
        options.samples_per_call = 4;
        const OpenAiModel model(options);
        const auto reply = model.generate(ask("Hi", 4));
        CHECK(reply.completions.size() == 4);
        CHECK(reply.usage == Usage{&refusal == &refusals.back() ? 15 : 8, 44});
        CHECK(server.request_count() == 5);
        CHECK(model.generate(ask("Hi", 4)).completions.size() == 4);
        CHECK(server.request_count() == 9);
    }
}

TEST_CASE("of several choices the usable ones are kept and the others asked for again") {
    const FaultServer server([](const ReceivedRequest& request) {
        return request.number > 0 ? chat_reply(request) : ServerReply{.body = R"({"choices":[
            {"index":0,"message":null,"finish_reason":"stop"},
            {"index":1,"message":{"content":"a"},"finish_reason":"stop"},
            {"index":2,"message":{"content":"b"},"finish_reason":"error"},
            {"index":3,"message":{"content":7},"finish_reason":"stop"},
            {"index":4,"message":{"content":"c"},"finish_reason":"stop"}],
            "usage":{"prompt_tokens":2,"completion_tokens":9}})"};
    });
    auto options = options_for(server);
    options.samples_per_call = 4;
    auto request = ask("Hi", 4);
    request.purpose = automix::Purpose::verification;
    const auto reply = OpenAiModel(options).generate(request);
    CHECK(texts_of(reply) == std::vector<std::string>{"a", "c", " echo 0: Hi", " echo 1: Hi"});
    CHECK(reply.usage == Usage{.prompt_tokens = 4, .completion_tokens = 31});
    CHECK(server.request_count() == 2);
}

TEST_CASE("of more choices than were asked for the first are taken") {
    const FaultServer server(
        [](const ReceivedRequest& request) { return fault_reply(Fault::more_choices, request); });
    auto options = options_for(server);
    options.samples_per_call = 2;
    CHECK(texts_of(OpenAiModel(options).generate(ask("Hi", 2))) ==
          std::vector<std::string>{" echo 0: Hi", " echo 1: Hi"});
    CHECK(server.request_count() == 1);
}

TEST_CASE("a reply with an object and what no reader needs is read") {
    const std::string choices = R"({"choices":[{"message":{"content":"a \"}NaN"}}])";
    for (const std::string& body : {choices + "}<!-- proxy -->", "\xEF\xBB\xBF" + choices + "}x",
                                    choices + R"(,"x":1,"x":[NaN,-Infinity,Infinity]})",
                                    choices + R"(,"timings":{"a":NaN}} {"choices":[]})"}) {
        CAPTURE(body);
        const FaultServer server(replying({.body = body}));
        CHECK(texts_of(OpenAiModel(options_for(server)).generate(ask("?"))) ==
              std::vector<std::string>{"a \"}NaN"});
    }
    const FaultServer repeats(
        replying({.body = choices + R"(,"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}})"}));
    const auto failure = failure_of(OpenAiModel(options_for(repeats)), ask("?")).failure();
    CHECK(failure.usage == Usage{7, 3});
    CHECK(failure.is_deliberate);
    for (const std::string& body :
         {choices.substr(0, choices.size() - 1) + "<!-- proxy -->", "<!-- proxy -->" + choices + "}"}) {
        CAPTURE(body);
        const FaultServer server(replying({.body = body}));
        CHECK(failure_of(OpenAiModel(options_for(server)), ask("?")).kind() == FailureKind::bad_reply);
    }
}

TEST_CASE("an answer of end tokens, tags and invisible characters is none") {
    for (const char* text : {"</s>", "<|im_end|>", "<answer></answer>", "```\\n```", "\\u3164\\u2800",
                             "<think>a</think><|endoftext|>", "\\u0001"}) {
        CAPTURE(text);
        const FaultServer server(
            replying({.body = R"({"choices":[{"message":{"content":")" + std::string(text) + R"("}}]})"}));
        CHECK(failure_of(OpenAiModel(options_for(server)), ask("?")).kind() == FailureKind::no_answer);
    }
    const FaultServer server(replying(
        {.body = R"({"choices":[{"message":{"content":"<think>a</think><answer>Paris</answer></s>"}}]})"}));
    CHECK(texts_of(OpenAiModel(options_for(server)).generate(ask("?"))) == std::vector<std::string>{"Paris"});
}

TEST_CASE("a whole reply of another form is not asked for again at temperature 0") {
    for (const char* body :
         {R"({"choices":[{"message":{"content":7}}]})", R"({"choices":[{"message":null}]})",
          R"({"choices":[{"message":{"content":{"a":1}}}]})"}) {
        CAPTURE(body);
        const FaultServer server(replying({.body = body}));
        automix::RetryOptions retry{.attempts = 3};
        retry.wait = [](milliseconds, const std::stop_token&) {};
        automix::RetryingModel model(OpenAiModel(options_for(server)), retry);
        CHECK_THROWS_AS(model.generate(ask("?")), ModelError);
        CHECK(server.request_count() == 1);
        auto sampled = ask("?");
        sampled.sampling.temperature = 1.0;
        CHECK_THROWS_AS(model.generate(sampled), ModelError);
        CHECK(server.request_count() == 4);
    }
}

TEST_CASE("a declined verdict is a blank completion, and a declined answer a failure") {
    const std::vector<std::string> bodies{
        R"({"choices":[{"message":{"content":null,"refusal":"I cannot."},"finish_reason":"stop"}]})",
        R"({"choices":[{"message":{"content":"Verd"},"finish_reason":"content_filter"}]})"};
    for (const std::string& body : bodies) {
        const FaultServer server(replying({.body = body}));
        const OpenAiModel model(options_for(server));
        auto request = ask("?");
        CHECK(failure_of(model, request).kind() == FailureKind::content_filter);
        request.purpose = automix::Purpose::verification;
        const auto reply = model.generate(request);
        REQUIRE(reply.completions.size() == 1);
        CHECK(reply.completions[0].text.empty());
        CHECK(reply.completions[0].finish == automix::FinishReason::content_filter);
    }
}

TEST_CASE("a redirect without an address is said to be one") {
    const FaultServer server(replying({.status = 302}));
    CHECK(std::string(failure_of(OpenAiModel(options_for(server)), ask("?")).what()) ==
          "small: status 302: redirect without an address; check base_url");
}

TEST_CASE("usage that is missing or cannot be true leaves the answer") {
    for (const auto fault : {Fault::usage_missing, Fault::usage_zero}) {
        const FaultServer server([&](const ReceivedRequest& request) { return fault_reply(fault, request); });
        const auto reply = OpenAiModel(options_for(server)).generate(ask("Hi"));
        CHECK(texts_of(reply) == std::vector<std::string>{" echo 0: Hi"});
        CHECK_FALSE(reply.usage);
    }
}

TEST_CASE("a refused connection is not billed") {
    const OpenAiModel model(OpenAiOptions{
        .name = "small", .base_url = "http://127.0.0.1:" + std::to_string(closed_port()), .model = "m"});
    const auto error = failure_of(model, ask("?"));
    CHECK(error.kind() == FailureKind::connection);
    CHECK_FALSE(error.failure().maybe_billed);
}

TEST_CASE("statuses have kinds") {
    const std::map<int, FailureKind> kinds{
        {400, FailureKind::bad_request},    {401, FailureKind::authentication},
        {403, FailureKind::authentication}, {404, FailureKind::bad_request},
        {408, FailureKind::server},         {402, FailureKind::quota},
        {409, FailureKind::server},         {413, FailureKind::bad_request},
        {418, FailureKind::bad_request},    {502, FailureKind::server},
        {504, FailureKind::server},         {304, FailureKind::bad_request}};
    for (const auto& [status, kind] : kinds) {
        CAPTURE(status);
        const FaultServer server(replying({.status = status}));
        const auto error = failure_of(OpenAiModel(options_for(server)), ask("?"));
        CHECK(error.kind() == kind);
        CHECK(error.failure().maybe_billed == (status == 502 || status == 504));
    }
    const FaultServer filter(
        replying({.status = 400, .body = R"({"error":{"message":"policy","code":"content_filter"}})"}));
    const auto declined = failure_of(OpenAiModel(options_for(filter)), ask("?"));
    CHECK(declined.kind() == FailureKind::content_filter);
    CHECK_FALSE(declined.failure().maybe_billed);
}

TEST_CASE("a key that a server sends back stays out of messages") {
    // Whole, cut in two by the end of what is quoted, many times over, in JSON and not.
    std::string many;
    for (int at = 0; at < 40; ++at) many += test_key + ' ';
    for (const std::string& text : {"wrong key " + test_key, std::string(195, 'x') + test_key, many}) {
        for (const int status : {200, 401}) {
            const FaultServer plain(
                replying({.status = status, .headers = {"Content-Type: " + test_key}, .body = text}));
            const auto error = failure_of(OpenAiModel(options_for(plain)), ask("?"));
            CHECK_THAT(error.what(), !ContainsSubstring("sk-t"));
            const FaultServer json(
                replying({.status = status, .body = Json{{"error", {{"message", text}}}}.dump()}));
            const auto second = failure_of(OpenAiModel(options_for(json)), ask("?"));
            CHECK_THAT(second.what(), !ContainsSubstring("sk-t"));
        }
    }
    const FaultServer redirect(
        replying({.status = 302, .headers = {"Location: http://" + test_key + ".example/"}}));
    CHECK_THAT(failure_of(OpenAiModel(options_for(redirect)), ask("?")).what(),
               ContainsSubstring("redirect to [key].example refused"));
}

TEST_CASE("a redirect takes neither the request nor the key elsewhere") {
    const FaultServer target(chat());
    const FaultServer server(
        replying({.status = 302, .headers = {"Location: " + target.base_url() + "/chat/completions"}}));
    const auto error = failure_of(OpenAiModel(options_for(server)), ask("?"));
    CHECK(error.kind() == FailureKind::bad_request);
    CHECK_THAT(error.what(), ContainsSubstring("redirect to 127.0.0.1 refused"));
    CHECK(target.connection_count() == 0);
}

TEST_CASE("long and unprintable bodies are cut and made printable") {
    const FaultServer server(replying({.status = 400, .body = "\x1B[31m\xFF" + std::string(5000, 'y')}));
    const std::string message = failure_of(OpenAiModel(options_for(server)), ask("?")).what();
    CHECK_THAT(message, ContainsSubstring("\"?[31m?yyy"));
    CHECK(message.size() < 300);
}

TEST_CASE("a stop ends a call that hangs") {
    const FaultServer server(replying({.end = ServerReply::End::hang}));
    auto options = options_for(server);
    options.total_timeout = std::chrono::minutes(1);
    const OpenAiModel model(options);
    std::stop_source source;
    std::jthread stopper([&] {
        std::this_thread::sleep_for(milliseconds(100));
        source.request_stop();
    });
    const auto start = steady_clock::now();
    const auto error = failure_of(model, ask("?"), source.get_token());
    CHECK(steady_clock::now() - start < milliseconds(900));
    CHECK(error.kind() == FailureKind::cancelled);
    CHECK(error.failure().maybe_billed);
}

TEST_CASE("sixteen threads ask one model through all failures", "[threads]") {
    constexpr int threads = 16;
    constexpr int calls = 30;
    const FaultServer server([](const ReceivedRequest& request) {
        const auto& faults = all_faults();
        return request.number % 3 == 0 ? fault_reply(faults[request.number / 3 % faults.size()], request)
                                       : chat_reply(request);
    });
    const OpenAiModel model(options_for(server));
    std::atomic<int> answered = 0;
    std::atomic<int> failed = 0;
    {
        std::vector<std::jthread> pool;
        for (int thread = 0; thread < threads; ++thread) {
            pool.emplace_back([&, thread] {
                for (int call = 0; call < calls; ++call) {
                    const std::string prompt = std::to_string(thread * calls + call);
                    try {
                        const auto reply = model.generate(ask(prompt));
                        if (reply.completions.at(0).text.ends_with(" echo 0: " + prompt)) ++answered;
                    } catch (const ModelError&) {
                        ++failed;
                    }
                }
            });
        }
    }
    CHECK(answered + failed == threads * calls);
    CHECK(server.request_count() >= threads * calls);  // those on lost connections are sent once more
    CHECK(failed > 0);
    CHECK(server.connection_count() < server.request_count());
}
