// SPDX-License-Identifier: Apache-2.0
// A client of HTTP on loopback that sends bytes as a test wants them, right or wrong.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace loopback {

/// A reply as it came.
struct Reply {
    int status = 0;  ///< 0: none came
    std::string head{};
    std::string body{};
};

class Client {
 public:
    explicit Client(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() { close(); }

    [[nodiscard]] bool connected() const { return connected_; }

    void close() {
        if (socket_ >= 0) ::close(socket_);
        socket_ = -1;
    }

    /// Returns false if the server takes no more.
    bool send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    bool post(const std::string& body, const std::string& more_headers = "",
              const std::string& path = "/v1/chat/completions") const {
        return send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
                    "Content-Length: " + std::to_string(body.size()) + "\r\n" + more_headers + "\r\n" + body);
    }

    /// Reads a reply with a length; status 0 if the connection ends or nothing comes for a minute.
    Reply receive() {
        Reply reply;
        std::size_t end = 0;
        while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
            if (!more()) return {};
        }
        reply.head = received_.substr(0, end + 2);
        received_.erase(0, end + 4);
        const std::size_t length = length_of(reply.head);
        while (received_.size() < length) {
            if (!more()) return {};
        }
        reply.body = received_.substr(0, length);
        received_.erase(0, length);
        reply.status = std::atoi(reply.head.c_str() + 9);
        return reply;
    }

    /// Returns true if the server closes the connection within a minute.
    bool is_closed() {
        while (more()) {}
        return ended_;
    }

 private:
    static std::size_t length_of(const std::string& head) {
        const std::size_t at = head.find("Content-Length: ");
        return at == std::string::npos ? 0 : std::strtoull(head.c_str() + at + 16, nullptr, 10);
    }

    bool more() {
        pollfd one{socket_, POLLIN, 0};
        if (::poll(&one, 1, 60'000) <= 0) return false;
        char bytes[4096];
        const auto got = ::recv(socket_, bytes, sizeof bytes, 0);
        ended_ = got <= 0;
        if (got > 0) received_.append(bytes, static_cast<std::size_t>(got));
        return got > 0;
    }

    int socket_;
    bool connected_ = false;
    bool ended_ = false;
    std::string received_{};
};

/// One request over a connection of its own.
inline Reply ask_once(int port, const std::string& body, const std::string& more_headers = "") {
    Client client(port);
    client.post(body, more_headers);
    return client.receive();
}

}  // namespace loopback
