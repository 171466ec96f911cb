// SPDX-License-Identifier: Apache-2.0
// Limits the calls of a model in flight and the starts a minute; request_pace.hpp tells how starts are spread. Waiting
// calls go on in the order of their arrival. A stop ends a wait at once. O(1) a call, but O(waiters) if it is stopped
// while it waits.
#pragma once

#include <automix/core/error.hpp>
#include <automix/model/detail/request_pace.hpp>
#include <automix/model/model_adapter.hpp>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

namespace automix {

struct RequestLimits {
    std::optional<int> concurrency{};          ///< calls in flight, minimum 1; none: unlimited
    std::optional<int> requests_per_minute{};  ///< starts, minimum 1; none: unlimited
};

/// A source of slots for calls. Safe to use from many threads. Must outlive its slots.
class Limiter {
 public:
    /// The right to have one call in flight, given back on destruction.
    class Slot {
     public:
        Slot(Slot&& other) noexcept : limiter_(std::exchange(other.limiter_, nullptr)) {}
        Slot& operator=(Slot&&) = delete;
        ~Slot();

     private:
        friend class Limiter;
        explicit Slot(Limiter& limiter) noexcept : limiter_(&limiter) {}
        Limiter* limiter_;
    };

    /// Throws `ArgumentError`, naming the field, for a limit below 1.
    explicit Limiter(const RequestLimits& limits);
    Limiter(const Limiter&) = delete;
    Limiter& operator=(const Limiter&) = delete;
    ~Limiter() = default;

    /// Waits for a slot and returns it, or returns nothing after a stop.
    [[nodiscard]] std::optional<Slot> acquire(const std::stop_token& stop = {});

 private:
    [[nodiscard]] bool free() const noexcept { return !concurrency_ || in_flight_ < *concurrency_; }

    [[nodiscard]] bool early() const noexcept;

    /// Returns false after a stop. Only the first in the queue waits for the clock, so that no slot is taken meanwhile.
    bool wait(std::unique_lock<std::mutex>& lock, std::condition_variable_any& turn,
              const std::stop_token& stop);

    void release() noexcept;

    void wake_next() noexcept;

    std::optional<int> concurrency_;
    std::optional<detail::RequestPace> pace_{};
    std::mutex mutex_;
    int in_flight_ = 0;
    std::deque<std::condition_variable_any*> waiting_{};
};

/// A model whose calls wait for a slot. Copies share the limits. It is as thread-safe as the model.
template <model_adapter Model>
class LimitedModel {
 public:
    /// Throws `ArgumentError`, naming the field, for a limit below 1.
    LimitedModel(Model model, const RequestLimits& limits)
        : LimitedModel(std::move(model), std::make_shared<Limiter>(limits)) {}

    /// Takes limits that several models share. Throws `ArgumentError` for a null pointer.
    LimitedModel(Model model, std::shared_ptr<Limiter> limiter)
        : model_(std::move(model)), limiter_(std::move(limiter)) {
        if (limiter_ == nullptr) throw ArgumentError("a limited model needs a limiter, found none");
    }

    [[nodiscard]] std::string name() const { return std::string(model_.name()); }

    [[nodiscard]] GenerateReply generate(const GenerateRequest& request) { return generate(request, {}); }

    /// Passes on the exceptions of the model. Throws `ModelError` of kind `cancelled` if a stop ends the wait.
    [[nodiscard]] GenerateReply generate(const GenerateRequest& request, const std::stop_token& stop) {
        const std::optional<Limiter::Slot> slot = limiter_->acquire(stop);
        if (!slot) {
            throw ModelError(model_.name(), {.kind = FailureKind::cancelled},
                             "cancelled while waiting for other calls");
        }
        return automix::generate(model_, request, stop);
    }

 private:
    Model model_;
    std::shared_ptr<Limiter> limiter_;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/model/detail/limiter_inl.hpp>
#endif
