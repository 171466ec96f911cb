// SPDX-License-Identifier: Apache-2.0
// When calls may start, so that no window of a minute holds more than `per_minute` starts. After a rest a burst of
// 1 + per_minute / 60 (about a second's worth) may start at once; further ones are spread evenly, at per_minute - burst + 1 a
// minute, so that the minute in which the burst lies keeps to the limit too (the generic cell rate algorithm, ITU-T I.371). O(1).
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

    /// Throws `ArgumentError` unless `per_minute` is at least 1.
    explicit RequestPace(int per_minute) {
        if (per_minute < 1) {
            throw ArgumentError("requests_per_minute: expected at least 1, found " +
                                std::to_string(per_minute));
        }
        const int burst = 1 + per_minute / 60;
        const int spread = per_minute - burst + 1;
        // Rounded up: never too early.
        interval_ = (Duration(std::chrono::minutes(1)) + Duration(spread - 1)) / spread;
        credit_ = interval_ * (burst - 1);
    }

    /// The earliest start of the next call.
    [[nodiscard]] TimePoint next() const noexcept { return due_ - credit_; }

    /// A call starts. Requires `now` of at least `next()`.
    void start(TimePoint now) noexcept { due_ = std::max(due_, now) + interval_; }

 private:
    Duration interval_{};
    Duration credit_{};  ///< how much earlier than `due_` a call may start
    TimePoint due_{};    ///< of the next call, were there no bursts
};

}  // namespace automix::detail
