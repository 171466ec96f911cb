// SPDX-License-Identifier: Apache-2.0
// Watches a solver while it runs: Ctrl-C ends it with the bounds so far.
#pragma once

#include <automix/pomdp/solution.hpp>

#include <vector>

namespace automix::program {

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
