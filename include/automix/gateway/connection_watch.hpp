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
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

namespace automix {

class ConnectionWatch {
 public:
    using Clock = std::chrono::steady_clock;

    ConnectionWatch() : thread_([this](const std::stop_token& stop) { look(stop); }) {}
    ConnectionWatch(const ConnectionWatch&) = delete;
    ConnectionWatch& operator=(const ConnectionWatch&) = delete;
    ~ConnectionWatch() = default;

    /// Stops all requests under way.
    void stop_all() {
        const std::lock_guard lock(mutex_);
        for (Watched& one : watched_) one.stop.request_stop();
    }

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
        /// Takes what tells that the client has gone, which is called from another thread.
        Guard(ConnectionWatch& watch, std::function<bool()> is_closed, Clock::time_point deadline)
            : watch_(watch) {
            const std::lock_guard lock(watch.mutex_);
            if (watch.watched_.empty()) watch.came_.notify_one();
            watch.watched_.push_front({std::move(is_closed), deadline});
            at_ = watch.watched_.begin();
        }
        Guard(const Guard&) = delete;
        Guard& operator=(const Guard&) = delete;
        ~Guard() {
            const std::lock_guard lock(watch_.mutex_);
            watch_.watched_.erase(at_);
        }

        /// Returns what stops when the client has gone or the time is up.
        [[nodiscard]] std::stop_token stop() const { return at_->stop.get_token(); }

     private:
        ConnectionWatch& watch_;
        std::list<Watched>::iterator at_{};
    };

 private:
    void look(const std::stop_token& stop) {
        constexpr std::chrono::milliseconds pause{50};
        std::unique_lock lock(mutex_);
        while (!stop.stop_requested()) {
            came_.wait(lock, stop, [&] { return !watched_.empty(); });
            const auto now = Clock::now();
            for (Watched& one : watched_) {
                if (one.stop.stop_requested()) continue;
                if (now >= one.deadline || one.is_closed()) one.stop.request_stop();
            }
            came_.wait_for(lock, stop, pause, [] { return false; });
        }
    }

    std::mutex mutex_;
    std::condition_variable_any came_;
    std::list<Watched> watched_{};
    std::jthread thread_;  ///< the first to go
};

}  // namespace automix
