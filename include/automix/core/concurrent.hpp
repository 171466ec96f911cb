// SPDX-License-Identifier: Apache-2.0
// Works on many items with a bounded number of threads, each item once.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <stop_token>
#include <system_error>
#include <thread>
#include <vector>

namespace automix {

/// Calls `work(i)` for each i below `count`, up to `concurrency` at a time. No further item is begun after a stop.
/// Returns when all items that began have ended. An exception of `work` ends the rest, and the first one is rethrown.
/// If the system gives fewer threads, these do all the work.
template <class Work>
void for_each_concurrently(std::size_t count, std::size_t concurrency, const std::stop_token& stop,
                           Work work) {
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    std::exception_ptr thrown;
    const auto run = [&] {
        for (std::size_t i = next++; i < count && !stop.stop_requested(); i = next++) {
            try {
                work(i);
            } catch (...) {
                next = count;
                const std::lock_guard lock(mutex);
                if (!thrown) thrown = std::current_exception();
            }
        }
    };
    {
        std::vector<std::jthread> threads;
        threads.reserve(std::min(concurrency, count));
        try {
            while (threads.size() + 1 < std::min(concurrency, count)) threads.emplace_back(run);
        } catch (const std::system_error&) {
            // The calling thread always works too.
        }
        run();
    }
    if (thrown) std::rethrow_exception(thrown);
}

}  // namespace automix
