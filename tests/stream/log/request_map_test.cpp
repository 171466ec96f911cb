// SPDX-License-Identifier: Apache-2.0
// Logs of other programs, read through the maps among the examples. The files are written here, in their formats.
#include "support/catch.hpp"
#include "support/files.hpp"

#include <automix/core/error.hpp>
#include <automix/stream/log/request_line.hpp>
#include <automix/stream/log/request_map.hpp>
#include <automix/stream/log/request_reader.hpp>

#include <nlohmann/json.hpp>

#include <string>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

json chat_messages(const std::string& question) {
    return json::array(
        {{{"role", "system"}, {"content", "Be short."}}, {{"role", "user"}, {"content", question}}});
}

/// A line of LiteLLM's standard logging payload.
json litellm_call(const std::string& id, bool succeeded) {
    json call{{"id", id},
              {"call_type", "acompletion"},
              {"status", succeeded ? "success" : "failure"},
              {"model", "gpt-4o-mini"},
              {"model_group", "small"},
              {"response_cost", succeeded ? 0.00025 : 0.0},
              {"prompt_tokens", 12},
              {"completion_tokens", 3},
              {"startTime", 1764500000.25},
              {"endTime", 1764500001.0},
              {"response_time", 0.75},
              {"metadata", {{"user_api_key_alias", nullptr}}},
              {"messages", chat_messages("What is 6 times 7?")},
              {"response", nullptr}};
    if (succeeded)
        call["response"] = {
            {"choices", {{{"index", 0}, {"message", {{"role", "assistant"}, {"content", "42"}}}}}}};
    return call;
}

json batch_input(const std::string& id, const std::string& model) {
    return {{"custom_id", id},
            {"method", "POST"},
            {"url", "/v1/chat/completions"},
            {"body", {{"model", model}, {"messages", chat_messages("Question " + id)}}}};
}

json batch_output(const std::string& id, const std::string& model, const std::string& answer) {
    return {{"id", "batch_req_" + id},
            {"custom_id", id},
            {"response",
             {{"status_code", 200},
              {"request_id", "r"},
              {"body",
               {{"created", 1764500000},
                {"model", model},
                {"choices", {{{"index", 0}, {"message", {{"role", "assistant"}, {"content", answer}}}}}},
                {"usage", {{"prompt_tokens", 100}, {"completion_tokens", 10}}}}}}},
            {"error", nullptr}};
}

std::string text_of_lines(std::initializer_list<json> lines) {
    std::string text;
    for (const json& line : lines) text += line.dump() + '\n';
    return text;
}

std::string map_error(const std::string& text) {
    try {
        (void)parse_request_map(text, "map.json");
    } catch (const DataError& error) {
        return error.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("LiteLLM's request log is read by its map") {
    const files::Directory directory;
    const std::string path =
        directory.write("litellm.jsonl", text_of_lines({litellm_call("a", true), litellm_call("b", false)}));
    const RequestMap map = read_request_map(AUTOMIX_EXAMPLES_DIR "/maps/litellm.json");
    const Requests log = read_requests({path}, map, RequestTexts::keep);
    REQUIRE(log.requests.size() == 2);
    const RequestRecord& request = log.requests[0];
    CHECK(request.id == "a");
    CHECK(request.time == 1764500000.25);
    CHECK(request.latency == 0.75);
    CHECK(request.question == "What is 6 times 7?");
    CHECK(request.route == std::vector<std::string>{"gpt-4o-mini"});
    CHECK(request.answered == "gpt-4o-mini");
    CHECK_FALSE(request.explored);
    REQUIRE(request.models.size() == 1);
    CHECK(request.models[0].cost == 0.00025);
    CHECK(request.models[0].answer == "42");
    CHECK(request.models[0].seen == 1.0);
    CHECK_FALSE(log.requests[1].answered);
    CHECK(log.requests[1].models.empty());
}

TEST_CASE("OpenAI's batch files of several models are read by their map as one log") {
    const files::Directory directory;
    const std::string mini = "gpt-4o-mini-2024-07-18";
    const std::string large = "gpt-4o-2024-08-06";
    json failed = batch_output("q2", large, "");
    failed["response"]["status_code"] = 500;
    failed["response"]["body"] = {{"error", {{"message", "overloaded"}}}};
    const std::string input = directory.write(
        "input.jsonl", text_of_lines({batch_input("q1", "gpt-4o-mini"), batch_input("q2", "gpt-4o-mini")}));
    const std::string out_large =
        directory.write("large.jsonl", text_of_lines({batch_output("q1", large, "right"), failed}));
    const std::string out_mini = directory.write(
        "mini.jsonl", text_of_lines({batch_output("q2", mini, "two"), batch_output("q1", mini, "wrong")}));
    const std::string scores =
        directory.write("scores.jsonl", request_line(LateScore{.id = "q1", .model = "gpt-4o", .score = 1.0}));
    const RequestMap map = read_request_map(AUTOMIX_EXAMPLES_DIR "/maps/openai-batch.json");
    const Requests log = read_requests({input, out_large, out_mini, scores}, map, RequestTexts::keep);
    REQUIRE(log.requests.size() == 2);
    const RequestRecord& request = log.requests[0];
    CHECK(request.id == "q1");
    CHECK(request.question == "Question q1");
    CHECK(request.explored);
    CHECK(request.exploration == 1.0);
    REQUIRE(request.models.size() == 2);
    CHECK(request.models[0].name == "gpt-4o-mini");
    CHECK(request.models[0].served_model == mini);
    CHECK(request.models[0].answer == "wrong");
    CHECK(*request.models[0].cost == Approx(100 * 7.5e-8 + 10 * 3e-7));
    CHECK(request.models[1].answer == "right");
    CHECK(request.models[1].score == 1.0);
    CHECK_FALSE(request.models[0].score);
    CHECK(log.late_scores == 1);
    CHECK(log.requests[1].models.size() == 1);

    const std::string twice = directory.write(
        "twice.jsonl", text_of_lines({batch_output("q1", mini, "a"), batch_output("q1", mini, "b")}));
    CHECK_THROWS_WITH(
        read_requests({twice}, map),
        ContainsSubstring("twice.jsonl:2: response.body.model: \"gpt-4o-mini\" answers id \"q1\" twice"));
    const std::string unknown =
        directory.write("unknown.jsonl", text_of_lines({batch_output("q1", "other", "a")}));
    CHECK_THROWS_WITH(read_requests({unknown}, map), ContainsSubstring("the map has no model \"other\""));
    const std::string nameless = directory.write("nameless.jsonl", "{\"body\":{}}\n");
    CHECK_THROWS_WITH(read_requests({nameless}, map),
                      ContainsSubstring("nameless.jsonl:1: custom_id: missing"));
    json odd = batch_output("q1", mini, "a");
    odd["response"]["body"]["created"] = "now";
    CHECK_THROWS_WITH(read_requests({directory.write("odd.jsonl", text_of_lines({odd}))}, map),
                      ContainsSubstring("response.body.created: expected a number, found \"now\""));
}

TEST_CASE("a map that is wrong is refused by field") {
    CHECK(map_error(R"({"id":"id","model":"a.b[0][-1].c"})") == "accepted");
    CHECK_THAT(map_error(R"({"id":"id"})"), ContainsSubstring("map.json:1: model: missing"));
    CHECK_THAT(map_error(R"({"id":"id","model":"a..b"})"), ContainsSubstring("model: expected a path"));
    CHECK_THAT(map_error(R"({"id":"id","model":"a[x]"})"), ContainsSubstring("model: expected a path"));
    CHECK_THAT(map_error(R"({"id":"id","model":"a[1"})"), ContainsSubstring("model: expected a path"));
    CHECK_THAT(map_error(R"({"id":"","model":"m"})"), ContainsSubstring("id: expected a path"));
    CHECK_THAT(map_error(R"({"id":"id","model":"m","price":"p"})"), ContainsSubstring("price: unknown key"));
    CHECK_THAT(map_error(R"({"id":"id","model":"m","succeeded":{"field":"s"}})"),
               ContainsSubstring("succeeded.value: missing"));
    CHECK_THAT(map_error(R"({"id":"id","model":"m","models":[{"called":"a","prompt_price":-1}]})"),
               ContainsSubstring("models[0].prompt_price: expected a number of at least 0"));
}
