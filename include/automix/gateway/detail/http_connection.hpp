// SPDX-License-Identifier: Apache-2.0
// A client's connection as cpp-httplib's stream. Each request has a time within which it must have come, and a limit of
// bytes. cpp-httplib has a stream of its own, which has neither, and which its Debian package does not declare. What is
// written waits for `flush`, so that the head and the body of a reply leave together.
#pragma once

#include <automix/gateway/detail/httplib.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <string>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace automix::detail {

/// Returns true if the other side has closed its connection, and all that it sent was read.
inline bool is_closed(int socket) noexcept {
    char byte = 0;
    const auto got = ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

class HttpConnection : public httplib::Stream {
 public:
    using Clock = std::chrono::steady_clock;

    explicit HttpConnection(int socket) : socket_(socket) {
        const int on = 1;
        ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    HttpConnection(const HttpConnection&) = delete;
    HttpConnection& operator=(const HttpConnection&) = delete;
    /// Closes the connection. What the client still sends is read for a moment first, for a reply is lost if bytes are
    /// left.
    ~HttpConnection() override {
        ::shutdown(socket_, SHUT_WR);
        deadline_ = Clock::now() + std::chrono::seconds(1);
        for (int rounds = 0; rounds < 1024 && wait(POLLIN, deadline_); ++rounds) {
            if (::recv(socket_, buffer_.data(), buffer_.size(), MSG_DONTWAIT) <= 0) break;
        }
        ::close(socket_);
    }

    /// Begins a request, which must come within that time and within so many bytes.
    void begin_request(std::chrono::milliseconds time, std::size_t most_bytes) {
        deadline_ = Clock::now() + time;
        bytes_left_ = most_bytes;
    }

    /// Allows the request so many bytes more.
    void allow(std::size_t bytes) noexcept { bytes_left_ += bytes; }

    /// Sends what was written. Returns false if the client does not take it in time.
    bool flush() {
        std::size_t sent = 0;
        while (sent < unsent_.size()) {
            const auto done =
                ::send(socket_, unsent_.data() + sent, unsent_.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (done >= 0) {
                sent += static_cast<std::size_t>(done);
            } else if (errno != EINTR && (!would_block() || !is_writable())) {
                break;
            }
        }
        const bool all = sent == unsent_.size();
        unsent_.clear();
        return all;
    }

    /// Returns true if a byte of a request is there by then.
    [[nodiscard]] bool has_request(Clock::time_point until) const {
        return next_ < end_ || wait(POLLIN, until);
    }

    bool is_readable() const override { return next_ < end_ || wait(POLLIN, deadline_); }
    bool is_writable() const override { return wait(POLLOUT, Clock::now() + write_time); }

    ssize_t read(char* bytes, std::size_t size) override {
        if (bytes_left_ == 0) return -1;
        if (next_ == end_) {
            if (!flush()) return -1;
            auto got = ::recv(socket_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
            if (got < 0 && would_block() && wait(POLLIN, deadline_))
                got = ::recv(socket_, buffer_.data(), buffer_.size(), 0);
            if (got <= 0) return got;
            next_ = 0;
            end_ = static_cast<std::size_t>(got);
        }
        const std::size_t taken = std::min({size, end_ - next_, bytes_left_});
        std::memcpy(bytes, buffer_.data() + next_, taken);
        next_ += taken;
        bytes_left_ -= taken;
        return static_cast<ssize_t>(taken);
    }

    ssize_t write(const char* bytes, std::size_t size) override {
        constexpr std::size_t most = std::size_t{1} << 16U;
        unsent_.append(bytes, size);
        return unsent_.size() < most || flush() ? static_cast<ssize_t>(size) : -1;
    }

    // Nothing asks who the client is.
    void get_remote_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}
    void get_local_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}
    /// Returns no socket: cpp-httplib asks for it only to refuse those above 1023, for its own use of select.
    socket_t socket() const override { return INVALID_SOCKET; }

    using httplib::Stream::write;

 private:
    static constexpr std::chrono::seconds write_time{30};

    static bool would_block() noexcept { return errno == EAGAIN || errno == EWOULDBLOCK; }

    [[nodiscard]] bool wait(short what, Clock::time_point until) const {
        for (;;) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
            pollfd one{socket_, what, 0};
            const int found = ::poll(&one, 1, static_cast<int>(std::clamp<long long>(left, 0, 1'000'000)));
            if (found > 0) return true;
            if (found == 0 || errno != EINTR) return false;
        }
    }

    int socket_;
    Clock::time_point deadline_{};
    std::size_t bytes_left_ = 0;
    std::array<char, std::size_t{1} << 14U> buffer_{};
    std::size_t next_ = 0;
    std::size_t end_ = 0;
    std::string unsent_{};
};

}  // namespace automix::detail
