// SPDX-License-Identifier: Apache-2.0
// A thread for each open connection, made when none is idle, up to a limit. Connections beyond it wait. Threads stay until
// the end.
#pragma once

#include <automix/gateway/detail/httplib.hpp>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace automix::detail {

class ConnectionThreads : public httplib::TaskQueue {
 public:
    explicit ConnectionThreads(std::size_t most) : most_(most) {}

    ConnectionThreads(const ConnectionThreads&) = delete;
    ConnectionThreads& operator=(const ConnectionThreads&) = delete;
    ~ConnectionThreads() override = default;

#ifdef AUTOMIX_HTTPLIB_TELLS_CLOSED
    bool enqueue(std::function<void()> connection) override {
        add(std::move(connection));
        return true;
    }
#else
    void enqueue(std::function<void()> connection) override { add(std::move(connection)); }
#endif

    /// Ends all connections that wait or are open, and joins the threads.
    void shutdown() override {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        came_.notify_all();
        for (std::thread& thread : threads_) thread.join();
    }

 private:
    void add(std::function<void()> connection) {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(std::move(connection));
        if (idle_ < waiting_.size() && threads_.size() < most_) threads_.emplace_back([this] { work(); });
        came_.notify_one();
    }

    void work() {
        std::unique_lock lock(mutex_);
        for (;;) {
            ++idle_;
            came_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
            --idle_;
            if (waiting_.empty()) return;
            const std::function<void()> connection = std::move(waiting_.front());
            waiting_.pop_front();
            lock.unlock();
            connection();
            lock.lock();
        }
    }

    std::size_t most_;
    std::mutex mutex_;
    std::condition_variable came_;
    std::deque<std::function<void()>> waiting_{};
    std::vector<std::thread> threads_{};
    std::size_t idle_ = 0;
    bool stopping_ = false;
};

}  // namespace automix::detail
