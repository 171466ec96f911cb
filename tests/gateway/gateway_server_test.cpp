// SPDX-License-Identifier: Apache-2.0
// The gateway's server on loopback: clients as they should be and as they should not, upstreams that fail, and the end.
#include <automix/gateway/gateway_server.hpp>
#include "gateway/gateway_world.hpp"
#include "gateway/loopback.hpp"
#include "support/catch.hpp"
#include "support/damage.hpp"
#include "support/fault_server.hpp"
#include "support/files.hpp"

#include <automix/core/error.hpp>
#include <automix/gateway/gateway.hpp>
#include <automix/live/config/models_file.hpp>
#include <automix/live/config/open_models.hpp>
#include <automix/model/any_model.hpp>
#include <automix/model/ledger.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/request.hpp>
#include <automix/openai/openai_model.hpp>
#include <automix/openai/secret.hpp>
#include <automix/stream/log/request_reader.hpp>
#include <automix/stream/request_record.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using loopback::ask_once;
using loopback::Client;
using loopback::Reply;
using loopback::Running;
using world::body;
using world::Json;

namespace {

/// A model call that ends when it is let go, or with its stop.
class Gate {
 public:
    world::Say say() {
        return [this](const std::string& name, const GenerateRequest& request, const std::stop_token& stop) {
            std::unique_lock lock(mutex_);
            ++waiting_;
            changed_.notify_all();
            const bool let = changed_.wait(lock, stop, [&] { return open_; });
            --waiting_;
            changed_.notify_all();
            if (!let) throw ModelError(name, {.kind = FailureKind::cancelled}, "cancelled");
            return world::say(name, request);
        };
    }
    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    /// Returns true once so many calls wait.
    bool wait_for(int waiting) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return waiting_ == waiting; });
    }

 private:
    std::mutex mutex_;
    std::condition_variable_any changed_;
    int waiting_ = 0;
    bool open_ = false;
};

struct Loop {
    explicit Loop(GatewayOptions options = {}, world::Say say = {}, ServerOptions server = {})
        : gateway(world::open(asked, {}, std::move(say)), world::policy(), std::move(options)),
          running(gateway, std::move(server)) {}

    std::shared_ptr<world::Asked> asked = std::make_shared<world::Asked>();
    Gateway gateway;
    Running running;
};

void check_error(const Reply& reply, int status) {
    INFO(reply.head << reply.body);
    CHECK(reply.status == status);
    const Json json = Json::parse(reply.body, nullptr, false);
    REQUIRE(json.is_object());
    CHECK(json["error"]["message"].is_string());
    CHECK(json["error"]["type"].is_string());
}

}  // namespace

TEST_CASE("a client gets its answers over one connection, with its id") {
    Loop loop;
    Client client(loop.running.port());
    for (int i = 0; i < 20; ++i) {
        const std::string id = "id-" + std::to_string(i);
        REQUIRE(client.post(body("easy " + id), "X-Request-Id: " + id + "\r\n"));
        const Reply reply = client.receive();
        REQUIRE(reply.status == 200);
        CHECK_THAT(reply.head, ContainsSubstring("X-Request-Id: " + id + "\r\n"));
        CHECK(Json::parse(reply.body)["choices"][0]["message"]["content"] == "small: easy " + id);
    }
    REQUIRE(client.send("GET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n"));
    CHECK(Json::parse(client.receive().body)["data"].size() == 3);
    // Two at once: the second waits for its turn.
    REQUIRE(client.post(body("easy")));
    REQUIRE(client.post(body("hard"), "X-Automix-Explain: 1\r\n"));
    CHECK(Json::parse(client.receive().body)["model"] == "small");
    CHECK(Json::parse(client.receive().body)["automix"]["explanation"].is_object());
    // A body in chunks.
    REQUIRE(
        client.send("POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"));
    const std::string whole = body("easy chunks");
    for (const std::string& part : {whole.substr(0, 20), whole.substr(20)}) {
        char size[16];
        std::snprintf(size, sizeof size, "%zx\r\n", part.size());
        REQUIRE(client.send(size + part + "\r\n"));
    }
    REQUIRE(client.send("0\r\n\r\n"));
    CHECK(Json::parse(client.receive().body)["choices"][0]["message"]["content"] == "small: easy chunks");
}

TEST_CASE("requests that are none get errors in OpenAI's form") {
    ServerOptions server;
    server.max_body_bytes = 10'000;
    server.receive_timeout = std::chrono::milliseconds(500);
    GatewayOptions options;
    options.key = "k";
    Loop loop(options, {}, server);
    const int port = loop.running.port();
    const std::string key = "Authorization: Bearer k\r\n";
    CHECK(ask_once(port, body("easy"), key).status == 200);
    check_error(ask_once(port, body("easy")), 401);
    check_error(ask_once(port, "{\"model\":", key), 400);
    check_error(ask_once(port, body("easy", {{"temperature", "hot"}}), key), 400);
    check_error(ask_once(port, std::string(100'000, ' '), key), 413);
    const auto raw = [&](const std::string& bytes) {
        Client client(port);
        client.send(bytes);
        return client.receive();
    };
    check_error(raw("NONSENSE\r\n\r\n"), 400);
    check_error(raw("GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"), 414);
    check_error(raw("DELETE /v1/models HTTP/1.1\r\nHost: a\r\n" + key + "\r\n"), 404);
    check_error(raw("POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n" + key +
                    "\r\n4e20\r\n" + std::string(20'000, 'a') + "\r\n0\r\n\r\n"),
                413);
    // The other requests of a connection that cannot be understood are not taken.
    Client client(port);
    client.send("NONSENSE\r\n\r\n");
    CHECK(client.receive().status == 400);
    CHECK(client.is_closed());
    // Neither a head without end nor a body without a key is read.
    Client endless(port);
    std::string line = "GET / HTTP/1.1\r\n";
    for (int i = 0; i < 1000 && endless.send(line); ++i)
        line = "X-A" + std::to_string(i) + ": " + std::string(1000, 'a') + "\r\n";
    CHECK(endless.is_closed());
    Client stranger(port);
    stranger.send("POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n");
    check_error(stranger.receive(), 401);
    // One that sends too slowly.
    Client slow(port);
    slow.send("POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n" + key + "\r\n{");
    check_error(slow.receive(), 400);
    CHECK(slow.is_closed());
    Client head(port);
    head.send("POST /v1/chat");
    CHECK(head.is_closed());
    CHECK(ask_once(port, body("easy"), key).status == 200);
}

TEST_CASE("a port has one server") {
    Loop loop;
    ServerOptions same;
    same.port = loop.running.port();
    CHECK_THROWS_AS(GatewayServer(loop.gateway, same), DataError);
}

TEST_CASE("a body of a hundred megabytes is refused and costs no memory") {
    Loop loop;
    Client client(loop.running.port());
    constexpr std::size_t megabyte = 1'000'000;
    REQUIRE(
        client.send("POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n"));
    const std::string block(megabyte, 'a');
    for (int i = 0; i < 100 && client.send(block); ++i) {}
    check_error(client.receive(), 413);
    CHECK(ask_once(loop.running.port(), body("easy")).status == 200);
}

TEST_CASE("a client that goes away cancels its calls", "[threads]") {
    Gate gate;
    Loop loop({}, gate.say());
    Client client(loop.running.port());
    REQUIRE(client.post(body("easy")));
    REQUIRE(gate.wait_for(1));
    client.close();
    CHECK(gate.wait_for(0));
    gate.open();
    CHECK(ask_once(loop.running.port(), body("easy")).status == 200);
    CHECK(loop.gateway.metrics().value("automix_failures_total", {{"kind", "cancelled"}}) == 1.0);
}

TEST_CASE("an answer that takes too long is given up", "[threads]") {
    Gate gate;
    GatewayOptions options;
    options.timeout = std::chrono::milliseconds(100);
    Loop loop(options, gate.say());
    const Reply reply = ask_once(loop.running.port(), body("easy"));
    check_error(reply, 504);
    CHECK(gate.wait_for(0));
}

TEST_CASE("above the concurrency clients are told to come again", "[threads]") {
    Gate gate;
    GatewayOptions options;
    options.concurrency = 2;
    Loop loop(options, gate.say());
    Client first(loop.running.port());
    Client second(loop.running.port());
    REQUIRE(first.post(body("easy")));
    REQUIRE(second.post(body("easy")));
    REQUIRE(gate.wait_for(2));
    const Reply refused = ask_once(loop.running.port(), body("easy"));
    check_error(refused, 429);
    CHECK_THAT(refused.head, ContainsSubstring("Retry-After: 1\r\n"));
    gate.open();
    CHECK(first.receive().status == 200);
    CHECK(second.receive().status == 200);
}

TEST_CASE("at the end requests under way are answered, and no further ones are taken", "[threads]") {
    Gate gate;
    Loop loop({}, gate.say());
    Client idle(loop.running.port());
    Client client(loop.running.port());
    REQUIRE(client.post(body("easy")));
    REQUIRE(gate.wait_for(1));
    std::thread end([&] { loop.running.stop(); });
    while (!loop.gateway.draining()) std::this_thread::yield();
    CHECK(idle.is_closed());
    gate.open();
    const Reply reply = client.receive();
    CHECK(reply.status == 200);
    CHECK_THAT(reply.head, ContainsSubstring("Connection: close"));
    end.join();
    CHECK_FALSE(Client(loop.running.port()).connected());
}

TEST_CASE("an interrupt ends requests under way", "[threads]") {
    Gate gate;
    Loop loop({}, gate.say());
    Client client(loop.running.port());
    REQUIRE(client.post(body("easy")));
    REQUIRE(gate.wait_for(1));
    std::thread end([&] { loop.running.stop(); });
    while (!loop.gateway.draining()) std::this_thread::yield();
    loop.running.server().interrupt();
    check_error(client.receive(), 503);
    end.join();
}

TEST_CASE("a new policy loses no request", "[threads]") {
    Loop loop;
    std::atomic<bool> done{false};
    std::atomic<int> failed{0};
    std::atomic<int> served{0};
    std::vector<std::thread> clients;
    for (int c = 0; c < 4; ++c) {
        clients.emplace_back([&] {
            Client client(loop.running.port());
            while (!done) {
                client.post(body("hard"));
                ++(client.receive().status == 200 ? served : failed);
            }
        });
    }
    for (int i = 0; i < 10; ++i) loop.gateway.use(world::policy(Objective::lambda(i % 2 == 0 ? 100.0 : 0.0)));
    while (served < 100) std::this_thread::yield();
    done = true;
    for (std::thread& client : clients) client.join();
    CHECK(failed == 0);
}

TEST_CASE("the library's own adapter is a client of the gateway") {
    GatewayOptions options;
    options.key = "k-of-the-gateway";
    Loop loop(options);
    OpenAiModel model({.base_url = "http://127.0.0.1:" + std::to_string(loop.running.port()) + "/v1",
                       .model = "automix",
                       .key = Secret("k-of-the-gateway")});
    const GenerateRequest request{.messages = {{Role::user, "hard, you"}}, .sampling = {.max_tokens = 5}};
    const GenerateReply reply = model.generate(request);
    CHECK(reply.completions[0].text == "large: hard, you");
    CHECK(reply.served_model == "large");
    CHECK(reply.usage.has_value());
    CHECK(loop.asked->of("large", Purpose::answer)[0].sampling.max_tokens == 5);
    OpenAiModel stranger(
        {.base_url = "http://127.0.0.1:" + std::to_string(loop.running.port()) + "/v1", .model = "automix"});
    try {
        (void)stranger.generate(request);
        FAIL("let in without a key");
    } catch (const ModelError& error) {
        CHECK(error.kind() == FailureKind::authentication);
    }
}

TEST_CASE("each of many requests has one reply and one line, through upstreams that fail", "[threads]") {
    const std::size_t count = rounds(1'000);
    constexpr std::size_t clients = 32;
    const files::Directory directory;
    std::atomic<std::size_t> billed{0};
    FaultServer upstream([&](const ReceivedRequest& request) {
        const auto& faults = all_faults();
        if (request.number % 10 < 3)
            return fault_reply(faults[request.number / 10 * 3 % faults.size()], request);
        ++billed;
        return chat_reply(request, [](const std::string& prompt, int) {
            return prompt.starts_with("verify ") ? std::string("Verdict: correct") : "re: " + prompt;
        });
    });
    Json models = Json::parse(world::models_text);
    for (Json& model : models["models"]) {
        model["base_url"] = upstream.base_url();
        model["attempts"] = 2;
        model["rate_limit_attempts"] = 1;
    }
    GatewayOptions options;
    options.log = directory.path("requests.jsonl");
    std::map<int, std::size_t> statuses;
    double spent = 0.0;
    double told = 0.0;
    {
        const ModelBackend backend = [](const ModelConfig& config) -> AnyModel {
            OpenAiOptions http;
            http.model = config.name;
            http.base_url = config.base_url;
            http.total_timeout = std::chrono::milliseconds(200);
            http.max_reply_bytes = 100'000;
            return OpenAiModel(http);
        };
        Gateway gateway(open_models(directory.write("models.json", models.dump()), {}, backend),
                        world::policy(), options);
        Running running(gateway);
        std::mutex mutex;
        std::vector<std::thread> threads;
        for (std::size_t c = 0; c < clients; ++c) {
            threads.emplace_back([&, c] {
                Client client(running.port());
                for (std::size_t i = c; i < count; i += clients) {
                    client.post(body("q" + std::to_string(i)),
                                "X-Request-Id: q" + std::to_string(i) + "\r\n");
                    const Reply reply = client.receive();
                    const Json json = Json::parse(reply.body, nullptr, false);
                    const std::lock_guard lock(mutex);
                    ++statuses[reply.status];
                    if (reply.status == 200) {
                        told += json["automix"]["cost"]["total"].get<double>();
                        if (json["id"] != "chatcmpl-q" + std::to_string(i)) ++statuses[-1];
                    } else if (!json.is_object() || !json.contains("error")) {
                        ++statuses[-2];
                    }
                }
            });
        }
        for (std::thread& thread : threads) thread.join();
        running.stop();
        const std::string text = gateway.metrics_text();
        CHECK_THAT(text,
                   ContainsSubstring("automix_requests_total{kind=\"policy\"} " + std::to_string(count)));
        for (const char* model : {"small", "large"}) {
            for (const char* kind : {"answers", "verification"})
                spent += gateway.metrics().value("automix_cost_total", {{"model", model}, {"kind", kind}});
        }
    }
    CHECK(statuses[-1] == 0);
    CHECK(statuses[-2] == 0);
    CHECK(statuses[0] == 0);
    CHECK(statuses[200] > count / 2);
    const Requests read = read_requests({options.log});
    CHECK(read.repeated == 0);
    REQUIRE(read.requests.size() == count);
    std::set<std::string> ids;
    std::size_t answered = 0;
    for (const RequestRecord& record : read.requests) {
        ids.insert(record.id);
        answered += record.answered ? 1U : 0U;
    }
    CHECK(ids.size() == count);
    CHECK(answered == statuses[200]);
    CHECK(told <= spent * (1.0 + 1e-9));
    std::cout << count << " requests, " << upstream.request_count() << " calls; statuses: ";
    for (const auto& [status, number] : statuses) std::cout << status << ' ' << number << ' ';
    std::cout << '\n';
}
