// SPDX-License-Identifier: Apache-2.0
// Puts results that arrive in any order into the order of their numbers.
#pragma once

#include <cstddef>
#include <map>
#include <utility>

namespace automix::program {

template <class T>
class InOrder {
 public:
    /// Takes the result of a number, each number once. Calls `use` with each result whose predecessors have all come,
    /// in order.
    template <class Use>
    void add(std::size_t number, T result, Use use) {
        waiting_.emplace(number, std::move(result));
        for (auto next = waiting_.find(next_); next != waiting_.end(); next = waiting_.find(++next_)) {
            use(next->second);
            waiting_.erase(next);
        }
    }

 private:
    std::map<std::size_t, T> waiting_;
    std::size_t next_ = 0;
};

}  // namespace automix::program
