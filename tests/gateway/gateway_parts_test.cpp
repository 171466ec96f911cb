// SPDX-License-Identifier: Apache-2.0
// The small parts of a gateway: replies, choices of a model, keys, conversations, periods of a budget, metrics.
#include "support/catch.hpp"
#include "support/files.hpp"

#include <automix/gateway/api_key.hpp>
#include <automix/gateway/budget_lease.hpp>
#include <automix/gateway/budget_period.hpp>
#include <automix/gateway/chat_reply.hpp>
#include <automix/gateway/gateway_metrics.hpp>
#include <automix/gateway/model_choice.hpp>
#include <automix/gateway/request_error.hpp>
#include <automix/gateway/sessions.hpp>

#include <automix/core/error.hpp>
#include <automix/model/ledger.hpp>
#include <automix/model/request.hpp>
#include <automix/routing/objective.hpp>

#include <nlohmann/json.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <variant>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;

namespace {

/// The data of events, in order.
std::vector<nlohmann::json> events_of(const std::string& stream) {
    std::vector<nlohmann::json> events;
    std::size_t at = 0;
    while (at < stream.size()) {
        REQUIRE(stream.substr(at, 6) == "data: ");
        const std::size_t end = stream.find("\n\n", at);
        REQUIRE(end != std::string::npos);
        const std::string data = stream.substr(at + 6, end - at - 6);
        at = end + 2;
        if (data == "[DONE]") break;
        events.push_back(nlohmann::json::parse(data));
    }
    REQUIRE(at == stream.size());
    return events;
}

std::chrono::system_clock::time_point at_second(std::int64_t second) {
    return std::chrono::system_clock::time_point(std::chrono::seconds(second));
}

}  // namespace

TEST_CASE("a completion is one object, or the events of a stream with the same text") {
    const auto json = nlohmann::ordered_json::parse(completion_text({.id = "r1",
                                                                     .model = "small",
                                                                     .created = 5,
                                                                     .text = "four\n\"4\"",
                                                                     .finish = FinishReason::length,
                                                                     .usage = Usage{10, 3},
                                                                     .automix = R"({"degraded":false})"}));
    CHECK(json["id"] == "chatcmpl-r1");
    CHECK(json["object"] == "chat.completion");
    CHECK(json["choices"][0]["message"]["content"] == "four\n\"4\"");
    CHECK(json["choices"][0]["finish_reason"] == "length");
    CHECK(json["usage"]["total_tokens"] == 13);

    const auto events = events_of(event_stream(json, true));
    REQUIRE(events.size() == 4);
    CHECK(events[0]["choices"][0]["delta"]["role"] == "assistant");
    CHECK(events[1]["choices"][0]["delta"]["content"] == "four\n\"4\"");
    CHECK(events[1]["choices"][0]["finish_reason"].is_null());
    CHECK(events[1]["usage"].is_null());
    CHECK(events[2]["choices"][0]["finish_reason"] == "length");
    CHECK(events[2]["automix"]["degraded"] == false);
    CHECK(events[3]["choices"].empty());
    CHECK(events[3]["usage"]["prompt_tokens"] == 10);
    for (const auto& event : events) {
        CHECK(event["object"] == "chat.completion.chunk");
        CHECK(event["id"] == "chatcmpl-r1");
        CHECK(event["model"] == "small");
    }
    CHECK(events_of(event_stream(json, false)).size() == 3);
}

TEST_CASE("calls of tools and several choices of a backend stream too") {
    const auto json = nlohmann::ordered_json::parse(R"({"id":"x","model":"m","choices":[
        {"index":0,"finish_reason":"tool_calls","message":{"role":"assistant","content":null,
         "tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]}},
        {"index":1,"finish_reason":"stop","message":{"role":"assistant","content":"b"}}]})");
    const auto events = events_of(event_stream(json, false));
    REQUIRE(events.size() == 6);
    CHECK(events[1]["choices"][0]["delta"]["tool_calls"][0]["index"] == 0);
    CHECK(events[1]["choices"][0]["delta"]["tool_calls"][0]["function"]["name"] == "f");
    CHECK_FALSE(events[1]["choices"][0]["delta"].contains("content"));
    CHECK(events[2]["choices"][0]["finish_reason"] == "tool_calls");
    CHECK(events[4]["choices"][0]["index"] == 1);
    CHECK(events[4]["choices"][0]["delta"]["content"] == "b");
}

TEST_CASE("an error is in OpenAI's form") {
    const auto json = error_json({.status = 400, .field = "n"}, "n: wrong");
    CHECK(json.dump() ==
          R"({"error":{"message":"n: wrong","type":"invalid_request_error","param":"n","code":null}})");
}

TEST_CASE("a model is the policy, the policy for an objective, or a name") {
    const std::vector<std::string> names = {"small", "large"};
    CHECK(std::holds_alternative<TrainedChoice>(parse_model_choice("automix", names)));
    CHECK(std::get<Objective>(parse_model_choice("automix:quality=0.95", names)) == Objective::quality(0.95));
    CHECK(std::get<Objective>(parse_model_choice("automix:budget=2", names)) == Objective::budget(2.0));
    CHECK(std::get<Objective>(parse_model_choice("automix:lambda=0.5", names)) == Objective::lambda(0.5));
    CHECK(std::get<std::string>(parse_model_choice("large", names)) == "large");
    const auto status = [&](const std::string& text) {
        try {
            (void)parse_model_choice(text, names);
        } catch (const RequestError& error) {
            CHECK(error.failure().field == "model");
            return error.failure().status;
        }
        return 200;
    };
    CHECK(status("gpt-4") == 404);
    CHECK(status("automix:quality=7") == 400);
    CHECK(status("automix:base") == 400);
    CHECK(status("automix:") == 400);
}

TEST_CASE("a key is compared as a whole") {
    const ApiKey key("secret");
    CHECK(key.admits("Bearer secret"));
    for (const char* wrong :
         {"", "secret", "Bearer ", "Bearer secre", "Bearer secretsecret", "Bearer Secret", "bearer secret"})
        CHECK_FALSE(key.admits(wrong));
    CHECK(ApiKey().admits(""));
}

TEST_CASE("the conversation that was not heard of for longest is forgotten") {
    Sessions sessions(2);
    sessions.note("a", {"large", 0.5});
    sessions.note("b", {"small", {}});
    CHECK(sessions.find("a")->model == "large");
    sessions.note("c", {"large", {}});
    CHECK_FALSE(sessions.find("b").has_value());
    CHECK(sessions.find("a")->forecast == 0.5);
    CHECK(sessions.size() == 2);
    sessions.note("a", {"middle", {}});
    CHECK(sessions.find("a")->model == "middle");
    CHECK(sessions.size() == 2);
    Sessions none(0);
    none.note("a", {"large", {}});
    CHECK(none.size() == 0);
    CHECK_FALSE(none.enabled());
}

TEST_CASE("a budget is whole again with each period") {
    const auto ledger = std::make_shared<Ledger>(10.0);
    constexpr std::int64_t day = 24 * 3600;
    BudgetPeriod period(parse_period("day"), {ledger}, at_second(5 * day + 100));
    ledger->charge("m", Purpose::answer, 10.0);
    CHECK(ledger->is_overdrawn());
    period.roll(at_second(5 * day + 200));
    CHECK(ledger->remaining() == 0.0);
    CHECK(period.seconds_left(at_second(5 * day + 200)) == day - 200);
    period.roll(at_second(6 * day));
    CHECK(ledger->remaining() == 10.0);
    CHECK(ledger->spent() == 10.0);
    CHECK_FALSE(ledger->is_overdrawn());
    const auto held = ledger->reserve("m", Purpose::answer, 4.0);
    period.roll(at_second(8 * day));
    CHECK(ledger->remaining() == 6.0);
    period.roll(at_second(7 * day));  // a clock set back begins no period
    CHECK(ledger->remaining() == 6.0);
    // Monday, 5 January 1970.
    BudgetPeriod week(parse_period("week"), {}, at_second(0));
    CHECK(week.seconds_left(at_second(4 * day)) == 7 * day);
    CHECK(BudgetPeriod(std::chrono::seconds(0), {}).seconds_left() == 0);
    CHECK_THROWS_AS(parse_period("month"), ArgumentError);
}

TEST_CASE("gateways that share a budget never exceed it together, and use it up", "[threads]") {
    const files::Directory directory;
    const std::string path = directory.path("budget.json");
    constexpr int gateways = 16;
    std::vector<std::shared_ptr<Ledger>> ledgers;
    std::vector<std::unique_ptr<BudgetLease>> shares;
    for (int g = 0; g < gateways; ++g) {
        ledgers.push_back(std::make_shared<Ledger>(1000.0));
        shares.push_back(std::make_unique<BudgetLease>(path, ledgers.back(), 7));
    }
    const auto spend = [&](std::int64_t period) {
        std::vector<double> spent(gateways);
        std::vector<std::thread> threads;
        for (std::size_t g = 0; g < gateways; ++g) {
            threads.emplace_back([&, g] {
                // Some spend ten times as fast as others.
                for (int call = 0; call < 2000; ++call) {
                    shares[g]->keep(period);
                    const double price = g % 2 == 0 ? 1.0 : 0.1;
                    auto granted = ledgers[g]->reserve("m", Purpose::answer, 2.0 * price);
                    auto* const reservation = std::get_if<Ledger::Reservation>(&granted);
                    if (reservation == nullptr) return;
                    reservation->settle(price);
                    spent[g] += price;
                }
            });
        }
        for (std::thread& thread : threads) thread.join();
        double sum = 0.0;
        for (const double one : spent) sum += one;
        return sum;
    };
    const double first = spend(7);
    CHECK(first <= 1000.0);
    CHECK(first > 900.0);
    for (const auto& ledger : ledgers) ledger->renew();
    const double second = spend(8);
    CHECK(second <= 1000.0);
    CHECK(second > 900.0);
    // What is given back is leased again.
    shares.clear();
    const auto ledger = std::make_shared<Ledger>(1000.0);
    BudgetLease late(path, ledger, 8);
    while (true) {
        const int before = late.held();
        late.keep(8);
        if (late.held() == before) break;
        ledger->charge("m", Purpose::answer, 10.0);
    }
    CHECK(10.0 * late.held() <= 1000.0 - second);
    const auto other = std::make_shared<Ledger>(5.0);
    CHECK_THROWS_AS(BudgetLease(path, other, 8), DataError);
    CHECK_THROWS_AS(BudgetLease(path, std::make_shared<Ledger>(), 8), ArgumentError);
}

TEST_CASE("metrics are in Prometheus' text format") {
    GatewayMetrics metrics;
    metrics.add("automix_answers_total", {{"model", "a\"b"}});
    metrics.add("automix_answers_total", {{"model", "a\"b"}});
    metrics.add("automix_answers_total", {{"model", "large"}}, 3.0);
    metrics.set("automix_budget_left", {}, 0.5);
    metrics.observe(0.05);
    metrics.observe(0.3);
    metrics.observe(1000.0);
    const std::string text = metrics.text();
    CHECK_THAT(text, ContainsSubstring("# TYPE automix_answers_total counter\n"
                                       "automix_answers_total{model=\"a\\\"b\"} 2\n"
                                       "automix_answers_total{model=\"large\"} 3\n"));
    CHECK_THAT(text, ContainsSubstring("automix_budget_left 0.5\n"));
    CHECK_THAT(text,
               ContainsSubstring("_bucket{le=\"0.025\"} 0\nautomix_request_seconds_bucket{le=\"0.05\"} 1\n"));
    CHECK_THAT(text,
               ContainsSubstring("_bucket{le=\"120\"} 2\nautomix_request_seconds_bucket{le=\"+Inf\"} 3\n"));
    CHECK_THAT(text, ContainsSubstring("automix_request_seconds_count 3\n"));
    CHECK(metrics.value("automix_answers_total", {{"model", "large"}}) == 3.0);
    metrics.clear("automix_answers_total");
    CHECK(metrics.text().find("answers") == std::string::npos);
    CHECK_THROWS_AS(metrics.add("other"), ArgumentError);
}
