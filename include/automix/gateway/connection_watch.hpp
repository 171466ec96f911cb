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
#include <utility>
#include <vector>

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
        for (const auto& one : watched_) one->stop.request_stop();
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
        /// Takes what tells that the client has gone. It is called from another thread, once more perhaps after the end of
        /// the guard.
        Guard(ConnectionWatch& watch, std::function<bool()> is_closed, Clock::time_point deadline)
            : watch_(watch), watched_(std::make_shared<Watched>(Watched{std::move(is_closed), deadline})) {
            const std::lock_guard lock(watch.mutex_);
            watch.watched_.push_front(watched_);
            at_ = watch.watched_.begin();
        }
        Guard(const Guard&) = delete;
        Guard& operator=(const Guard&) = delete;
        ~Guard() {
            const std::lock_guard lock(watch_.mutex_);
            watch_.watched_.erase(at_);
        }

        /// Returns what stops when the client has gone or the time is up.
        [[nodiscard]] std::stop_token stop() const { return watched_->stop.get_token(); }

     private:
        ConnectionWatch& watch_;
        std::shared_ptr<Watched> watched_;
        std::list<std::shared_ptr<Watched>>::iterator at_{};
    };

 private:
    void look(const std::stop_token& stop) {
        constexpr std::chrono::milliseconds pause{50};
        std::vector<std::shared_ptr<Watched>> now_watched;
        std::unique_lock lock(mutex_);
        while (!stop.stop_requested()) {
            now_watched.assign(watched_.begin(), watched_.end());
            lock.unlock();
            // No request waits for this. One that has ended meanwhile is told in vain.
            const auto now = Clock::now();
            for (const auto& one : now_watched) {
                if (one->stop.stop_requested()) continue;
                if (now >= one->deadline || one->is_closed()) one->stop.request_stop();
            }
            now_watched.clear();
            lock.lock();
            ended_.wait_for(lock, stop, pause, [] { return false; });
        }
    }

    std::mutex mutex_;
    std::condition_variable_any ended_;
    std::list<std::shared_ptr<Watched>> watched_{};
    std::jthread thread_;  ///< the first to go
};

}  // namespace automix
