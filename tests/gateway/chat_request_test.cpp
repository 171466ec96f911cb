// SPDX-License-Identifier: Apache-2.0
#include <automix/gateway/chat_request.hpp>
#include "support/catch.hpp"
#include "support/damage.hpp"

#include <automix/core/random.hpp>
#include <automix/gateway/request_error.hpp>
#include <automix/live/query.hpp>
#include <automix/model/request.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using namespace automix;

namespace {

const std::string several_turns = R"({"model":"automix","temperature":0.5,"top_p":0.9,"max_tokens":50,
"max_completion_tokens":40,"stop":["\n","END"],"seed":7,"n":1,"stream":true,"stream_options":{"include_usage":true},
"user":"u1","metadata":{"a":"b"},"tools":[],"tool_choice":"auto","response_format":{"type":"text"},"presence_penalty":0,
"automix":{"explain":true,"dataset":"d","features":{"turns":3,"kind":"x"}},
"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"One?"},
{"role":"assistant","content":"1","refusal":null},
{"role":"user","content":[{"type":"text","text":"Two"},{"type":"text","text":"parts?"}]}]})";

std::string refused_at(const std::string& body) {
    try {
        (void)parse_chat_request(body);
    } catch (const RequestError& error) {
        CHECK(error.failure().status == 400);
        CHECK(error.failure().type == "invalid_request_error");
        return error.failure().field;
    }
    return "not refused";
}

std::string with(const std::string& field, const std::string& value) {
    return R"({"model":"automix","messages":[{"role":"user","content":"?"}],")" + field + "\":" + value + "}";
}

std::vector<std::string> unjudged_by(const std::string& body) { return parse_chat_request(body).unjudged; }

}  // namespace

TEST_CASE("a request of several turns is read whole") {
    const ChatRequest request = parse_chat_request(several_turns);
    CHECK(request.model == "automix");
    CHECK(request.unjudged.empty());
    CHECK(request.messages == std::vector<Message>{{Role::system, "Be brief."},
                                                   {Role::user, "One?"},
                                                   {Role::assistant, "1"},
                                                   {Role::user, "Two\nparts?"}});
    CHECK(request.sampling == SamplingChanges{.temperature = 0.5,
                                              .top_p = 0.9,
                                              .max_tokens = 40,
                                              .stop = std::vector<std::string>{"\n", "END"},
                                              .seed = 7});
    CHECK(request.stream);
    CHECK(request.include_usage);
    CHECK(request.explain);
    CHECK(request.user == "u1");
    CHECK(request.dataset == "d");
    REQUIRE(request.features.size() == 2);
    CHECK(request.features[1].name == "turns");
    CHECK(request.features[1].number == 3.0);
    CHECK(request.features[0].text == "x");
    CHECK_FALSE(request.body.contains("automix"));
    CHECK(request.body["messages"].size() == 4);

    const Query query = query_of(request, "id");
    CHECK(query.question == "Two\nparts?");
    CHECK(query.context == "Be brief.\nuser: One?\nassistant: 1");
    CHECK(query.messages == request.messages);
    CHECK(query.dataset == "d");
}

TEST_CASE("a single message is the question, and there is no context") {
    const Query query = query_of(parse_chat_request(with("temperature", "0")), "id");
    CHECK(query.question == "?");
    CHECK(query.context.empty());
}

TEST_CASE("what verification cannot judge is named and not refused") {
    CHECK(unjudged_by(with("tools", R"([{"type":"function"}])")) == std::vector<std::string>{"tools"});
    CHECK(unjudged_by(with("n", "2")) == std::vector<std::string>{"n"});
    CHECK(unjudged_by(with("response_format", R"({"type":"json_object"})")) ==
          std::vector<std::string>{"response_format"});
    CHECK(unjudged_by(with("top_k", "5")) == std::vector<std::string>{"top_k"});
    CHECK(unjudged_by(with("logprobs", "true")) == std::vector<std::string>{"logprobs"});
    CHECK(unjudged_by(with("logprobs", "false")).empty());
    CHECK(unjudged_by(with("tool_choice", "\"none\"")).empty());
    const std::string image =
        R"({"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]}]})";
    CHECK(unjudged_by(image) == std::vector<std::string>{"messages[0].content[0]"});
    const std::string tool =
        R"({"model":"m","messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"a"}]},
            {"role":"tool","tool_call_id":"a","content":"5"}]})";
    CHECK(unjudged_by(tool) ==
          std::vector<std::string>{"messages[0].tool_calls", "messages[1].role", "messages[1].tool_call_id"});
    // The answer would go on with a text of its own.
    CHECK(
        unjudged_by(
            R"({"model":"m","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]})") ==
        std::vector<std::string>{"messages"});
}

TEST_CASE("wrong requests are refused with the field") {
    CHECK(refused_at("").empty());
    CHECK(refused_at("[]").empty());
    CHECK(refused_at(R"({"messages":[{"role":"user","content":"?"}]})") == "model");
    CHECK(refused_at(R"({"model":"m"})") == "messages");
    CHECK(refused_at(R"({"model":"m","messages":[]})") == "messages");
    CHECK(refused_at(R"({"model":"m","messages":[{"content":"?"}]})") == "messages[0].role");
    CHECK(refused_at(R"({"model":"m","messages":[{"role":"king","content":"?"}]})") == "messages[0].role");
    CHECK(refused_at(R"({"model":"m","messages":[{"role":"user","content":3}]})") == "messages[0].content");
    CHECK(refused_at(R"({"model":"m","messages":[{"role":"user","content":""}]})") == "messages[0].content");
    CHECK(refused_at(R"({"model":"m","model":"n","messages":[]})").empty());
    for (const auto& [field, value] :
         std::vector<std::pair<std::string, std::string>>{{"temperature", "3"},
                                                          {"temperature", "\"hot\""},
                                                          {"top_p", "0"},
                                                          {"max_tokens", "0"},
                                                          {"n", "0"},
                                                          {"stream", "1"},
                                                          {"stop", "[1]"},
                                                          {"seed", "0.5"},
                                                          {"user", "7"}}) {
        INFO(field << " " << value);
        CHECK(refused_at(with(field, value)).starts_with(field));
    }
    CHECK(refused_at(with("automix", R"({"explain":1})")) == "automix.explain");
    CHECK(refused_at(with("automix", R"({"other":1})")) == "automix.other");
    CHECK(refused_at(with("automix", R"({"features":{"a":[]}})")) == "automix.features.a");
}

TEST_CASE("a conversation keeps its name over its turns, and users and first turns tell them apart") {
    const auto conversation = [](const std::string& user, const std::vector<std::string>& turns) {
        ChatRequest request;
        request.user = user;
        for (std::size_t i = 0; i < turns.size(); ++i)
            request.messages.push_back({i % 2 == 0 ? Role::user : Role::assistant, turns[i]});
        return conversation_of(request);
    };
    CHECK(conversation("", {"a"}) == conversation("", {"a", "b", "c"}));
    CHECK(conversation("", {"a"}) != conversation("", {"b"}));
    CHECK(conversation("u", {"a"}) != conversation("v", {"a"}));
}

TEST_CASE("ids of requests are short and plain") {
    CHECK(is_request_id("a-B_1.2:3"));
    CHECK_FALSE(is_request_id(""));
    CHECK_FALSE(is_request_id("a b"));
    CHECK_FALSE(is_request_id("a\r\nX: y"));
    CHECK_FALSE(is_request_id(std::string(129, 'a')));
}

TEST_CASE("damaged requests are read or refused, and never anything else", "[fuzz]") {
    const std::vector<std::string> tokens = {
        "{",  "}",     "[",         "]",           "\"",   ",",        ":",        "null", "1e999",
        "-1", "\"n\"", "\"tools\"", "\"\\u0000\"", "true", "\"role\"", "\"text\"", "\xff", "\"messages\""};
    Random random(5);
    std::size_t taken = 0;
    for (std::size_t i = 0; i < rounds(5'000); ++i) {
        const std::string body = damaged(several_turns, tokens, random);
        try {
            const ChatRequest request = parse_chat_request(body);
            REQUIRE_FALSE(request.model.empty());
            REQUIRE_FALSE(request.messages.empty());
            (void)conversation_of(request);
            if (request.unjudged.empty()) REQUIRE_FALSE(query_of(request, "id").question.empty());
            ++taken;
        } catch (const RequestError& error) {
            REQUIRE_FALSE(std::string(error.what()).empty());
        }
    }
    CHECK(taken > 100);
}
