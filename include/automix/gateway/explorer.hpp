// SPDX-License-Identifier: Apache-2.0
// Asks, in the background, all models about requests that a policy has answered, and draws the verdicts that it has not
// drawn. Requests wait in a queue of bounded length, and a ledger of its own limits the cost. Nothing here delays an
// answer.
#pragma once

#include <automix/gateway/served_policy.hpp>
#include <automix/live/config/open_models.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/live/query.hpp>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace automix {

/// A request to explore.
struct Exploration {
    std::shared_ptr<const ServedPolicy> policy{};
    Query query{};
    std::vector<ModelShare> by_policy{};  ///< what the policy has asked for
    std::vector<ModelShare> shares{};     ///< all that was seen, once it was explored
    double cost = 0.0;                    ///< of the exploration
};

class Explorer {
 public:
    /// Called once for each exploration that ends by itself, from many threads at once.
    using Done = std::function<void(const Exploration&)>;

    /// Takes all models of the models file, by whose meters explorations are paid.
    Explorer(std::size_t threads, std::size_t queue, OpenedModels models, Done done);
    Explorer(const Explorer&) = delete;
    Explorer& operator=(const Explorer&) = delete;
    /// Stops as `stop` does.
    ~Explorer();

    /// Returns true if a further exploration could be taken now.
    [[nodiscard]] bool has_room() const;

    /// Takes an exploration. It is dropped if there is no room.
    void add(Exploration exploration);

    /// Begins no further exploration, drops those that wait, and waits for those under way.
    void stop();

    /// Interrupts the calls under way.
    void interrupt() { interrupt_.request_stop(); }

 private:
    void work();
    void explore(Exploration& exploration) const;

    std::size_t most_;
    OpenedModels models_;
    Done done_;
    mutable std::mutex mutex_;
    std::condition_variable came_;
    std::deque<Exploration> waiting_{};
    bool stopping_ = false;
    std::stop_source interrupt_;
    std::vector<std::thread> threads_{};
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/gateway/detail/explorer_inl.hpp>
#endif
