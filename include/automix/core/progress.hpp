// SPDX-License-Identifier: Apache-2.0
// The progress of long work, told to the caller by a callback. The library itself prints nothing. A callback is called on
// the thread that began the work, often: the caller decides what is shown and when.
#pragma once

#include <functional>
#include <string>

namespace automix {

/// The state of work that is under way.
struct Progress {
    std::string step{};  ///< what is done, such as `reading log.jsonl`
    std::string unit{};  ///< what `done` counts, in the plural; empty if the count is of no interest
    double done = 0.0;
    double total = 0.0;    ///< what `done` will be at the end of the step; 0: unknown
    std::string detail{};  ///< the part of the step that is under way; may be empty
};

/// Receives the progress of work. An empty one is never called.
using ProgressHandler = std::function<void(const Progress&)>;

/// Tells a handler of progress, if there is one.
inline void tell(const ProgressHandler& handler, const Progress& progress) {
    if (handler) handler(progress);
}

}  // namespace automix
