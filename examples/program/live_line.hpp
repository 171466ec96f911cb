// SPDX-License-Identifier: Apache-2.0
// Shows long work on standard error if that is a terminal: a line that is overwritten, and erased at the end.
#pragma once

#include <automix/core/progress.hpp>

#include <chrono>
#include <cstddef>
#include <string>

namespace automix::program {

/// A line on the terminal that is overwritten at most five times a second and erased at the end.
class LiveLine {
 public:
    LiveLine();
    LiveLine(const LiveLine&) = delete;
    LiveLine& operator=(const LiveLine&) = delete;
    ~LiveLine();

    /// Returns true if standard error is a terminal and the line is due to be shown again at that time, in seconds.
    [[nodiscard]] bool is_due(double seconds) const { return is_terminal_ && seconds >= next_; }
    void show(std::string text, double seconds);

 private:
    bool is_terminal_;
    double next_ = 0.0;
    std::size_t width_ = 0;  ///< width of the line that is shown
};

/// Returns a line on the progress of a step that began that many seconds ago, such as
/// `reading log.jsonl: 45 %, 120 MB/s, 3 s left`.
std::string progress_text(const Progress& progress, double seconds);

/// Shows the progress of work as a `LiveLine`. It must outlive the handlers that it gives.
class ProgressLine {
 public:
    void show(const Progress& progress);

    [[nodiscard]] ProgressHandler handler() {
        return [this](const Progress& progress) { show(progress); };
    }

 private:
    using Clock = std::chrono::steady_clock;

    [[nodiscard]] static double since(Clock::time_point begin) {
        return std::chrono::duration<double>(Clock::now() - begin).count();
    }

    LiveLine line_;
    Clock::time_point begin_ = Clock::now();
    Clock::time_point step_begin_ = begin_;
    std::string step_{};
};

}  // namespace automix::program
