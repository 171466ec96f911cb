// SPDX-License-Identifier: Apache-2.0
// Definitions of gateway/connection_watch.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/gateway/connection_watch.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <utility>
#include <vector>

namespace automix {

AUTOMIX_INLINE ConnectionWatch::ConnectionWatch()
    : thread_([this](const std::stop_token& stop) { look(stop); }) {}

AUTOMIX_INLINE void ConnectionWatch::stop_all() {
    const std::lock_guard lock(mutex_);
    for (const auto& one : watched_) one->stop.request_stop();
}

AUTOMIX_INLINE ConnectionWatch::Guard::Guard(ConnectionWatch& watch, std::function<bool()> is_closed,
                                             Clock::time_point deadline)
    : watch_(watch), watched_(std::make_shared<Watched>(Watched{std::move(is_closed), deadline})) {
    const std::lock_guard lock(watch.mutex_);
    watch.watched_.push_front(watched_);
    at_ = watch.watched_.begin();
}

AUTOMIX_INLINE ConnectionWatch::Guard::~Guard() {
    const std::lock_guard lock(watch_.mutex_);
    watch_.watched_.erase(at_);
}

AUTOMIX_INLINE void ConnectionWatch::look(const std::stop_token& stop) {
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

}  // namespace automix
