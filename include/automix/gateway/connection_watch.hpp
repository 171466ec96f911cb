// SPDX-License-Identifier: Apache-2.0
// Watches requests under way in one thread: a client that goes away stops its request, and so does the end of its time.
// It looks every 50 ms, so that a client's leaving costs at most that much more of its calls.
//     const automix::ConnectionWatch::Guard guard(watch, [&] { return is_closed(socket); }, deadline);
//     gateway.handle(request, guard.stop());
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

namespace automix {

class ConnectionWatch {
 public:
    using Clock = std::chrono::steady_clock;

    ConnectionWatch();
    ConnectionWatch(const ConnectionWatch&) = delete;
    ConnectionWatch& operator=(const ConnectionWatch&) = delete;
    ~ConnectionWatch() = default;

    /// Stops all requests under way.
    void stop_all();

 private:
    struct Watched {
        std::function<bool()> is_closed;
        Clock::time_point deadline;
        std::stop_source stop{};
    };

 public:
    /// A request under way.
    class Guard {
     public:
        /// Takes what tells that the client has gone. It is called from another thread, once more perhaps after the end of
        /// the guard.
        Guard(ConnectionWatch& watch, std::function<bool()> is_closed, Clock::time_point deadline);
        Guard(const Guard&) = delete;
        Guard& operator=(const Guard&) = delete;
        ~Guard();

        /// Returns what stops when the client has gone or the time is up.
        [[nodiscard]] std::stop_token stop() const { return watched_->stop.get_token(); }

     private:
        ConnectionWatch& watch_;
        std::shared_ptr<Watched> watched_;
        std::list<std::shared_ptr<Watched>>::iterator at_{};
    };

 private:
    void look(const std::stop_token& stop);

    std::mutex mutex_;
    std::condition_variable_any ended_;
    std::list<std::shared_ptr<Watched>> watched_{};
    std::jthread thread_;  ///< the first to go
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/gateway/detail/connection_watch_inl.hpp>
#endif
