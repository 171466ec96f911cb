// SPDX-License-Identifier: Apache-2.0
#include <automix/core/error.hpp>
#include <automix/openai/detail/http_client.hpp>
#include <automix/openai/http_message.hpp>
#include <automix/openai/secret.hpp>
#include "openai/gzip.hpp"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/environment.hpp"
#include "support/fault_server.hpp"

using automix::HttpError;
using automix::HttpFailure;
using automix::HttpReply;
using automix::HttpRequest;
using automix::detail::HttpClient;
using Catch::Matchers::ContainsSubstring;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

namespace {

HttpRequest to(const FaultServer& server, const std::string& body = "{}") {
    return {.url = server.base_url() + "/chat/completions", .body = body};
}

/// The failure of a call that must fail.
HttpError failure_of(HttpClient& client, const HttpRequest& request, const std::stop_token& stop = {}) {
    try {
        static_cast<void>(client.post(request, stop));
    } catch (const HttpError& error) {
        return error;
    }
    FAIL("a reply came");
    throw;
}

RequestHandler always(const ServerReply& reply) {
    return [reply](const ReceivedRequest&) { return reply; };
}

}  // namespace

TEST_CASE("limits that make no sense are refused") {
    CHECK_THROWS_WITH(HttpClient({.connect_timeout = milliseconds(0)}),
                      "connect_timeout: expected 1 ms to a day, in milliseconds, found 0");
    CHECK_THROWS_AS(HttpClient({.total_timeout = milliseconds(-1)}), automix::ArgumentError);
    CHECK_THROWS_AS(HttpClient({.total_timeout = std::chrono::hours(25)}), automix::ArgumentError);
    CHECK_THROWS_AS(HttpClient({.max_reply_bytes = 0}), automix::ArgumentError);
}

TEST_CASE("a request arrives as it was given, and the reply with what matters of its head") {
    const FaultServer server(always(
        {.status = 418,
         .headers = {"Content-Type: text/plain; charset=utf-8", "RETRY-AFTER:  7 ", "Location: /elsewhere"},
         .body = "short and stout"}));
    HttpClient client;
    auto request = to(server, std::string(100'000, 'x'));
    request.key = automix::Secret("sk-abc");
    request.headers = {"X-Trace: 12"};
    const HttpReply reply = client.post(request);
    CHECK(reply.status == 418);
    CHECK(reply.body == "short and stout");
    CHECK(reply.content_type == "text/plain; charset=utf-8");
    CHECK(reply.location == "/elsewhere");
    CHECK(reply.retry_after == milliseconds(7000));

    const auto received = server.requests().at(0);
    CHECK(received.method == "POST");
    CHECK(received.path == "/v1/chat/completions");
    CHECK(received.body == request.body);
    CHECK(received.headers.at("authorization") == "Bearer sk-abc");
    CHECK(received.headers.at("content-type") == "application/json");
    CHECK(received.headers.at("x-trace") == "12");
    CHECK(received.headers.count("expect") == 0);
    CHECK_THAT(received.headers.at("user-agent"), Catch::Matchers::StartsWith("automix/"));
}

TEST_CASE("waits that a server asks for") {
    using automix::detail::parse_wait;
    // 784111777 seconds after 1970: the date of the example in RFC 9110.
    CHECK(parse_wait("Sun, 06 Nov 1994 08:49:37 GMT", 784'111'767) == seconds(10));
    CHECK(parse_wait("Sun, 06 Nov 1994 08:49:37 GMT", 784'111'800) == seconds(0));
    CHECK(parse_wait("120", 0) == seconds(120));
    CHECK(parse_wait("0", 0) == seconds(0));
    CHECK(parse_wait("99999999999999999999999", 0) == seconds(86'400));
    CHECK(parse_wait("100000", 0) == seconds(86'400));
    CHECK_FALSE(parse_wait("-5", 0));
    CHECK(parse_wait("2.75", 0) == milliseconds(2750));
    CHECK(parse_wait("0.0004", 0) == milliseconds(1));
    CHECK(parse_wait("3s", 0) == seconds(3));
    CHECK(parse_wait("120ms", 0) == milliseconds(120));
    CHECK(parse_wait("6m0s", 0) == seconds(360));
    CHECK(parse_wait("1h1m1.5s", 0) == milliseconds(3'661'500));
    CHECK(parse_wait("3d", 0) == seconds(86'400));
    CHECK_FALSE(parse_wait("3 apples", 0));
    CHECK_FALSE(parse_wait("s", 0));
    CHECK_FALSE(parse_wait("nan", 0));
    CHECK_FALSE(parse_wait("soon", 0));
    CHECK_FALSE(parse_wait("", 0));
    CHECK(parse_wait("2 minutes", 0) == seconds(120));
    CHECK(parse_wait("1 Minute, 5 secs", 0) == seconds(65));
    // A moment, which no wait is as long as: in seconds, milliseconds, microseconds and nanoseconds.
    for (const char* moment : {"1700000030", "1700000030000", "1700000030000000", "1700000030000000000"}) {
        CAPTURE(moment);
        CHECK(parse_wait(moment, 1'700'000'000) == seconds(30));
        CHECK(parse_wait(moment, 1'700'000'000, 1.0) == seconds(30));
    }
    CHECK(parse_wait("1700000030.25", 1'700'000'000) == milliseconds(30'250));
    CHECK(parse_wait("1600000000", 1'700'000'000) == seconds(0));
    CHECK(parse_wait("1994-11-06T08:49:37Z", 784'111'767) == seconds(10));
    CHECK(parse_wait("1994-11-06T08:49:37.500Z", 784'111'767) == seconds(10));
}

TEST_CASE("the wait comes from the header that says it best") {
    using Headers = std::vector<std::pair<std::string, std::string>>;
    const auto wait = [](const Headers& headers) {
        automix::detail::WaitHeaders waits;
        for (const auto& [name, value] : headers) waits.add(name, value, 1'700'000'000);
        const auto stated = waits.stated();
        return stated ? stated : waits.reset();
    };
    CHECK_FALSE(wait({}));
    CHECK(wait({{"retry-after", "7"}, {"retry-after-ms", "6500"}}) == milliseconds(6500));
    CHECK(wait({{"retry-after-ms", "soon"}, {"retry-after", "7"}}) == seconds(7));
    CHECK(wait({{"x-ratelimit-reset-requests", "6m0s"}, {"x-ratelimit-reset-tokens", "2s"}}) == seconds(2));
    CHECK(wait({{"x-ratelimit-reset-requests", "6m0s"},
                {"x-ratelimit-reset-tokens", "2s"},
                {"x-ratelimit-remaining-requests", "0"},
                {"x-ratelimit-remaining-tokens", "120"}}) == seconds(360));
    CHECK(wait({{"x-ratelimit-reset", "1700000030"}}) == seconds(30));
    CHECK(wait({{"x-ratelimit-reset", "1700000030500"}}) == milliseconds(30'500));
    CHECK(wait({{"x-ratelimit-reset", "1600000000"}}) == seconds(0));
    CHECK(wait({{"retry-after", "1700000030"}}) == seconds(30));
    CHECK(wait({{"retry-after-ms", "1700000030500"}}) == milliseconds(30'500));
}

TEST_CASE("a compressed reply is decoded, and one that grows beyond the limit is refused") {
    const FaultServer server([](const ReceivedRequest& request) {
        const bool bomb = request.body == "bomb";
        return ServerReply{.headers = {"Content-Encoding: gzip"},
                           .body = bomb ? gzip::bomb(50'000) : gzip::stored("{\"a\":1}")};
    });
    HttpClient client({.max_reply_bytes = 1'000'000});
    CHECK(client.post(to(server)).body == "{\"a\":1}");
    CHECK_THAT(server.requests().at(0).headers.at("accept-encoding"), ContainsSubstring("gzip"));
    CHECK(gzip::bomb(50'000).size() < 100'000);
    const auto error = failure_of(client, to(server, "bomb"));  // of 13 MB
    CHECK(error.failure() == HttpFailure::too_large);
    CHECK_THAT(error.what(), ContainsSubstring("larger than 1000000 bytes"));
}

TEST_CASE("a file of certificates that cannot be read is refused, whoever names it") {
    CHECK_THROWS_WITH(HttpClient({.ca_file = "no/such.pem"}),
                      "ca_file: expected a file of certificates, cannot read \"no/such.pem\"");
    const Variable no_bundle("CURL_CA_BUNDLE", std::nullopt);
    const Variable bad_file("SSL_CERT_FILE", "no/such.pem");
    CHECK_THROWS_WITH(HttpClient(),
                      "environment variable SSL_CERT_FILE: expected a file of certificates, "
                      "cannot read \"no/such.pem\"");
}

TEST_CASE("connections are kept from call to call") {
    const FaultServer server(always({.body = "{}"}));
    HttpClient client;
    for (int call = 0; call < 50; ++call) CHECK(client.post(to(server)).status == 200);
    CHECK(server.request_count() == 50);
    CHECK(server.connection_count() == 1);
}

TEST_CASE("a refused connection has sent nothing") {
    HttpClient client;
    const auto error =
        failure_of(client, {.url = "http://127.0.0.1:" + std::to_string(closed_port()), .body = "{}"});
    CHECK(error.failure() == HttpFailure::unreachable);
    CHECK_FALSE(error.maybe_processed());
    CHECK_THAT(error.what(), ContainsSubstring("no connection: "));
}

TEST_CASE("too few descriptors for a connection are named as such") {
    HttpClient client;
    const HttpRequest nowhere{.url = "http://127.0.0.1:9/v1", .body = "{}"};
    CHECK_THAT(failure_of(client, nowhere).what(), ContainsSubstring("no connection: "));
    std::vector<int> taken;
    // The sanitizer of undefined behaviour looks at the class of an object once, and needs a descriptor for that.
    CHECK_FALSE(std::generic_category().message(EMFILE).empty());
    for (int descriptor = 0; (descriptor = ::dup(STDERR_FILENO)) >= 0;) taken.push_back(descriptor);
    const HttpError error = failure_of(client, nowhere);
    for (const int descriptor : taken) ::close(descriptor);
    CHECK(error.failure() == HttpFailure::unreachable);
    CHECK(std::string(error.what()) == "no connection: Too many open files");
}

TEST_CASE("a reset is a broken connection, in mid-reply and before it") {
    for (const auto end : {ServerReply::End::reset, ServerReply::End::silent}) {
        const FaultServer server(always({.body = std::string(1000, 'x'), .end = end}));
        HttpClient client;
        const auto error = failure_of(client, to(server));
        CHECK(error.failure() == HttpFailure::broken);
        CHECK(error.maybe_processed());
        CHECK_THAT(error.what(), ContainsSubstring("connection broke: "));
        CHECK(server.request_count() == 1);
    }
}

TEST_CASE("a request that a kept connection lost is sent once more over a new one") {
    const FaultServer server([](const ReceivedRequest& request) {
        return ServerReply{.body = "{}",
                           .end = request.number == 1 ? ServerReply::End::silent : ServerReply::End::whole};
    });
    HttpClient client;
    CHECK(client.post(to(server)).status == 200);
    CHECK(client.post(to(server)).status == 200);
    CHECK(server.request_count() == 3);
    CHECK(server.connection_count() <= 3);  // libcurl opens one itself before it may not send again
}

TEST_CASE("a kept connection that closes after the server may have worked is not sent again") {
    const FaultServer server([](const ReceivedRequest& request) {
        const bool lost = request.number == 1;
        return ServerReply{.body = "{}",
                           .end = lost ? ServerReply::End::silent : ServerReply::End::whole,
                           .delay = milliseconds(lost ? 400 : 0)};
    });
    HttpClient client;
    CHECK(client.post(to(server)).status == 200);
    const auto error = failure_of(client, to(server));
    CHECK(error.failure() == HttpFailure::broken);
    CHECK(error.maybe_processed());
    CHECK(std::string(error.what()) == "connection broke: closed before any reply");
    CHECK(server.request_count() == 2);
}

TEST_CASE("a connection that is closed behind a whole reply fails nothing") {
    const FaultServer server(always({.body = "{}", .end = ServerReply::End::closed}));
    HttpClient client;
    for (int call = 0; call < 20; ++call) CHECK(client.post(to(server)).status == 200);
    CHECK(server.request_count() == 20);
}

TEST_CASE("a reply that is no HTTP is said to be none") {
    const FaultServer server(always({.body = "hello", .end = ServerReply::End::closed, .protocol = "ICY"}));
    HttpClient client;
    const auto error = failure_of(client, to(server));
    CHECK(error.failure() == HttpFailure::not_http);
    CHECK_THAT(error.what(), ContainsSubstring("the reply is no HTTP; check base_url"));
}

TEST_CASE("a reply that hangs or trickles ends at the time limit") {
    for (const auto end : {ServerReply::End::hang, ServerReply::End::slow}) {
        const FaultServer server(
            always({.body = std::string(1000, 'x'), .end = end, .delay = milliseconds(20)}));
        HttpClient client({.total_timeout = milliseconds(200)});
        const auto start = steady_clock::now();
        const auto error = failure_of(client, to(server));
        CHECK(steady_clock::now() - start < seconds(2));
        CHECK(error.failure() == HttpFailure::timeout);
        CHECK(error.maybe_processed());
        CHECK(std::string(error.what()) == "no reply within 200 ms");
    }
}

TEST_CASE("a giant reply is cut off at the limit") {
    const FaultServer server(always({.body = "{", .end = ServerReply::End::endless}));
    HttpClient client({.max_reply_bytes = 1'000'000});
    const auto error = failure_of(client, to(server));
    CHECK(error.failure() == HttpFailure::too_large);
    CHECK(error.maybe_processed());
    CHECK(std::string(error.what()) == "reply cut off: it is larger than 1000000 bytes");
}

TEST_CASE("a giant head is cut off too") {
    const FaultServer server(
        always({.headers = std::vector<std::string>(2000, "X-A: " + std::string(90, 'a')), .body = "{}"}));
    HttpClient client({.max_reply_bytes = 50'000});
    CHECK(failure_of(client, to(server)).failure() == HttpFailure::too_large);
}

TEST_CASE("redirects are not followed") {
    const FaultServer target(always({.body = "{}"}));
    const FaultServer server(
        always({.status = 307, .headers = {"Location: " + target.base_url() + "/chat/completions"}}));
    HttpClient client;
    auto request = to(server);
    request.key = automix::Secret("sk-abc");
    CHECK(client.post(request).status == 307);
    CHECK(target.connection_count() == 0);
}

TEST_CASE("a stop ends a call that hangs at once, and one that has not begun") {
    const FaultServer server(always({.end = ServerReply::End::hang}));
    HttpClient client;
    std::stop_source source;
    std::jthread stopper([&] {
        std::this_thread::sleep_for(milliseconds(100));
        source.request_stop();
    });
    const auto start = steady_clock::now();
    const auto error = failure_of(client, to(server), source.get_token());
    CHECK(steady_clock::now() - start < milliseconds(700));
    CHECK(error.failure() == HttpFailure::cancelled);
    CHECK(error.maybe_processed());

    const auto before = failure_of(client, to(server), source.get_token());
    CHECK(before.failure() == HttpFailure::cancelled);
    CHECK_FALSE(before.maybe_processed());
    CHECK(server.request_count() == 1);
}

TEST_CASE("many threads share a client and its connections", "[threads]") {
    constexpr int threads = 16;
    constexpr int calls = 60;
    const FaultServer server([](const ReceivedRequest& request) {
        return ServerReply{
            .body = request.body,
            .end = request.number % 10 == 9 ? ServerReply::End::reset : ServerReply::End::whole};
    });
    HttpClient client;
    std::atomic<int> replies = 0;
    std::atomic<int> failures = 0;
    {
        std::vector<std::jthread> pool;
        for (int thread = 0; thread < threads; ++thread) {
            pool.emplace_back([&, thread] {
                for (int call = 0; call < calls; ++call) {
                    const std::string body = std::to_string(thread * calls + call);
                    try {
                        replies += client.post(to(server, body)).body == body ? 1 : 0;
                    } catch (const HttpError& error) {
                        failures += error.failure() == HttpFailure::broken ? 1 : 0;
                    }
                }
            });
        }
    }
    CHECK(server.request_count() == threads * calls);
    CHECK(failures == threads * calls / 10);
    CHECK(replies == threads * calls - threads * calls / 10);
    // Each reset costs a connection, and one more where libcurl gets ready to send again before it may not.
    CHECK(server.connection_count() <= static_cast<std::size_t>(threads + 2 * failures));
}

TEST_CASE("two hundred requests are in flight together", "[threads]") {
    constexpr int in_flight = 200;
    const FaultServer server(always({.body = "{}", .delay = milliseconds(50)}));
    HttpClient client;
    std::atomic<int> replies = 0;
    {
        std::vector<std::jthread> pool;
        for (int thread = 0; thread < in_flight; ++thread) {
            pool.emplace_back([&] {
                for (int call = 0; call < 5; ++call) replies += client.post(to(server)).status == 200 ? 1 : 0;
            });
        }
    }
    CHECK(replies == in_flight * 5);
    CHECK(server.connection_count() <= in_flight);
}
