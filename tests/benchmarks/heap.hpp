// SPDX-License-Identifier: Apache-2.0
// How much of the heap a piece of work takes: the program's `operator new` counts while a meter runs. One meter at a
// time, in a program of one thread; what calls `malloc` itself is not seen.
#pragma once

#include <cstddef>

namespace benchmarks {

class HeapMeter {
 public:
    HeapMeter();
    ~HeapMeter();
    HeapMeter(const HeapMeter&) = delete;
    HeapMeter& operator=(const HeapMeter&) = delete;

    /// Bytes in use above those at the start: now, and at most so far.
    [[nodiscard]] static std::ptrdiff_t now() noexcept;
    [[nodiscard]] static std::ptrdiff_t peak() noexcept;
};

}  // namespace benchmarks
