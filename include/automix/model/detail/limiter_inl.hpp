// SPDX-License-Identifier: Apache-2.0
// Definitions of model/limiter.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/model/limiter.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

namespace automix {

AUTOMIX_INLINE Limiter::Slot::~Slot() {
    if (limiter_ != nullptr) limiter_->release();
}

AUTOMIX_INLINE Limiter::Limiter(const RequestLimits& limits) : concurrency_(limits.concurrency) {
    if (concurrency_ && *concurrency_ < 1) {
        throw ArgumentError("concurrency: expected at least 1, found " + std::to_string(*concurrency_));
    }
    if (limits.requests_per_minute) pace_.emplace(*limits.requests_per_minute);
}

AUTOMIX_INLINE std::optional<Limiter::Slot> Limiter::acquire(const std::stop_token& stop) {
    if (stop.stop_requested()) return std::nullopt;
    std::unique_lock lock(mutex_);
    if (!waiting_.empty() || !free() || early()) {
        std::condition_variable_any turn;
        waiting_.push_back(&turn);
        const bool mine = wait(lock, turn, stop);
        waiting_.erase(std::find(waiting_.begin(), waiting_.end(), &turn));
        if (!mine) {
            wake_next();
            return std::nullopt;
        }
    }
    ++in_flight_;
    if (pace_) pace_->start(std::chrono::steady_clock::now());
    wake_next();
    return Slot(*this);
}

AUTOMIX_INLINE bool Limiter::early() const noexcept {
    return pace_ && std::chrono::steady_clock::now() < pace_->next();
}

AUTOMIX_INLINE bool Limiter::wait(std::unique_lock<std::mutex>& lock, std::condition_variable_any& turn,
                                  const std::stop_token& stop) {
    if (!turn.wait(lock, stop, [&] { return waiting_.front() == &turn && free(); })) return false;
    while (early() && !stop.stop_requested()) {
        turn.wait_until(lock, stop, pace_->next(), [] { return false; });
    }
    return !stop.stop_requested();
}

AUTOMIX_INLINE void Limiter::release() noexcept {
    const std::lock_guard lock(mutex_);
    --in_flight_;
    wake_next();
}

AUTOMIX_INLINE void Limiter::wake_next() noexcept {
    if (!waiting_.empty() && free()) waiting_.front()->notify_one();
}

}  // namespace automix
