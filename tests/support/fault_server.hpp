// SPDX-License-Identifier: Apache-2.0
// An HTTP/1.1 server on loopback for tests of what speaks HTTP: a thread for each connection, kept open between requests. A
// handler turns each request into a reply or into one of the failures of the field. Everything that was received is kept
// for the test to look at. The destructor ends all connections, hanging ones too, and joins all threads.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

/// A request as it came.
struct ReceivedRequest {
    std::size_t number = 0;      ///< from 0, over all connections
    std::size_t connection = 0;  ///< from 0
    std::string method{};
    std::string path{};
    std::map<std::string, std::string> headers{};  ///< names in small letters
    std::string body{};
};

/// What the server does about a request.
struct ServerReply {
    enum class End {
        whole,       ///< the reply, and the connection stays
        closed,      ///< the reply, and the connection ends
        cut,         ///< the reply under a head that promises more bytes, and the connection ends
        stalled,     ///< as `cut`, but the connection stays
        unfinished,  ///< the reply in one chunk without the last, empty one, and the connection ends
        reset,       ///< half of the reply, and the connection is reset
        silent,      ///< a reset without a byte of reply
        hang,        ///< nothing, until the client or the server goes
        slow,        ///< the reply a byte at a time, `delay` before each
        endless      ///< the reply, then further bytes until the client goes
    };

    int status = 200;
    std::vector<std::string> headers{"Content-Type: application/json"};
    std::string body{};
    End end = End::whole;
    std::chrono::milliseconds delay{0};  ///< before the first byte
    std::string protocol = "HTTP/1.1";   ///< of the status line
};

using RequestHandler = std::function<ServerReply(const ReceivedRequest&)>;

/// The text of a sample: by prompt (the last message) and number of the choice.
using TextOf = std::function<std::string(const std::string& prompt, int choice)>;

/// " echo CHOICE: PROMPT"
std::string echo_text(const std::string& prompt, int choice);

/// A chat completion with as many choices as asked for, or `choices` of them. Usage: bytes of all messages, and bytes of
/// all texts.
ServerReply chat_reply(const ReceivedRequest& request, const TextOf& text = echo_text, int choices = 0);

/// The failures of the field. A refused connection is `closed_port()`.
enum class Fault {
    reset_in_reply,
    reset_before_reply,
    hang,
    slow_bytes,
    too_many,          ///< 429
    too_many_seconds,  ///< 429 with Retry-After: 1
    too_many_date,     ///< 429 with Retry-After as a date two seconds ahead
    server_error,      ///< 500
    unavailable,       ///< 503 with Retry-After: 1
    html,              ///< 200 with a page in place of JSON
    truncated_json,
    missing_choices,
    missing_content,
    null_content,
    empty_choices,
    fewer_choices,  ///< one, however many were asked for
    more_choices,   ///< one more than asked for
    wrong_encoding,
    giant_reply,  ///< without end
    content_filter,
    usage_missing,
    usage_zero,
    redirect,  ///< 302 to http://evil.example/v1/chat/completions
};

/// All of them, in order.
const std::vector<Fault>& all_faults();

/// The reply of a fault to a chat request.
ServerReply fault_reply(Fault fault, const ReceivedRequest& request, const TextOf& text = echo_text);

/// A port of loopback that nothing listens at.
int closed_port();

class FaultServer {
 public:
    /// Listens at a free port of 127.0.0.1 at once. The handler is called from many threads.
    explicit FaultServer(RequestHandler handler);
    FaultServer(const FaultServer&) = delete;
    FaultServer& operator=(const FaultServer&) = delete;
    ~FaultServer();

    [[nodiscard]] int port() const noexcept { return port_; }

    /// http://127.0.0.1:PORT/v1
    [[nodiscard]] std::string base_url() const;

    [[nodiscard]] std::size_t request_count() const;
    [[nodiscard]] std::size_t connection_count() const;
    [[nodiscard]] std::vector<ReceivedRequest> requests() const;

 private:
    struct Connection {
        std::size_t number = 0;
        int socket = -1;
        bool done = false;
        std::thread thread{};
    };

    void accept_all();
    void serve(Connection& connection);
    static bool read_request(int socket, std::string& buffered, ReceivedRequest& request);
    static bool send_reply(int socket, const ServerReply& reply);
    static bool send_all(int socket, std::string_view bytes);
    static bool pause(int socket, std::chrono::milliseconds time);
    void join_done(bool all);

    RequestHandler handler_;
    int listener_ = -1;
    int port_ = 0;
    mutable std::mutex mutex_;
    bool stopping_ = false;
    std::size_t connections_made_ = 0;
    std::vector<ReceivedRequest> requests_;
    std::list<Connection> connections_;
    std::thread acceptor_;
};
