// SPDX-License-Identifier: Apache-2.0
// Certificates are verified, and proxies are taken from the environment, as curl has them.
#include <automix/core/error.hpp>
#include <automix/openai/detail/http_client.hpp>
#include <automix/openai/http_message.hpp>

#include <sys/types.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include "support/catch.hpp"
#include "support/environment.hpp"
#include "support/fault_server.hpp"
#include "support/files.hpp"

using automix::HttpError;
using automix::HttpFailure;
using automix::detail::HttpClient;
using Catch::Matchers::ContainsSubstring;

namespace {

/// OpenSSL's own server, with a certificate for 127.0.0.1 that nobody but itself has signed.
class SelfSignedServer {
 public:
    explicit SelfSignedServer(const std::string& folder) {
        const std::string script =
            "cd '" + folder +
            "' && openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out certificate.pem -days 1 "
            "-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 2>/dev/null && echo $$ && "
            "exec openssl s_server -www -accept 127.0.0.1:0 -cert certificate.pem -key key.pem </dev/null "
            "2>&1";
        output_ = popen(script.c_str(), "r");
        process_ = std::atoi(line().c_str());
        const std::string accepts = "ACCEPT 127.0.0.1:";
        std::string told = line();
        while (!told.empty() && !told.starts_with(accepts)) told = line();
        if (!told.empty()) port_ = std::atoi(told.c_str() + accepts.size());
    }
    SelfSignedServer(const SelfSignedServer&) = delete;
    SelfSignedServer& operator=(const SelfSignedServer&) = delete;
    ~SelfSignedServer() {
        if (process_ > 0) kill(process_, SIGKILL);
        pclose(output_);
    }

    /// 0 where there is no OpenSSL.
    [[nodiscard]] int port() const noexcept { return port_; }

 private:
    std::string line() {
        std::array<char, 256> bytes{};
        return std::fgets(bytes.data(), static_cast<int>(bytes.size()), output_) == nullptr ? ""
                                                                                            : bytes.data();
    }

    std::FILE* output_ = nullptr;
    pid_t process_ = 0;
    int port_ = 0;
};

}  // namespace

TEST_CASE("a certificate that nobody vouches for is refused before anything is sent") {
    const files::Directory directory;
    const SelfSignedServer server(directory.path(""));
    if (server.port() == 0) {
        WARN("skipped: openssl is not installed");
        return;
    }
    detail::HttpClient client;
    try {
        (void)client.post(
            {.url = "https://127.0.0.1:" + std::to_string(server.port()) + "/v1", .body = "{}"});
        FAIL("the server was believed");
    } catch (const HttpError& error) {
        CHECK(error.failure() == HttpFailure::unreachable);
        CHECK_FALSE(error.maybe_processed());
        CHECK_THAT(error.what(), ContainsSubstring("certificate"));
    }
}

TEST_CASE("a private certificate is trusted if its file is named, by the options or by the environment") {
    const files::Directory directory;
    const SelfSignedServer server(directory.path(""));
    if (server.port() == 0) {
        WARN("skipped: openssl is not installed");
        return;
    }
    const automix::HttpRequest request{.url = "https://127.0.0.1:" + std::to_string(server.port()) + "/v1",
                                       .body = "{}"};
    const std::string certificate = directory.path("certificate.pem");
    // The server answers no POST. That it is spoken to is what counts.
    const auto reached = [&](detail::HttpClient& client) {
        try {
            (void)client.post(request);
            return true;
        } catch (const HttpError& error) {
            return error.maybe_processed();
        }
    };
    const auto limit = std::chrono::milliseconds(2000);
    const Variable no_bundle("CURL_CA_BUNDLE", std::nullopt);
    const Variable no_file("SSL_CERT_FILE", std::nullopt);
    detail::HttpClient named({.total_timeout = limit, .ca_file = certificate});
    CHECK(reached(named));
    for (const char* variable : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"}) {
        const Variable trusted(variable, certificate);
        detail::HttpClient client({.total_timeout = limit});
        CHECK(reached(client));
    }
    detail::HttpClient none({.total_timeout = limit});
    CHECK_FALSE(reached(none));
}

TEST_CASE("requests go through the proxy that the environment names, but for hosts without one") {
    const FaultServer proxy([](const ReceivedRequest&) { return ServerReply{.body = "{}"}; });
    const Variable through("http_proxy", "http://127.0.0.1:" + std::to_string(proxy.port()));
    detail::HttpClient client;
    CHECK(client.post({.url = "http://models.invalid/v1/chat/completions", .body = "{}"}).status == 200);
    REQUIRE(proxy.request_count() == 1);
    CHECK(proxy.requests().front().path == "http://models.invalid/v1/chat/completions");
    CHECK(proxy.requests().front().headers.at("host") == "models.invalid");

    const FaultServer direct([](const ReceivedRequest&) { return ServerReply{.body = "{}"}; });
    const Variable without("no_proxy", "127.0.0.1");
    CHECK(client.post({.url = direct.base_url() + "/chat/completions", .body = "{}"}).status == 200);
    CHECK(direct.request_count() == 1);
    CHECK(proxy.request_count() == 1);
}
