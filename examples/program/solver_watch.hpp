// SPDX-License-Identifier: Apache-2.0
// Watches a solver while it runs. If standard error is a terminal, shows a line of bounds there. Ctrl-C ends the solver
// with the bounds so far.
#pragma once

#include <automix/pomdp/solution.hpp>

#include <cstddef>
#include <string>

namespace automix::program {

/// A line on the terminal that is overwritten at most ten times a second and erased at the end.
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

/// A watch that notes the first Ctrl-C during its life. The second one ends the program. Only one may exist at a time.
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
