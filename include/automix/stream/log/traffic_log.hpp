// SPDX-License-Identifier: Apache-2.0
// Sums up a log of requests as it grows, in bounded memory. Requests that may become rows stay open for their explorations
// and scores, without texts. The oldest ones are settled when there are too many: what comes for them later is too late.
// O(open requests) for the sums.
//     automix::TrafficLog log(policy.router, policy.statistics);
//     log.add(request);
//     log.add(automix::LateScore{.id = request.id, .score = 1.0, .time = now});
#pragma once

#include <automix/data/statistics.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/stream/log/request_line.hpp>
#include <automix/stream/traffic_sums.hpp>

#include <cstddef>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

namespace automix {

class TrafficLog {
 public:
    /// Takes the policy that is to learn, with its statistics, and the most requests to keep open, minimum 1.
    TrafficLog(PomdpRouter policy, Statistics statistics, std::size_t most_open = 10'000);

    /// Adds a line of the log. An exploration or a score of a request that is not open is passed over.
    void add(RequestLine line);

    /// Returns the sums of all lines so far. Throws as `traffic_sums`.
    [[nodiscard]] TrafficSums sums() const;

 private:
    /// The lines of one request.
    using Lines = std::vector<RequestLine>;

    void begin(RequestRecord request);
    void settle(std::size_t count);
    [[nodiscard]] TrafficSums sums_of(std::size_t count) const;

    PomdpRouter policy_;
    Statistics statistics_;
    std::size_t most_open_;
    TrafficSums settled_{};
    std::deque<Lines> open_{};          ///< the oldest first
    std::size_t settled_requests_ = 0;  ///< requests that were open before the oldest one
    std::unordered_map<std::string, std::size_t> places_{};  ///< of open requests, from the first one ever
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/stream/log/detail/traffic_log_inl.hpp>
#endif
