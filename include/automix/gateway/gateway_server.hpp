// SPDX-License-Identifier: Apache-2.0
// Puts an HTTP server (cpp-httplib) in front of a gateway: a thread for each connection, limits of size and time for each
// request, a stop for the calls of a client that goes away, and a drain at the end. It needs automix::gateway.
//     automix::GatewayServer server(gateway, {.host = "127.0.0.1", .port = 8080});
//     std::thread signal_watch([&] { wait_for_a_signal(); server.stop(); });
//     server.run();
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/gateway/connection_watch.hpp>
#include <automix/gateway/detail/connection_threads.hpp>
#include <automix/gateway/detail/httplib.hpp>
#include <automix/gateway/gateway.hpp>

#ifndef AUTOMIX_HTTPLIB_TELLS_CLOSED
#include <automix/gateway/detail/http_connection.hpp>
#endif

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace automix {

struct ServerOptions {
    std::string host = "127.0.0.1";
    int port = 8080;  ///< 0: any that is free
    std::size_t max_body_bytes = std::size_t{16} << 20U;
    std::chrono::milliseconds receive_timeout{30'000};  ///< within which a request must have come
    std::chrono::milliseconds idle_timeout{60'000};  ///< after which a connection without a request is closed
};

namespace detail {

/// The server of cpp-httplib. Versions that do not tell a handler whether its client has gone get their connections from
/// here, which does.
class HttpServer : public httplib::Server {
 public:
    explicit HttpServer(const ServerOptions& options) : options_(options) {}

    /// Returns what tells whether the client of this request has gone. To be called by its handler.
    [[nodiscard]] static std::function<bool()> closed_check(const httplib::Request& request) {
#ifdef AUTOMIX_HTTPLIB_TELLS_CLOSED
        return request.is_connection_closed;
#else
        (void)request;
        return [socket = serving().socket] { return is_closed(socket); };
#endif
    }

    /// Closes the connection of this request after its reply. To be called by its handler.
    static void close_after_reply(httplib::Response& response) {
        response.set_header("Connection", "close");
#ifndef AUTOMIX_HTTPLIB_TELLS_CLOSED
        serving().last = true;
#endif
    }

    /// Lets the body of this request come. To be called by its handler. Encoded bodies are allowed to be larger than what
    /// they hold.
    static void expect_body([[maybe_unused]] std::size_t most_bytes) {
#ifndef AUTOMIX_HTTPLIB_TELLS_CLOSED
        serving().connection->allow(8 * most_bytes);
#endif
    }

    /// Lets many clients wait to be accepted. To be called once the port is bound.
    void accept_many() {
        constexpr int most = 4096;
        ::listen(svr_sock_, most);
    }

 private:
#ifndef AUTOMIX_HTTPLIB_TELLS_CLOSED
    /// The connection of this thread.
    struct Serving {
        int socket = -1;
        HttpConnection* connection = nullptr;
        bool last = false;  ///< the connection ends with this request
    };

    static Serving& serving() {
        thread_local Serving mine;
        return mine;
    }

    bool process_and_close_socket(socket_t socket) override {
        HttpConnection connection(socket);
        serving() = {socket, &connection, false};
        constexpr std::size_t head_bytes = std::size_t{1} << 16U;
        constexpr std::chrono::milliseconds look{250};
        while (!serving().last) {
            const auto until = HttpConnection::Clock::now() + options_.idle_timeout;
            bool came = false;
            while (!came && svr_sock_ != INVALID_SOCKET && HttpConnection::Clock::now() < until)
                came = connection.has_request(std::min(until, HttpConnection::Clock::now() + look));
            if (!came) break;
            connection.begin_request(options_.receive_timeout, head_bytes);
            bool closed = false;
            const bool last = svr_sock_ == INVALID_SOCKET;
            const bool served = process_request(connection, last, closed,
                                                [](httplib::Request& request) { request.ranges.clear(); });
            if (!connection.flush() || !served || closed || last) break;
        }
        return true;
    }
#endif

    ServerOptions options_;
};

}  // namespace detail

class GatewayServer {
 public:
    /// Listens at once; requests wait until `run`. The gateway must outlive the server. Throws `DataError` if the port
    /// cannot be listened at.
    GatewayServer(Gateway& gateway, ServerOptions options) : gateway_(gateway), http_(options) {
        const std::size_t threads = gateway.options().concurrency + 256;
        http_.new_task_queue = [threads] { return new detail::ConnectionThreads(threads); };
        http_.set_payload_max_length(options.max_body_bytes);
        http_.set_tcp_nodelay(true);
        // By default cpp-httplib lets several servers share a port.
        http_.set_socket_options([](socket_t socket) {
            const int on = 1;
            ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        });
        set_timeouts(options);
        set_handlers(options.max_body_bytes);
        port_ = options.port;
        const bool bound = options.port == 0 ? (port_ = http_.bind_to_any_port(options.host)) > 0
                                             : http_.bind_to_port(options.host, options.port);
        if (!bound) {
            const int reason = errno;
            throw DataError(options.host + ":" + std::to_string(options.port) +
                            ": cannot be listened at: " + std::generic_category().message(reason));
        }
        http_.accept_many();
    }
    GatewayServer(const GatewayServer&) = delete;
    GatewayServer& operator=(const GatewayServer&) = delete;
    ~GatewayServer() = default;

    [[nodiscard]] int port() const noexcept { return port_; }

    /// Serves until `stop`. Returns once all requests under way have ended.
    void run() {
        if (!begun_.test_and_set()) http_.listen_after_bind();
        ended_ = true;
    }

    /// Takes no further requests and lets those under way end. Call it once, from another thread than `run`.
    void stop() {
        gateway_.close();
        if (begun_.test_and_set()) {  // else `run` has nothing to do
            while (!ended_ && !http_.is_running()) std::this_thread::yield();
            http_.stop();
        }
        gateway_.drain();
    }

    /// Interrupts the calls of all requests under way.
    void interrupt() {
        gateway_.interrupt();
        watch_.stop_all();
    }

 private:
    void set_timeouts(const ServerOptions& options) {
        using std::chrono::duration_cast;
        using std::chrono::seconds;
        http_.set_read_timeout(options.receive_timeout);
        http_.set_write_timeout(seconds(30));
        http_.set_keep_alive_timeout(duration_cast<seconds>(options.idle_timeout).count());
        http_.set_keep_alive_max_count(1'000'000);
    }

    static void send(const GatewayReply& reply, httplib::Response& response) {
        response.status = reply.status;
        if (!reply.request_id.empty()) response.set_header("X-Request-Id", reply.request_id);
        if (reply.retry_after) response.set_header("Retry-After", std::to_string(*reply.retry_after));
        response.set_content(reply.body, reply.content_type);
    }

    void serve(const httplib::Request& request, std::string body, httplib::Response& response) {
        const ConnectionWatch::Guard guard(watch_, detail::HttpServer::closed_check(request),
                                           ConnectionWatch::Clock::now() + gateway_.options().timeout);
        send(gateway_.handle({.method = request.method,
                              .path = request.path,
                              .body = std::move(body),
                              .authorization = request.get_header_value("Authorization"),
                              .request_id = request.get_header_value("X-Request-Id"),
                              .explain = request.get_header_value("X-Automix-Explain") == "1"},
                             guard.stop()),
             response);
        if (gateway_.draining()) detail::HttpServer::close_after_reply(response);
    }

    void set_handlers(std::size_t max_body_bytes) {
        const std::string all = ".*";
        http_.Get(all, [this](const httplib::Request& request, httplib::Response& response) {
            serve(request, {}, response);
        });
        http_.Post(all, [this, max_body_bytes](const httplib::Request& request, httplib::Response& response,
                                               const httplib::ContentReader& read) {
            if (!gateway_.admits(request.get_header_value("Authorization"))) {
                serve(request, {}, response);
                return detail::HttpServer::close_after_reply(response);
            }
            detail::HttpServer::expect_body(max_body_bytes);
            std::string body;
            bool too_large = false;
            const bool whole = read([&](const char* bytes, std::size_t size) {
                too_large = body.size() + size > max_body_bytes;
                if (!too_large) body.append(bytes, size);
                return !too_large;
            });
            if (whole) return serve(request, std::move(body), response);
            const int status = response.status;
            send(gateway_.refuse(too_large ? 413 : status == 413 ? status : 400), response);
            detail::HttpServer::close_after_reply(response);
        });
        http_.set_error_handler([this](const httplib::Request&, httplib::Response& response) {
            if (!response.body.empty()) return;
            send(gateway_.refuse(response.status), response);
            detail::HttpServer::close_after_reply(response);
        });
        http_.set_exception_handler(
            [this](const httplib::Request&, httplib::Response& response, const std::exception_ptr&) {
                send(gateway_.refuse(500), response);
            });
    }

    Gateway& gateway_;
    ConnectionWatch watch_;
    detail::HttpServer http_;
    int port_ = 0;
    std::atomic_flag begun_{};
    std::atomic<bool> ended_{false};
};

}  // namespace automix
