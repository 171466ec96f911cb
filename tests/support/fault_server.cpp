// SPDX-License-Identifier: Apache-2.0
#include "support/fault_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace {

using Json = nlohmann::json;

/// A socket bound to a free port of loopback, and that port.
std::pair<int, int> bound_socket() {
    const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (made < 0 || ::bind(made, generic, size) != 0 || ::getsockname(made, generic, &size) != 0) {
        throw std::runtime_error("no socket on loopback");
    }
    return {made, ntohs(address.sin_port)};
}

void reset(int socket) {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

std::string head_of(const ServerReply& reply) {
    std::string head = reply.protocol + " " + std::to_string(reply.status) + " Status\r\n";
    for (const auto& line : reply.headers) head += line + "\r\n";
    using End = ServerReply::End;
    constexpr std::size_t missing = 10;
    const bool short_of = reply.end == End::cut || reply.end == End::stalled;
    if (reply.end == End::closed || reply.end == End::endless) return head + "Connection: close\r\n\r\n";
    if (reply.end == End::unfinished) return head + "Transfer-Encoding: chunked\r\n\r\n";
    return head + "Content-Length: " + std::to_string(reply.body.size() + (short_of ? missing : 0)) +
           "\r\n\r\n";
}

/// The body as one chunk.
std::string chunk_of(const std::string& body) {
    std::ostringstream chunk;
    chunk << std::hex << body.size() << "\r\n" << body << "\r\n";
    return chunk.str();
}

std::string http_date(std::time_t time) {
    std::tm parts{};
    gmtime_r(&time, &parts);
    std::array<char, 64> text{};
    std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return text.data();
}

ServerReply complaint(int status, const char* message, std::vector<std::string> further = {}) {
    ServerReply reply{.status = status, .body = Json{{"error", {{"message", message}}}}.dump()};
    reply.headers.insert(reply.headers.end(), further.begin(), further.end());
    return reply;
}

/// A chat reply whose JSON was changed.
template <class Change>
ServerReply changed(const ReceivedRequest& request, const TextOf& text, const Change& change) {
    ServerReply reply = chat_reply(request, text);
    Json json = Json::parse(reply.body);
    change(json);
    reply.body = json.dump();
    return reply;
}

}  // namespace

std::string echo_text(const std::string& prompt, int choice) {
    return " echo " + std::to_string(choice) + ": " + prompt;
}

ServerReply chat_reply(const ReceivedRequest& request, const TextOf& text, int choices) {
    const Json asked = Json::parse(request.body, nullptr, false);
    if (!asked.is_object() || !asked.contains("messages")) return complaint(400, "'messages' is required");
    std::size_t prompt_tokens = 0;
    for (const auto& message : asked["messages"]) {
        prompt_tokens += message["content"].get_ref<const std::string&>().size();
    }
    const std::string prompt = asked["messages"].back()["content"];
    if (choices == 0) choices = asked.value("n", 1);
    std::size_t completion_tokens = 0;
    Json list = Json::array();
    for (int choice = 0; choice < choices; ++choice) {
        const std::string said = text(prompt, choice);
        completion_tokens += said.size();
        list.push_back({{"index", choice},
                        {"finish_reason", "stop"},
                        {"message", {{"role", "assistant"}, {"content", said}}}});
    }
    const Json usage{{"prompt_tokens", prompt_tokens}, {"completion_tokens", completion_tokens}};
    return {.body = Json{{"object", "chat.completion"}, {"choices", list}, {"usage", usage}}.dump()};
}

const std::vector<Fault>& all_faults() {
    static const std::vector<Fault> faults = [] {
        std::vector<Fault> list;
        for (int fault = 0; fault <= static_cast<int>(Fault::redirect); ++fault) {
            list.push_back(static_cast<Fault>(fault));
        }
        return list;
    }();
    return faults;
}

ServerReply fault_reply(Fault fault, const ReceivedRequest& request, const TextOf& text) {
    using End = ServerReply::End;
    ServerReply reply = chat_reply(request, text);
    switch (fault) {
        case Fault::reset_in_reply:
            reply.end = End::reset;
            return reply;
        case Fault::reset_before_reply:
            reply.end = End::silent;
            return reply;
        case Fault::hang:
            reply.end = End::hang;
            return reply;
        case Fault::slow_bytes:
            reply.end = End::slow;
            reply.delay = std::chrono::milliseconds(50);
            return reply;
        case Fault::too_many:
            return complaint(429, "slow down");
        case Fault::too_many_seconds:
            return complaint(429, "slow down", {"Retry-After: 1"});
        case Fault::too_many_date:
            return complaint(429, "slow down", {"Retry-After: " + http_date(std::time(nullptr) + 2)});
        case Fault::server_error:
            return complaint(500, "internal error");
        case Fault::unavailable:
            return complaint(503, "loading", {"Retry-After: 1"});
        case Fault::html:
            return {.headers = {"Content-Type: text/html"}, .body = "<!DOCTYPE html><p>Please sign in</p>"};
        case Fault::truncated_json:
            reply.body.resize(reply.body.size() / 2);
            return reply;
        case Fault::missing_choices:
            return changed(request, text, [](Json& json) { json.erase("choices"); });
        case Fault::missing_content:
            return changed(request, text, [](Json& json) { json["choices"][0]["message"].erase("content"); });
        case Fault::null_content:
            return changed(request, text,
                           [](Json& json) { json["choices"][0]["message"]["content"] = nullptr; });
        case Fault::empty_choices:
            return changed(request, text, [](Json& json) { json["choices"] = Json::array(); });
        case Fault::fewer_choices:
            return chat_reply(request, text, 1);
        case Fault::more_choices: {
            const Json asked = Json::parse(request.body, nullptr, false);
            return chat_reply(request, text, (asked.is_object() ? asked.value("n", 1) : 1) + 1);
        }
        case Fault::wrong_encoding: {
            const auto at = reply.body.find("\"content\":\"");
            if (at != std::string::npos) reply.body.insert(at + 11, "caf\xE9 ");
            return reply;
        }
        case Fault::giant_reply:
            reply.end = End::endless;
            return reply;
        case Fault::content_filter:
            return changed(request, text, [](Json& json) {
                json["choices"][0]["finish_reason"] = "content_filter";
                json["choices"][0]["message"]["content"] = nullptr;
            });
        case Fault::usage_missing:
            return changed(request, text, [](Json& json) { json.erase("usage"); });
        case Fault::usage_zero:
            return changed(request, text, [](Json& json) {
                json["usage"] = {{"prompt_tokens", 0}, {"completion_tokens", 0}};
            });
        case Fault::redirect:
            return complaint(302, "moved", {"Location: http://evil.example/v1/chat/completions"});
    }
    return reply;
}

int closed_port() {
    const auto [made, port] = bound_socket();
    ::close(made);
    return port;
}

FaultServer::FaultServer(RequestHandler handler) : handler_(std::move(handler)) {
    std::tie(listener_, port_) = bound_socket();
    if (::listen(listener_, SOMAXCONN) != 0) throw std::runtime_error("cannot listen on loopback");
    acceptor_ = std::thread([this] { accept_all(); });
}

FaultServer::~FaultServer() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        for (const auto& connection : connections_) {
            if (!connection.done) ::shutdown(connection.socket, SHUT_RDWR);
        }
    }
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    join_done(true);
}

std::string FaultServer::base_url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/v1"; }

std::size_t FaultServer::request_count() const {
    const std::lock_guard lock(mutex_);
    return requests_.size();
}

std::size_t FaultServer::connection_count() const {
    const std::lock_guard lock(mutex_);
    return connections_made_;
}

std::vector<ReceivedRequest> FaultServer::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

void FaultServer::accept_all() {
    for (;;) {
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        join_done(false);
        const std::lock_guard lock(mutex_);
        if (stopping_) {
            if (socket >= 0) ::close(socket);
            return;
        }
        if (socket < 0) continue;  // the client went, or there are no handles for the moment
        const int on = 1;
        ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        auto& connection = connections_.emplace_back();
        connection.number = connections_made_++;
        connection.socket = socket;
        connection.thread = std::thread([this, &connection] { serve(connection); });
    }
}

/// Joins the threads of connections that ended, or of all.
void FaultServer::join_done(bool all) {
    std::list<Connection> ended;
    {
        const std::lock_guard lock(mutex_);
        for (auto at = connections_.begin(); at != connections_.end();) {
            const auto next = std::next(at);
            if (all || at->done) ended.splice(ended.end(), connections_, at);
            at = next;
        }
    }
    for (auto& connection : ended) connection.thread.join();
}

void FaultServer::serve(Connection& connection) {
    std::string buffered;
    ReceivedRequest request;
    request.connection = connection.number;
    while (read_request(connection.socket, buffered, request)) {
        {
            const std::lock_guard lock(mutex_);
            request.number = requests_.size();
            requests_.push_back(request);
        }
        if (!send_reply(connection.socket, handler_(request))) break;
    }
    const std::lock_guard lock(mutex_);
    connection.done = true;
    ::close(connection.socket);
}

/// Reads one request; false where the connection ended.
bool FaultServer::read_request(int socket, std::string& buffered, ReceivedRequest& request) {
    const auto read_more = [&] {
        std::array<char, 16'384> bytes{};
        const auto count = ::recv(socket, bytes.data(), bytes.size(), 0);
        if (count > 0) buffered.append(bytes.data(), static_cast<std::size_t>(count));
        return count > 0;
    };
    std::size_t head = 0;
    while ((head = buffered.find("\r\n\r\n")) == std::string::npos) {
        if (!read_more()) return false;
    }

    request.headers.clear();
    const std::string_view text = std::string_view(buffered).substr(0, head);
    const auto first_line = text.substr(0, text.find("\r\n"));
    const auto blank = first_line.find(' ');
    request.method = first_line.substr(0, blank);
    request.path = first_line.substr(blank + 1, first_line.rfind(' ') - blank - 1);
    for (auto at = first_line.size(); at < text.size();) {
        const auto start = at + 2;
        at = std::min(text.find("\r\n", start), text.size());
        const auto line = text.substr(start, at - start);
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        std::string name(line.substr(0, colon));
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        const auto value = line.find_first_not_of(' ', colon + 1);
        request.headers[name] = value == std::string_view::npos ? "" : line.substr(value);
    }

    const auto length = request.headers.find("content-length");
    const std::size_t size = length == request.headers.end() ? 0 : std::stoul(length->second);
    buffered.erase(0, head + 4);
    while (buffered.size() < size) {
        if (!read_more()) return false;
    }
    request.body = buffered.substr(0, size);
    buffered.erase(0, size);
    return true;
}

/// Does what the reply says; true where the connection stays.
bool FaultServer::send_reply(int socket, const ServerReply& reply) {
    using End = ServerReply::End;
    constexpr auto for_ever = std::chrono::hours(1);
    if (reply.end == End::hang) return pause(socket, for_ever) && false;
    if (reply.end != End::slow && reply.delay.count() > 0 && !pause(socket, reply.delay)) return false;

    const std::string bytes =
        head_of(reply) + (reply.end == End::unfinished ? chunk_of(reply.body) : reply.body);
    switch (reply.end) {
        case End::whole:
            return send_all(socket, bytes);
        case End::reset:
            send_all(socket, std::string_view(bytes).substr(0, bytes.size() - reply.body.size() / 2 - 1));
            reset(socket);
            return false;
        case End::silent:
            reset(socket);
            return false;
        case End::slow:
            return std::all_of(bytes.begin(), bytes.end(), [&](const char& byte) {
                return pause(socket, reply.delay) && send_all(socket, {&byte, 1});
            });
        case End::endless: {
            const std::string filling(65'536, ' ');
            bool sent = send_all(socket, bytes);
            while (sent) sent = send_all(socket, filling);
            return false;
        }
        case End::closed:
        case End::cut:
        case End::unfinished:
            send_all(socket, bytes);
            return false;
        case End::stalled:
            return send_all(socket, bytes) && pause(socket, for_ever) && false;
        case End::hang:
            break;
    }
    return false;
}

bool FaultServer::send_all(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

/// Waits; false where the client or the server goes before the time is over.
bool FaultServer::pause(int socket, std::chrono::milliseconds time) {
    // Both shut the socket down, which makes it readable; the next request cannot come before this reply.
    pollfd watched{.fd = socket, .events = POLLIN, .revents = 0};
    return ::poll(&watched, 1, static_cast<int>(time.count())) == 0;
}
