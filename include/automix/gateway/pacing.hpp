// SPDX-License-Identifier: Apache-2.0
// Keeps a mean cost a request over the stream of requests to a gateway: for each request it chooses one of a policy's
// policies for all prices of quality, by what was spent so far (stream/paced_router.hpp). Its state is a few numbers in a
// file, from which the next gateway goes on. Safe to use from many threads.
//     automix::Pacing pacing(policy, 2.5, "requests.jsonl.pace");
//     const automix::Pacing::Turn turn = pacing.begin(policy.uniform(id));
//     pacing.end(turn, turn.policy->answer(query, false, stop).cost());
#pragma once

#include <automix/gateway/served_policy.hpp>
#include <automix/stream/paced_router.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace automix {

class Pacing {
 public:
    /// A request under way.
    struct Turn {
        std::shared_ptr<const ServedPolicy> policy{};
        double lambda = 0.0;  ///< price of quality at which it was chosen
        Pacer::Choice choice{};
        std::uint64_t frontier = 0;  ///< number of the policies that it was chosen from
    };

    /// Goes on from the state in the file if there is one, and keeps the state there; an empty path keeps none. `warn` is
    /// told if the file cannot be written later on. Throws `ArgumentError` for a policy that cannot be paced, as
    /// `ServedPolicy::frontier`, and for a pace below the cost of its cheapest policy, and `DataError` for a file that
    /// cannot be read or written, or holds no such state.
    Pacing(const ServedPolicy& policy, double pace, std::string path,
           std::function<void(const std::string&)> warn = {});
    Pacing(const Pacing&) = delete;
    Pacing& operator=(const Pacing&) = delete;
    ~Pacing();

    /// Chooses the policy of a request, with `u` uniform in [0, 1).
    [[nodiscard]] Turn begin(double u);

    /// Ends a request at the cost that it had, 0 if it failed before any call.
    void end(const Turn& turn, double cost);

    /// Takes the policies of another policy for the requests that come from now on. What was spent stays. Throws as the
    /// constructor; all then stays.
    void use(const ServedPolicy& policy);

    /// Returns the price of quality in use: score for a unit of price.
    [[nodiscard]] double lambda() const;

    [[nodiscard]] PacedState state() const;

 private:
    using Clock = std::chrono::steady_clock;

    /// Returns a pacer that goes on from a state if there is one.
    [[nodiscard]] Pacer pacer_of(const std::vector<ServedPolicy::PricedPolicy>& frontier,
                                 const std::optional<PacedState>& state) const;
    /// Returns the state in the file; nothing if there is none. Throws also if the file cannot be written.
    [[nodiscard]] std::optional<PacedState> saved() const;
    void save();

    double pace_;
    std::string path_;
    std::function<void(const std::string&)> warn_;
    mutable std::mutex mutex_;
    std::vector<ServedPolicy::PricedPolicy> frontier_;
    std::uint64_t number_ = 0;  ///< of the frontier
    Pacer pacer_;
    Clock::time_point saved_{};
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/gateway/detail/pacing_inl.hpp>
#endif
