// SPDX-License-Identifier: Apache-2.0
// Watches a solver while it runs. If standard error is a terminal, shows a line of bounds there. Ctrl-C ends the solver
// with the bounds so far.
#pragma once

#include <automix/pomdp/solution.hpp>

#include <cstddef>
#include <string>
#include <vector>

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

/// A watch that notes Ctrl-C (SIGINT), SIGTERM and SIGHUP during its life, up to a number of them. The next one ends the
/// program. A SIGHUP that is ignored, as under nohup, stays ignored. Only one watch may exist at a time.
class InterruptWatch {
 public:
    explicit InterruptWatch(int noted = 1);
    InterruptWatch(const InterruptWatch&) = delete;
    InterruptWatch& operator=(const InterruptWatch&) = delete;
    ~InterruptWatch();

    [[nodiscard]] bool interrupted() const { return interruptions() > 0; }
    [[nodiscard]] int interruptions() const;
    /// Returns the number of the last signal; 0: none.
    [[nodiscard]] int signal() const;

 private:
    std::vector<void (*)(int)> before_{};  ///< what each signal did
};

}  // namespace automix::program
