// SPDX-License-Identifier: Apache-2.0
// What goes on beside a solver while it runs: a line of bounds on standard error where that is a terminal, and Ctrl-C,
// which ends the solver with what it has.
#pragma once

#include <automix/pomdp/solution.hpp>

#include <cstddef>
#include <string>

namespace automix::program {

/// A line that is written over, ten times a second at most, and gone in the end.
class LiveLine {
 public:
    LiveLine();
    LiveLine(const LiveLine&) = delete;
    LiveLine& operator=(const LiveLine&) = delete;
    ~LiveLine();

    /// Whether there is somebody to see a line at that time in seconds.
    [[nodiscard]] bool is_due(double seconds) const { return is_terminal_ && seconds >= next_; }
    void show(std::string text, double seconds);

 private:
    bool is_terminal_;
    double next_ = 0.0;
    std::size_t width_ = 0;  ///< of the line that stands
};

/// Notes the first Ctrl-C as long as the object lives; the second one ends the program. One at a time.
class InterruptWatch {
 public:
    InterruptWatch();
    InterruptWatch(const InterruptWatch&) = delete;
    InterruptWatch& operator=(const InterruptWatch&) = delete;
    ~InterruptWatch();

    [[nodiscard]] bool interrupted() const;

 private:
    void (*before_)(int);
};

}  // namespace automix::program
