// SPDX-License-Identifier: Apache-2.0
// The gateway behind its HTTP server, over models in this process.
#include <automix/gateway/gateway.hpp>
#include "gateway/gateway_world.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"

#include <automix/core/error.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/statistics.hpp>
#include <automix/gateway/pacing.hpp>
#include <automix/gateway/served_policy.hpp>
#include <automix/live/answering.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/live/query.hpp>
#include <automix/model/ledger.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/request.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/json/policy_json.hpp>
#include <automix/routing/objective.hpp>
#include <automix/stream/log/request_line.hpp>
#include <automix/stream/log/request_reader.hpp>
#include <automix/stream/promise.hpp>
#include <automix/stream/request_record.hpp>

#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <numeric>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using world::ask;
using world::body;
using world::Json;
using world::post;

namespace {

/// A gateway with what its models were asked.
struct Served {
    explicit Served(GatewayOptions options = {}, std::optional<double> budget = {}, world::Say say = {},
                    std::optional<LoadedPolicy> shadow = {})
        : gateway(world::open(asked, budget, std::move(say)), world::policy(), std::move(options),
                  std::move(shadow)) {}

    std::shared_ptr<world::Asked> asked = std::make_shared<world::Asked>();
    Gateway gateway;
};

/// The reply to a failure, with its status.
Json failed_with(Gateway& gateway, const std::string& text, int status) {
    const GatewayReply reply = gateway.handle(post(text));
    INFO(reply.body);
    CHECK(reply.status == status);
    return Json::parse(reply.body).at("error");
}

GatewayReply get(Gateway& gateway, const std::string& path, const std::string& key = "") {
    return gateway.handle({.method = "GET", .path = path, .authorization = key});
}

/// Waits for the log to hold that many requests, with their explorations.
std::vector<RequestRecord> logged(const std::string& path, std::size_t count) {
    for (int tries = 0; tries < 400; ++tries) {
        Requests found = read_requests({path}, RequestTexts::keep);
        if (found.requests.size() >= count && found.unfinished == 0) return std::move(found.requests);
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return {};
}

}  // namespace

TEST_CASE("an easy question is answered by the small model, and a hard one by the large") {
    Served served;
    const GatewayReply reply = served.gateway.handle(post(body("easy?"), "r1"));
    REQUIRE(reply.status == 200);
    CHECK(reply.content_type == "application/json");
    CHECK(reply.request_id == "r1");
    const Json json = Json::parse(reply.body);
    CHECK(json["id"] == "chatcmpl-r1");
    CHECK(json["model"] == "small");
    CHECK(json["choices"][0]["message"]["content"] == "small: easy?");
    const Json& own = json["automix"];
    const auto draws = own["verdicts"]["small"].size();
    CHECK(draws >= 1);
    CHECK(own["cost"]["answers"] == 1.0);
    CHECK(own["cost"]["verification"] == 0.125 * static_cast<double>(draws));
    CHECK(own["last_model_alone"] == 20.0);
    CHECK(own["degraded"] == false);
    CHECK(own["policy"] == world::policy().digest);
    CHECK_FALSE(own.contains("explanation"));
    // A token a byte: the question once, and the prompt of each verdict.
    const std::size_t prompt = std::string("verify |easy?|small: easy?").size();
    std::int64_t tokens = 5;
    for (const auto& request : served.asked->of("small", Purpose::verification)) {
        CHECK(request.messages.back().text.size() == prompt);
        tokens += static_cast<std::int64_t>(prompt);
    }
    CHECK(json["usage"]["prompt_tokens"] == tokens);
    CHECK(json["usage"]["completion_tokens"] == 4 + 4 * static_cast<std::int64_t>(draws));

    const Json hard = ask(served.gateway, body("hard?"));
    CHECK(hard["model"] == "large");
    CHECK(hard["choices"][0]["message"]["content"] == "large: hard?");
    CHECK(hard["automix"]["cost"]["models"]["large"]["answers"] == 20.0);
}

TEST_CASE("the gateway answers as the mixer does for the same query, id and seed") {
    GatewayOptions options;
    options.seed = 4;
    Served served(options);
    const auto asked = std::make_shared<world::Asked>();
    const OpenedModels opened = world::open(asked);
    const LoadedPolicy policy = world::policy();
    AnsweringOptions answering;
    answering.seed = 4;
    const Answerer answerer(policy.file.router, opened.models, opened.verifiers(), answering);
    for (int i = 0; i < 20; ++i) {
        const std::string id = "q" + std::to_string(i);
        const std::string question = (i % 3 == 0 ? "hard " : "easy ") + id;
        const LiveAnswer expected = answerer.answer({.id = id, .question = question});
        const Json got = ask(served.gateway, body(question), id);
        INFO(got.dump());
        CHECK(got["choices"][0]["message"]["content"] == expected.text);
        CHECK(got["automix"]["cost"]["total"] == expected.cost());
        CHECK(got["automix"]["verdicts"]["small"].size() == expected.models[0].verdicts.size());
    }
}

TEST_CASE("models get the client's messages unchanged, and its sampling within their limits") {
    Served served;
    const Json json = ask(served.gateway, Json{{"model", "automix"},
                                               {"temperature", 1.5},
                                               {"max_tokens", 40},
                                               {"seed", 9},
                                               {"stop", "END"},
                                               {"messages",
                                                {{{"role", "system"}, {"content", "S"}},
                                                 {{"role", "user"}, {"content", "A"}},
                                                 {{"role", "assistant"}, {"content", "B"}},
                                                 {{"role", "user"}, {"content", "hard C"}}}}}
                                              .dump());
    REQUIRE(json["model"] == "large");
    for (const std::string name : {"small", "large"}) {
        const auto requests = served.asked->of(name, Purpose::answer);
        REQUIRE(requests.size() == 1);
        CHECK(requests[0].messages ==
              std::vector<Message>{
                  {Role::system, "S"}, {Role::user, "A"}, {Role::assistant, "B"}, {Role::user, "hard C"}});
        CHECK(requests[0].sampling ==
              Sampling{
                  .temperature = 1.5, .max_tokens = name == "small" ? 32 : 40, .stop = {"END"}, .seed = 9});
    }
    const auto verdicts = served.asked->of("small", Purpose::verification);
    REQUIRE_FALSE(verdicts.empty());
    CHECK(verdicts[0].messages.back().text == "verify S\nuser: A\nassistant: B|hard C|small: hard C");
    CHECK(verdicts[0].sampling.temperature == 0.7);
}

TEST_CASE("an explanation comes if it is asked for, and a stream holds the same answer") {
    Served served;
    const Json json = ask(served.gateway, body("easy", {{"automix", {{"explain", true}}}}));
    CHECK(json["automix"]["explanation"].is_object());
    GatewayRequest request = post(body("easy"));
    request.explain = true;
    CHECK(Json::parse(served.gateway.handle(request).body)["automix"]["explanation"] ==
          json["automix"]["explanation"]);

    const GatewayReply stream = served.gateway.handle(post(body("easy", {{"stream", true}})));
    CHECK(stream.content_type == "text/event-stream");
    CHECK_THAT(stream.body, ContainsSubstring(R"("delta":{"content":"small: easy"})"));
    CHECK_THAT(stream.body, Catch::Matchers::EndsWith("data: [DONE]\n\n"));
}

TEST_CASE("what cannot be verified goes to one model as it is, and is marked") {
    world::Say say = [](const std::string& name, const GenerateRequest& request, const std::stop_token&) {
        GenerateReply reply = world::say(name, request);
        if (request.body.empty()) return reply;
        Json given = Json::parse(request.body);
        reply.body =
            Json{{"id", "upstream"},
                 {"object", "chat.completion"},
                 {"model", "upstream"},
                 {"given", given},
                 {"choices",
                  {{{"index", 0}, {"message", {{"role", "assistant"}}}, {"finish_reason", "tool_calls"}}}}}
                .dump();
        return reply;
    };
    Served served({}, {}, say);
    const Json tools = {{{"type", "function"}, {"function", {{"name", "f"}}}}};
    const Json json = ask(served.gateway, body("easy", {{"tools", tools}}), "r9");
    CHECK(json["model"] == "large");
    CHECK(json["id"] == "chatcmpl-r9");
    CHECK(json["given"]["tools"] == tools);
    CHECK(json["given"]["messages"][0]["content"] == "easy");
    CHECK(json["choices"][0]["finish_reason"] == "tool_calls");
    CHECK(json["automix"] == Json{{"id", "r9"}, {"cost", {{"total", 20.0}}}, {"unverified", true}});
    const auto asked = served.asked->of("large", Purpose::answer);
    REQUIRE(asked.size() == 1);
    CHECK(asked[0].sampling.max_tokens == 64);
    CHECK(served.asked->requests.size() == 1);

    CHECK(ask(served.gateway, body("easy", {{"n", 2}}))["automix"]["cost"]["total"] == 40.0);

    GatewayOptions options;
    options.unverified = "small";
    Served other(options);
    CHECK(ask(other.gateway, body("easy", {{"tools", tools}}))["model"] == "small");
    options.unverified = "none";
    CHECK_THROWS_AS(Served(options), ArgumentError);
}

TEST_CASE("a client may ask for a model by its name, and for another objective") {
    Served served;
    const Json named = ask(served.gateway, body("easy", {{"model", "large"}}));
    CHECK(named["choices"][0]["message"]["content"] == "large: easy");
    CHECK(named["automix"]["unverified"] == true);
    CHECK(served.asked->requests.size() == 1);

    // At a lambda of 0 quality is all, and the large model is better; at a high one the small model alone pays.
    CHECK(ask(served.gateway, body("easy", {{"model", "automix:lambda=100"}}))["automix"]["cost"]["total"] ==
          1.0);
    CHECK(ask(served.gateway, body("hard", {{"model", "automix:lambda=100"}}))["model"] == "small");
    CHECK(ask(served.gateway, body("hard", {{"model", "automix:lambda=0"}}))["model"] == "large");
    const auto policy = served.gateway.policy();
    CHECK(policy->variant(Objective::budget(5.0)) == policy->variant(Objective::budget(5.0)));
    CHECK(policy->variant(Objective::budget(5.0))->router().report().objective == Objective::budget(5.0));
    const Json infeasible =
        failed_with(served.gateway, body("easy", {{"model", "automix:budget=0.001"}}), 400);
    CHECK(infeasible["param"] == "model");
    CHECK_THAT(infeasible["message"].get<std::string>(), ContainsSubstring("infeasible"));
    CHECK(failed_with(served.gateway, body("easy", {{"model", "gpt-4"}}), 404)["code"] == "model_not_found");
}

TEST_CASE("the gateway tells its models, its health and its metrics, and asks for its key") {
    GatewayOptions options;
    options.key = "k";
    Served served(options);
    Gateway& gateway = served.gateway;
    CHECK(get(gateway, "/health").status == 200);
    CHECK(get(gateway, "/v1/models").status == 401);
    CHECK(get(gateway, "/metrics", "Bearer x").status == 401);
    CHECK(Json::parse(get(gateway, "/v1/models").body)["error"]["code"] == "invalid_api_key");
    const Json models = Json::parse(get(gateway, "/v1/models", "Bearer k").body);
    CHECK(models["data"].size() == 3);
    CHECK(models["data"][0]["id"] == "automix");
    CHECK(Json::parse(get(gateway, "/v1/models/large", "Bearer k").body)["id"] == "large");
    CHECK(get(gateway, "/v1/models/none", "Bearer k").status == 404);
    CHECK(get(gateway, "/other", "Bearer k").status == 404);
    CHECK(get(gateway, "/v1/chat/completions", "Bearer k").status == 405);
    GatewayRequest request = post(body("easy"));
    request.authorization = "Bearer k";
    CHECK(gateway.handle(request).status == 200);
    const std::string text = get(gateway, "/metrics", "Bearer k").body;
    CHECK_THAT(text, ContainsSubstring("automix_requests_total{kind=\"policy\"} 1\n"));
    CHECK_THAT(text, ContainsSubstring("automix_answers_total{model=\"small\"} 1\n"));
    CHECK_THAT(text, ContainsSubstring("automix_cost_total{model=\"small\",kind=\"answers\"} 1\n"));
    CHECK_THAT(text, ContainsSubstring("automix_failures_total{kind=\"invalid_api_key\"} 3\n"));
    CHECK_THAT(text, ContainsSubstring("automix_policy_info{digest=\"" + world::policy().digest + "\"} 1\n"));
    CHECK_THAT(text, ContainsSubstring("automix_request_seconds_count 1\n"));
    gateway.drain();
    CHECK(get(gateway, "/health").status == 503);
}

TEST_CASE("failures of models are told in OpenAI's form") {
    const auto failing = [](FailureKind kind) {
        return
            [kind](const std::string& name, const GenerateRequest&, const std::stop_token&) -> GenerateReply {
                throw ModelError(name, {.kind = kind, .retry_after = std::chrono::milliseconds(1500)},
                                 "out of order");
            };
    };
    for (const auto& [kind, status] :
         std::vector<std::pair<FailureKind, int>>{{FailureKind::connection, 502},
                                                  {FailureKind::timeout, 504},
                                                  {FailureKind::content_filter, 400},
                                                  {FailureKind::authentication, 502}}) {
        Served served({}, {}, failing(kind));
        const Json error = failed_with(served.gateway, body("easy"), status);
        CHECK(error["code"] == std::string(to_string(kind)));
        CHECK(served.gateway.metrics().value("automix_failures_total", {{"kind", to_string(kind)}}) == 1.0);
        failed_with(served.gateway, body("easy", {{"model", "small"}}), status);
    }
    Served busy({}, {}, failing(FailureKind::rate_limited));
    const GatewayReply reply = busy.gateway.handle(post(body("easy")));
    CHECK(reply.status == 429);
    CHECK(reply.retry_after == 2);
}

TEST_CASE("a budget that is used up is told, and when it will be whole again") {
    GatewayOptions options;
    options.period = std::chrono::hours(24);
    Served served(options, 1.5);
    CHECK(ask(served.gateway, body("easy"))["model"] == "small");
    const GatewayReply reply = served.gateway.handle(post(body("easy")));
    CHECK(reply.status == 429);
    CHECK(Json::parse(reply.body)["error"]["code"] == "budget");
    REQUIRE(reply.retry_after.has_value());
    CHECK(*reply.retry_after > 0);
    CHECK(*reply.retry_after <= 24 * 3600);
}

TEST_CASE("each request stands once in the log, its text if that is wanted, and scores join it") {
    const files::Directory directory;
    GatewayOptions options;
    options.log = directory.path("requests.jsonl");
    {
        Served served(options);
        CHECK(ask(served.gateway, body("easy", {{"automix", {{"features", {{"turns", 2}}}}}}),
                  "r1")["model"] == "small");
        CHECK(ask(served.gateway, body("hard"), "r2")["model"] == "large");
        CHECK(ask(served.gateway, body("easy", {{"model", "large"}}), "r3")["model"] == "large");
        failed_with(served.gateway, "{", 400);
        const auto feedback = [&](const std::string& text) {
            return served.gateway.handle({.method = "POST", .path = "/v1/feedback", .body = text}).status;
        };
        CHECK(feedback(R"({"id":"r1","score":1})") == 200);
        CHECK(feedback(R"({"id":"chatcmpl-r2","score":0.5,"model":"small"})") == 200);
        CHECK(feedback(R"({"id":"r2","score":0.5,"model":"bogus"})") == 400);
        CHECK(feedback(R"({"id":"r1","score":2})") == 400);
        CHECK(feedback(R"({"score":1})") == 400);
        CHECK(feedback(R"({"id":"r1","score":1,"other":1})") == 400);
    }
    const Requests read = read_requests({options.log}, RequestTexts::keep);
    REQUIRE(read.requests.size() == 3);
    CHECK(read.late_scores == 2);
    const RequestRecord& easy = read.requests[0];
    CHECK(easy.id == "r1");
    CHECK(easy.policy == world::policy().digest);
    CHECK(easy.model == "automix");
    CHECK_FALSE(easy.question.has_value());
    CHECK(easy.route == std::vector<std::string>{"small"});
    CHECK(easy.answered == "small");
    CHECK(easy.features.size() == 1);
    CHECK(easy.exploration == 0.0);
    REQUIRE(easy.models.size() == 1);
    CHECK(easy.models[0].seen == 1.0);
    CHECK(easy.models[0].cost == 1.0);
    CHECK(easy.models[0].score == 1.0);
    CHECK_FALSE(easy.models[0].answer.has_value());
    CHECK(easy.models[0].drawn_by_policy == static_cast<int>(easy.models[0].verdicts.size()));
    const RequestRecord& hard = read.requests[1];
    CHECK(hard.route == std::vector<std::string>{"small", "large"});
    CHECK(hard.models.size() == 2);
    CHECK(hard.models[0].score == 0.5);
    CHECK(read.requests[2].policy.empty());
    CHECK(read.requests[2].unverified);
    CHECK_FALSE(easy.unverified);
    CHECK(read.requests[2].answered == "large");

    options.log_text = true;
    options.log = directory.path("texts.jsonl");
    Served with_texts(options);
    (void)ask(with_texts.gateway, body("easy"));
    const auto texts = logged(options.log, 1);
    REQUIRE(texts.size() == 1);
    CHECK(texts[0].question == "easy");
    CHECK(texts[0].models[0].answer == "small: easy");
    Served no_log;
    CHECK(
        no_log.gateway.handle({.method = "POST", .path = "/v1/feedback", .body = R"({"id":"r1","score":1})"})
            .status == 404);
}

TEST_CASE("a share of requests is explored in the background, within its own budget", "[threads]") {
    const files::Directory directory;
    GatewayOptions options;
    options.log = directory.path("requests.jsonl");
    options.explore = 0.5;
    constexpr std::size_t count = 40;
    Served served(options);
    for (std::size_t i = 0; i < count; ++i)
        CHECK(ask(served.gateway, body("easy " + std::to_string(i)))["model"] == "small");
    const auto records = logged(options.log, count);
    REQUIRE(records.size() == count);
    served.gateway.drain();
    std::size_t explored = 0;
    for (const RequestRecord& record : records) {
        CHECK(record.route == std::vector<std::string>{"small"});
        CHECK(record.exploring == record.explored);
        REQUIRE(record.models.size() == (record.explored ? 2 : 1));
        CHECK(record.models[0].seen == 1.0);
        CHECK(record.models[0].verdicts.size() >= as_size(record.models[0].drawn_by_policy));
        if (!record.explored) continue;
        ++explored;
        CHECK(record.exploration == 0.5);
        CHECK(record.models[1].name == "large");
        CHECK(record.models[1].seen == 0.5);
        CHECK(record.models[1].cost == 20.0);
        CHECK(record.models[0].verdicts.size() == 4);
    }
    CHECK(explored >= 5);
    CHECK(served.gateway.metrics().value("automix_explored_total") == static_cast<double>(explored));

    options.log = directory.path("bounded.jsonl");
    options.explore_budget = 25.0;
    Served bounded(options);
    for (std::size_t i = 0; i < count; ++i) (void)ask(bounded.gateway, body("easy " + std::to_string(i)));
    (void)logged(options.log, count);
    bounded.gateway.drain();
    CHECK(bounded.gateway.metrics().value("automix_exploration_cost_total") > 0.0);
    CHECK(bounded.gateway.metrics().value("automix_exploration_cost_total") <= 25.0);
    CHECK(bounded.asked->of("large", Purpose::answer).size() == 1);
}

TEST_CASE("a request has its line before its exploration, which may never end", "[threads]") {
    const files::Directory directory;
    GatewayOptions options;
    options.log = directory.path("requests.jsonl");
    options.explore = 0.5;
    options.explore_threads = 1;
    std::vector<std::string> kinds;
    std::mutex mutex;
    options.logged = [&](const RequestLine& line) {
        const std::lock_guard lock(mutex);
        kinds.push_back(std::holds_alternative<RequestRecord>(line) ? "request" : "exploration");
    };
    // The large model hangs until it is interrupted.
    world::Say say = [](const std::string& name, const GenerateRequest& request,
                        const std::stop_token& stop) -> GenerateReply {
        if (name == "small") return world::say(name, request);
        while (!stop.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        throw ModelError(name, {.kind = FailureKind::cancelled}, "cancelled");
    };
    Served served(options, {}, say);
    constexpr std::size_t count = 20;
    for (std::size_t i = 0; i < count; ++i)
        CHECK(ask(served.gateway, body("easy " + std::to_string(i)))["model"] == "small");
    const Requests read = read_requests({options.log});
    REQUIRE(read.requests.size() == count);
    CHECK(read.drawn > 2);
    CHECK(read.unfinished == read.drawn);
    CHECK_THAT(read.warnings().back(), ContainsSubstring("explorations that have not ended"));
    for (const RequestRecord& record : read.requests)
        CHECK(record.exploration == 0.0);  // nobody stands for them
    served.gateway.close();
    served.gateway.interrupt();
    served.gateway.drain();
    const std::lock_guard lock(mutex);
    CHECK(kinds == std::vector<std::string>(count, "request"));
}

TEST_CASE("a shadow policy is counted and asks nothing") {
    Served same({}, {}, {}, world::policy());
    Served cheap({}, {}, {}, world::policy(Objective::lambda(100.0)));
    Served dear({}, {}, {}, world::policy(Objective::lambda(0.0)));
    for (const std::string question : {"easy", "hard", "easy 2"}) {
        for (Served* served : {&same, &cheap, &dear}) (void)ask(served->gateway, body(question));
    }
    const auto counted = [](Served& served, const char* outcome) {
        return served.gateway.metrics().value("automix_shadow_total", {{"outcome", outcome}});
    };
    CHECK(counted(same, "agree") == 3.0);
    // One that takes every small answer differs where the large one was asked.
    CHECK(counted(cheap, "agree") == 2.0);
    CHECK(counted(cheap, "disagree") == 1.0);
    // One for which quality is all draws every verdict before it accepts, which was not seen.
    CHECK(counted(dear, "unknown") >= 2.0);
    CHECK(counted(dear, "agree") + counted(dear, "disagree") + counted(dear, "unknown") == 3.0);
    CHECK(same.asked->requests.size() == dear.asked->requests.size());
}

TEST_CASE("a conversation that was escalated starts at its model's level") {
    GatewayOptions options;
    options.sessions = 10;
    Served served(options);
    const auto turn = [&](const std::string& user, const std::string& last) {
        return ask(served.gateway, Json{{"model", "automix"},
                                        {"user", user},
                                        {"messages",
                                         {{{"role", "user"}, {"content", "begin"}},
                                          {{"role", "assistant"}, {"content", "yes"}},
                                          {{"role", "user"}, {"content", last}}}}}
                                       .dump())["model"]
            .get<std::string>();
    };
    CHECK(turn("a", "easy") == "small");
    CHECK(turn("a", "hard") == "large");
    const std::size_t small_before = served.asked->of("small", Purpose::answer).size();
    CHECK(turn("a", "easy") == "large");
    CHECK(served.asked->of("small", Purpose::answer).size() == small_before);
    CHECK(turn("b", "easy") == "small");
}

TEST_CASE("another policy serves the requests that come after it, and a bad one is refused") {
    Served served;
    CHECK(ask(served.gateway, body("hard"))["model"] == "large");
    const LoadedPolicy cheap = world::policy(Objective::lambda(100.0));
    served.gateway.use(cheap);
    const Json json = ask(served.gateway, body("hard"));
    CHECK(json["model"] == "small");
    CHECK(json["automix"]["policy"] == cheap.digest);
    LoadedPolicy other = world::policy();
    OpenedModels opened = world::open(served.asked);
    opened.configs.pop_back();
    opened.models.pop_back();
    CHECK_THROWS_AS(ServedPolicy(other, opened, GatewayOptions{}), ArgumentError);
    CHECK(served.gateway.metrics().value("automix_policy_loads_total", {{"outcome", "taken"}}) == 1.0);
}

TEST_CASE("requests above the concurrency get 429, and a stop cancels a request", "[threads]") {
    std::mutex mutex;
    std::condition_variable_any changed;
    int waiting = 0;
    world::Say hang = [&](const std::string& name, const GenerateRequest&,
                          const std::stop_token& stop) -> GenerateReply {
        std::unique_lock lock(mutex);
        ++waiting;
        changed.notify_all();
        changed.wait(lock, stop, [] { return false; });
        throw ModelError(name, {.kind = FailureKind::cancelled}, "cancelled");
    };
    GatewayOptions options;
    options.concurrency = 2;
    Served served(options, {}, hang);
    std::stop_source gone;
    std::vector<std::thread> clients;
    std::vector<int> statuses(2);
    for (std::size_t i = 0; i < 2; ++i)
        clients.emplace_back(
            [&, i] { statuses[i] = served.gateway.handle(post(body("easy")), gone.get_token()).status; });
    {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return waiting == 2; });
    }
    const GatewayReply refused = served.gateway.handle(post(body("easy")));
    CHECK(refused.status == 429);
    CHECK(refused.retry_after == 1);
    gone.request_stop();
    for (std::thread& client : clients) client.join();
    CHECK(statuses == std::vector<int>{499, 499});
    CHECK(served.gateway.metrics().value("automix_failures_total", {{"kind", "cancelled"}}) == 2.0);
}

TEST_CASE("a pace holds over a stream of requests, and its state outlives the gateway") {
    const files::Directory directory;
    const auto question = [](int i) { return body(i % 3 == 0 ? "hard?" : "easy?"); };
    const auto ask_all = [&](Gateway& gateway, int from, int to) {
        std::vector<double> costs;
        for (int i = from; i < to; ++i) {
            const Json reply = ask(gateway, question(i), "r" + std::to_string(i));
            costs.push_back(reply["automix"]["cost"]["total"]);
            CHECK(reply["automix"].contains("lambda"));
        }
        return costs;
    };
    constexpr int requests = 600;
    constexpr double dearest = 21.5;  // both models and four verdicts
    for (const double pace : {3.0, 6.0}) {
        GatewayOptions options;
        options.pace = pace;
        options.log = directory.path("requests-" + std::to_string(static_cast<int>(pace)) + ".jsonl");
        std::vector<double> costs;
        {
            Served one(options);
            costs = ask_all(one.gateway, 0, requests / 2);
            CHECK_THAT(get(one.gateway, "/metrics").body, ContainsSubstring("\nautomix_lambda "));
        }
        // The second gateway goes on as the first would have: both together are one without a stop.
        Served two(options);
        const std::vector<double> rest = ask_all(two.gateway, requests / 2, requests);
        costs.insert(costs.end(), rest.begin(), rest.end());
        GatewayOptions alone;
        alone.pace = pace;
        Served whole(alone);
        CHECK(ask_all(whole.gateway, 0, requests) == costs);
        const double sum = std::accumulate(costs.begin(), costs.end(), 0.0);
        INFO("pace " << pace << ", mean cost " << sum / requests);
        CHECK(std::abs(sum - pace * requests) <= 0.05 * 500 * pace + 2 * dearest);
        CHECK(std::abs(sum - pace * requests) <= 0.03 * requests * pace + dearest);
    }
}

TEST_CASE("a policy is paced by its statistics, and another one goes on from what was spent") {
    GatewayOptions options;
    options.pace = 6.0;
    Served served(options);
    for (int i = 0; i < 50; ++i) (void)ask(served.gateway, body("easy?"));
    served.gateway.use(world::policy(Objective::lambda(0.01)));
    CHECK(ask(served.gateway, body("easy?"))["automix"].contains("lambda"));
    // A named model, and another objective, are not paced.
    CHECK_FALSE(
        ask(served.gateway, body("easy?", {{"model", "automix:lambda=0.01"}}))["automix"].contains("lambda"));

    options.pace = 0.5;
    CHECK_THROWS_WITH(Served(options),
                      ContainsSubstring("the budget 0.5 is below the cost of the cheapest policy, 1"));
    const files::Directory directory;
    options.pace = 6.0;
    options.log = directory.path("log.jsonl");
    (void)directory.write("log.jsonl.pace", "{}");
    CHECK_THROWS_WITH(Served(options), ContainsSubstring("log.jsonl.pace"));
}

TEST_CASE("pacing goes on with the policies of another policy, and tells the old ones' requests apart") {
    const auto asked = std::make_shared<world::Asked>();
    const OpenedModels opened = world::open(asked);
    const ServedPolicy policy(world::policy(), opened, {});
    const auto frontier = policy.frontier();
    REQUIRE(frontier.size() > 3);
    CHECK(frontier.front().cost == 1.0);
    for (std::size_t i = 1; i < frontier.size(); ++i) {
        CHECK(frontier[i].cost > frontier[i - 1].cost);
        CHECK(frontier[i].lambda <= frontier[i - 1].lambda);
    }
    Pacing pacing(policy, 6.0, "");
    const Pacing::Turn early = pacing.begin(0.5);
    pacing.end(pacing.begin(0.5), 8.0);
    const ServedPolicy other(world::policy(Objective::lambda(0.01)), opened, {});
    pacing.use(other);
    pacing.end(early, 2.0);
    CHECK(pacing.state().queries == 2);
    CHECK(pacing.state().spent == 10.0);
    CHECK(pacing.state().due == 12.0);
}

TEST_CASE("a promise by data set is served by the data set of a request") {
    Random random(5);
    const auto log = [&](int rows, const std::string& prefix) {
        Dataset data({"small", "large"});
        for (int i = 0; i < rows; ++i) {
            const bool easy = i % 2 == 0;
            const bool right = random.bernoulli(easy ? 0.99 : 0.3);
            std::vector<int> verdicts;
            for (int d = 0; d < 4; ++d) verdicts.push_back(random.bernoulli(0.9) == right ? 1 : 0);
            data.append(tables::record(prefix + std::to_string(i),
                                       {tables::verified(right ? 1.0 : 0.0, verdicts), tables::scored(1.0)},
                                       easy ? "a" : "b"));
        }
        return data;
    };
    const Dataset train = log(400, "t");
    const Dataset calibration = log(600, "c");
    const Prices at{.answers = {1.0, 20.0}, .draws = {0.125}};
    const PriceTable train_prices = resolve_prices(train, at);
    const PriceTable calibration_prices = resolve_prices(calibration, at);
    PomdpOptions options;
    options.objective = Objective::promise_quality(0.9, 0.9);
    options.promise_by = "dataset";
    options.context.best = false;
    PomdpRouter router(options);
    const Statistics statistics = router.collect({train, train_prices});
    train_with_promise(router, statistics, nullptr, {calibration, calibration_prices});
    REQUIRE(router.trained().groups.size() == 2);
    const std::string text = to_policy_text(router, statistics);
    Gateway gateway(world::open(std::make_shared<world::Asked>()),
                    {parse_policy(text, "policy.json"), policy_digest(text)}, {});
    const auto ask_of = [&](const std::string& dataset) {
        return ask(gateway, body("easy?", {{"automix", {{"dataset", dataset}}}}))["automix"]["cost"];
    };
    CHECK(ask_of("a")["models"]["small"]["answers"] == 1.0);
    CHECK_FALSE(ask_of("a")["models"].contains("large"));
    // Nothing is promised of other queries, so the last model answers them.
    for (const Json& cost : {ask_of("c"), ask(gateway, body("easy?"))["automix"]["cost"]})
        CHECK(cost["total"] == 20.0);
    GatewayOptions paced;
    paced.pace = 6.0;
    CHECK_THROWS_WITH(Gateway(world::open(std::make_shared<world::Asked>()),
                              {parse_policy(text, "policy.json"), policy_digest(text)}, paced),
                      ContainsSubstring("pace: the policy promises promise:quality=0.9,confidence=0.9"));
}
