// SPDX-License-Identifier: Apache-2.0
// Watches traffic for changes since a policy was trained: verdict rates, unreadable verdicts, prices, latency, names of
// the models that answered, and scores if there are any. Verdict rates need no labels. Each is tested as in drift.hpp, so
// one may look at any time; all tests together raise a false alarm with probability `delta` at most, for ever.
// Rates are compared with the policy's statistics, which takes requests that are no selection by what was seen: explored
// ones, and those that a policy which reads no query asked that model first. Prices and latency are compared with the
// beginning of the traffic, among requests that policies have asked. O(requests log requests).
//     const automix::WatchReport report = automix::watch(log.requests, policy.router, policy.statistics);
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/statistics.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/stream/request_record.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

enum class WatchedKind : std::uint8_t { verdicts, unparsed, score, price, latency, name };

/// Returns `verdicts`, `unparsed`, `score`, `price`, `latency` or `name`.
std::string_view name_of(WatchedKind kind);

/// One thing that is watched, of one model or, for latency, of all requests.
struct Watched {
    WatchedKind kind = WatchedKind::verdicts;
    std::string model{};                ///< empty for latency
    std::optional<double> reference{};  ///< mean in the policy's statistics; nothing if they hold none
    double mean = 0.0;                  ///< over the requests that count
    double recent = 0.0;                ///< the same since the change, if there was one, and else the mean
    Index requests = 0;                 ///< number that count
    double p_value = 1.0;               ///< of no change, at any time and for all that is watched together
    bool alarm = false;                 ///< true if it is at most delta
    std::string since{};  ///< id of the request with which the change seems to have begun; empty without
    std::vector<std::string>
        names{};  ///< of kind `name`: names that the backend gave, in order of appearance
};

struct WatchOptions {
    double delta = 0.05;     ///< probability of any false alarm, for ever
    std::uint64_t seed = 0;  ///< of ranks among equal numbers
    std::string policy{};    ///< `policy_digest` of the policy; empty: all requests are taken to be its own
};

struct WatchReport {
    std::vector<Watched> watched{};
    double delta = 0.05;
    std::vector<std::string> notes{};  ///< what could not be watched, and why

    [[nodiscard]] bool alarm() const;
};

/// Returns what has changed, in the order of the requests' times. Throws `ArgumentError` for a delta outside (0, 1), and `DataError` if there is no request.
WatchReport watch(const std::vector<RequestRecord>& requests, const PomdpRouter& policy,
                  const Statistics& statistics, const WatchOptions& options = {});

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/stream/detail/watch_inl.hpp>
#endif
