// SPDX-License-Identifier: Apache-2.0
// Repeats failed calls of a model. No other layer retries. Only failures that `is_retryable` accepts are repeated.
// Before attempt k+1 it waits first_wait * growth^(k-1), with a maximum of longest_wait. A share of the wait is random,
// so that many callers do not come back at once (exponential backoff with jitter). The wait is never shorter than the
// backend's own Retry-After. No wait starts that would end after `total_time`, counted from the start of the first
// attempt. An attempt under way is not cut off by it. Failures of kind `rate_limited` have a number of their own, so that
// a limit by the minute is survived by default: their waits add up to more than a minute.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/random.hpp>
#include <automix/model/model_adapter.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace automix {

struct RetryOptions {
    int attempts = 5;              ///< total number, minimum 1; without those that ended in a rate limit
    int rate_limit_attempts = 12;  ///< maximum number that end in a rate limit, minimum 1
    std::chrono::milliseconds total_time{120'000};  ///< from 0, one attempt, to a year
    std::chrono::milliseconds first_wait{500};      ///< from 0 to a year
    double growth = 2.0;                            ///< factor of the wait from attempt to attempt, minimum 1
    std::chrono::milliseconds longest_wait{
        30'000};  ///< from 0 to a year; a longer Retry-After is honoured all the same
    double jitter =
        0.5;  ///< the share of a wait that is random, in [0, 1]: a wait is uniform in [(1 - jitter) w, w]
    std::uint64_t seed = 0;  ///< seed of the jitter
    /// The clock; the steady clock if empty. Called from many threads if the model is.
    std::function<std::chrono::steady_clock::time_point()> now{};
    /// Waits for a time or until the stop; in real time if empty. Called from many threads if the model is.
    std::function<void(std::chrono::milliseconds, const std::stop_token&)> wait{};
};

/// Throws `ArgumentError`, naming the field, for options out of range.
void validate(const RetryOptions& options);

/// Returns the wait after `failed` attempts, minimum 1, rounded to milliseconds. `uniform` in [0, 1) decides its random
/// share.
std::chrono::milliseconds backoff(const RetryOptions& options, int failed, double uniform);

/// Waits in real time. A stop ends the wait at once.
void wait_in_real_time(std::chrono::milliseconds time, const std::stop_token& stop);

/// A model that repeats failed calls. Copies share the sequence of random waits. It is as thread-safe as the model.
template <model_adapter Model>
class RetryingModel {
 public:
    /// Throws `ArgumentError` for options out of range.
    explicit RetryingModel(Model model, RetryOptions options = {})
        : model_(std::move(model)),
          options_(std::move(options)),
          waits_(std::make_shared<std::atomic<std::uint64_t>>(0)) {
        validate(options_);
        if (!options_.now) options_.now = std::chrono::steady_clock::now;
        if (!options_.wait) options_.wait = wait_in_real_time;
    }

    [[nodiscard]] std::string name() const { return std::string(model_.name()); }

    [[nodiscard]] GenerateReply generate(const GenerateRequest& request) { return generate(request, {}); }

    /// Returns the first reply. Its `cost` includes the failed attempts. Throws the last attempt's `ModelError` with
    /// the `failure().cost` and `failure().maybe_billed` of all attempts together. Its message ends with the number of
    /// attempts and their time, if another attempt was made or was possible. The kind is `cancelled` after a stop, also
    /// during a wait. An exception of another type ends the call at once. It passes through, but becomes a `ModelError`
    /// of kind `other` if earlier attempts have a cost.
    [[nodiscard]] GenerateReply generate(const GenerateRequest& request, const std::stop_token& stop) {
        const auto start = options_.now();
        double cost = 0.0;
        bool maybe_billed = false;
        int limited = 0;
        for (int attempt = 1;; ++attempt) {
            std::optional<ModelError> error;
            try {
                GenerateReply reply = automix::generate(model_, request, stop);
                reply.cost += cost;
                return reply;
            } catch (const ModelError& thrown) {
                error = thrown;
            } catch (...) {
                if (!maybe_billed && cost == 0.0) throw;
                throw handled_error(name(), {.maybe_billed = maybe_billed, .cost = cost});
            }
            cost += error->failure().cost;
            maybe_billed = maybe_billed || error->failure().maybe_billed;
            Failure failure = error->failure();
            failure.cost = cost;
            failure.maybe_billed = maybe_billed;

            const std::chrono::milliseconds spent = since(start);
            if (!is_retryable(failure, request)) {
                if (attempt == 1) throw ModelError(*error, failure);
                throw ModelError(name(), failure, reason(*error) + " (" + tally(attempt, spent) + ")");
            }
            limited += error->kind() == FailureKind::rate_limited ? 1 : 0;
            if (attempt - limited >= options_.attempts || limited >= options_.rate_limit_attempts) {
                throw ModelError(name(), failure,
                                 reason(*error) + " (gave up after " + tally(attempt, spent) + ")");
            }
            const std::chrono::milliseconds pause =
                std::max(backoff(options_, attempt, uniform()),
                         failure.retry_after.value_or(std::chrono::milliseconds(0)));
            if (pause > options_.total_time - spent) {
                throw ModelError(name(), failure,
                                 reason(*error) + " (gave up after " + tally(attempt, spent) +
                                     ": another one after " + seconds(pause) + " would be later than " +
                                     seconds(options_.total_time) + ")");
            }
            if (!stop.stop_requested()) options_.wait(pause, stop);
            if (stop.stop_requested()) {
                failure.kind = FailureKind::cancelled;
                throw ModelError(
                    name(), failure,
                    "cancelled after " + tally(attempt, since(start)) + "; the last one: " + reason(*error));
            }
        }
    }

 private:
    /// Returns the next number of SplitMix64's sequence of the seed.
    double uniform() noexcept {
        constexpr std::uint64_t step = 0x9E3779B97F4A7C15U;
        return unit_interval(
            mix_bits(options_.seed + step * waits_->fetch_add(1, std::memory_order_relaxed)));
    }

    /// Returns the time since `start`, rounded up, so that no wait ends too late.
    [[nodiscard]] std::chrono::milliseconds since(std::chrono::steady_clock::time_point start) const {
        return std::chrono::ceil<std::chrono::milliseconds>(options_.now() - start);
    }

    /// Returns the message without the model's name, which is put in front again.
    [[nodiscard]] std::string reason(const ModelError& error) const {
        std::string_view message = error.what();
        const std::string prefix = name() + ": ";
        if (message.starts_with(prefix)) message.remove_prefix(prefix.size());
        return std::string(message);
    }

    static std::string tally(int attempts, std::chrono::milliseconds spent) {
        return std::to_string(attempts) + (attempts == 1 ? " attempt in " : " attempts in ") + seconds(spent);
    }

    static std::string seconds(std::chrono::milliseconds time) {
        return format_fixed(std::chrono::duration<double>(time).count(), 1) + " s";
    }

    Model model_;
    RetryOptions options_;
    std::shared_ptr<std::atomic<std::uint64_t>> waits_;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/model/detail/retry_inl.hpp>
#endif
