// SPDX-License-Identifier: Apache-2.0
// Remembers the model that each conversation has come to, so that later turns start there. The memory is bounded: the
// conversation that was not heard of for longest is forgotten first. O(log conversations). Safe to use from many threads.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace automix {

/// The state of a conversation after its last turn.
struct SessionLevel {
    std::string model{};  ///< the model that answered last
    std::optional<double>
        forecast{};  ///< the first model's forecast score at the turn that left it, if there was one
};

class Sessions {
 public:
    /// Takes the most conversations to remember; 0: none.
    explicit Sessions(std::size_t most) : most_(most) {}

    /// Returns where a conversation stands; nothing if it is not known.
    [[nodiscard]] std::optional<SessionLevel> find(const std::string& conversation) {
        const std::lock_guard lock(mutex_);
        const auto found = places_.find(conversation);
        if (found == places_.end()) return std::nullopt;
        order_.splice(order_.begin(), order_, found->second);
        return found->second->second;
    }

    /// Notes where a conversation stands.
    void note(const std::string& conversation, SessionLevel level) {
        const std::lock_guard lock(mutex_);
        if (most_ == 0) return;
        if (const auto found = places_.find(conversation); found != places_.end()) {
            found->second->second = std::move(level);
            order_.splice(order_.begin(), order_, found->second);
            return;
        }
        if (order_.size() == most_) {
            places_.erase(order_.back().first);
            order_.pop_back();
        }
        order_.emplace_front(conversation, std::move(level));
        places_.emplace(conversation, order_.begin());
    }

    [[nodiscard]] std::size_t size() const {
        const std::lock_guard lock(mutex_);
        return order_.size();
    }

    [[nodiscard]] bool enabled() const noexcept { return most_ > 0; }

 private:
    using Entry = std::pair<std::string, SessionLevel>;

    std::size_t most_;
    mutable std::mutex mutex_;
    std::list<Entry> order_{};  ///< the last one heard of first
    std::map<std::string, std::list<Entry>::iterator> places_{};
};

}  // namespace automix
