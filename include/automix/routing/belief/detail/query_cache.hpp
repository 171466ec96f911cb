// SPDX-License-Identifier: Apache-2.0
// Remembers what was computed for the last queries. A query has one slot, by its key, and takes the place of an earlier
// one there. Threads may share a cache: each waits for the others only to look, not to compute. O(1) a look-up.
#pragma once

#include <automix/context/query_forecast.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace automix::detail {

/// Returns a hash of a forecast.
inline std::uint64_t hash_of(const QueryForecast& forecast) {
    std::uint64_t hash = 0;
    for (const auto* column : {&forecast.scores, &forecast.answer_prices, &forecast.draw_prices}) {
        for (const double value : *column) {
            hash = (hash ^ std::bit_cast<std::uint64_t>(value)) * 0x9E3779B97F4A7C15ULL;
            hash ^= hash >> 29U;
        }
    }
    return hash;
}

template <class Value>
class QueryCache {
 public:
    /// Makes a cache of that many slots, at least one.
    explicit QueryCache(std::size_t slots) : slots_(slots == 0 ? 1 : slots) {}

    /// Returns the value of a forecast: the one that is known, else that of `make()`. `key` names its slot.
    template <class Make>
    [[nodiscard]] std::shared_ptr<const Value> get(const QueryForecast& forecast, std::uint64_t key,
                                                   Make make) {
        Slot& slot = slots_[static_cast<std::size_t>(key % slots_.size())];
        {
            const std::lock_guard lock(mutex_);
            if (slot.value && slot.forecast == forecast) return slot.value;
        }
        auto made = std::make_shared<const Value>(make());
        const std::lock_guard lock(mutex_);
        slot = {forecast, made};
        return made;
    }

 private:
    struct Slot {
        QueryForecast forecast{};
        std::shared_ptr<const Value> value{};
    };

    std::vector<Slot> slots_;
    std::mutex mutex_;
};

}  // namespace automix::detail
