// SPDX-License-Identifier: Apache-2.0
// Computes when calls may start, so that no window of a minute holds more than `per_minute` starts. After a rest a
// burst of 1 + per_minute / 60 calls (about a second's worth) may start at once. Further calls are spread evenly, at
// per_minute - burst + 1 a minute. So the minute that holds the burst keeps to the limit too (the generic cell rate
// algorithm, ITU-T I.371). O(1).
#pragma once

#include <automix/core/error.hpp>

#include <algorithm>
#include <chrono>
#include <string>

namespace automix::detail {

class RequestPace {
 public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using Duration = std::chrono::steady_clock::duration;

    /// Throws `ArgumentError` if `per_minute` is below 1.
    explicit RequestPace(int per_minute) {
        if (per_minute < 1) {
            throw ArgumentError("requests_per_minute: expected at least 1, found " +
                                std::to_string(per_minute));
        }
        const int burst = 1 + per_minute / 60;
        const int spread = per_minute - burst + 1;
        // Rounds up, so that no call starts too early.
        interval_ = (Duration(std::chrono::minutes(1)) + Duration(spread - 1)) / spread;
        credit_ = interval_ * (burst - 1);
    }

    /// Returns the earliest start of the next call.
    [[nodiscard]] TimePoint next() const noexcept { return due_ - credit_; }

    /// Starts a call. Requires that `now` is not before `next()`.
    void start(TimePoint now) noexcept { due_ = std::max(due_, now) + interval_; }

 private:
    Duration interval_{};
    Duration credit_{};  ///< how much earlier than `due_` a call may start
    TimePoint due_{};    ///< start of the next call at an even rate without bursts
};

}  // namespace automix::detail
