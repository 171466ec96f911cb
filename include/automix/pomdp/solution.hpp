// SPDX-License-Identifier: Apache-2.0
// The input and the result of every solver. The input says when to stop. The result is bounds on the value of the
// initial belief, a policy that reaches the lower bound, and the reason for stopping. The optimal value lies between
// the bounds.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/pomdp/policy.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace automix::pomdp {

/// The reason why a solver stopped. `gap`: the bounds are close enough. `time`, `vectors`: the limit is reached.
/// `horizon`: a finite horizon is solved to the end. `converged`: further iterations would change nothing that counts.
/// `callback`: the callback returned false.
enum class Stopped : std::uint8_t { gap, time, vectors, horizon, converged, callback };

constexpr std::string_view to_string(Stopped stopped) noexcept {
    switch (stopped) {
        case Stopped::gap:
            return "gap";
        case Stopped::time:
            return "time";
        case Stopped::vectors:
            return "vectors";
        case Stopped::horizon:
            return "horizon";
        case Stopped::converged:
            return "converged";
        case Stopped::callback:
            break;
    }
    return "callback";
}

/// The progress of a solver: the bounds on the value of the initial belief, and the work so far.
struct Progress {
    double lower = 0.0;
    double upper = 0.0;
    int iterations = 0;
    int beliefs = 0;  ///< number of beliefs that the solver has backed up
    int vectors = 0;
    double seconds = 0.0;

    [[nodiscard]] double gap() const noexcept { return upper - lower; }
};

/// The conditions to stop. Times are seconds, gaps are absolute; neither is negative, and time may be infinite.
struct StopOptions {
    double gap = 1e-3;
    double time_limit = 60.0;
    /// Number of vectors at which none is added any more. A solver starts with one for each action and step, whatever
    /// the limit.
    int vector_limit = std::numeric_limits<int>::max();
    std::function<bool(const Progress&)> on_progress{};  ///< after each iteration; false: stop
};

/// Throws `ArgumentError` unless `value` is a number of at least 0. The message calls it `what`.
inline void require_not_negative(const std::string& what, double value) {
    if (!(value >= 0.0))
        throw ArgumentError(what + ": expected a number from 0 on, found " + format_number(value));
}

/// Throws `ArgumentError` for a limit below 1. The message calls it `what`.
inline void require_some(const std::string& what, int value) {
    if (value < 1)
        throw ArgumentError(what + ": expected a number from 1 on, found " + std::to_string(value));
}

/// Throws `ArgumentError` for a gap or time that is negative or not a number, and for a limit of vectors below 1.
inline void require_stop(const StopOptions& options) {
    require_not_negative("gap", options.gap);
    require_not_negative("time limit", options.time_limit);
    require_some("vector limit", options.vector_limit);
}

/// The final progress, the reason for stopping and the policy.
struct Solution : Progress {
    Stopped stopped = Stopped::gap;
    Policy policy{};
};

/// A clock that counts seconds since its construction.
class Stopwatch {
 public:
    [[nodiscard]] double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

 private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace automix::pomdp
