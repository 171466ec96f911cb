// SPDX-License-Identifier: Apache-2.0
// Defines the options of a gateway.
#pragma once

#include <automix/core/error.hpp>
#include <automix/live/answering.hpp>
#include <automix/stream/log/request_line.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace automix {

struct GatewayOptions {
    std::string key{};  ///< clients send it as `Authorization: Bearer`; empty: everybody is let in
    std::size_t concurrency = 256;               ///< chat completions at a time; further ones get status 429
    std::chrono::milliseconds timeout{120'000};  ///< limit of one answer, minimum 1 ms
    std::chrono::seconds period{0};              ///< after which budgets are whole again; 0: never
    /// Mean cost of a request for the policy that is kept over the stream of requests; nothing: the policy's own. Its state
    /// is kept in a file beside the log, whose name ends in `.pace`.
    std::optional<double> pace{};
    std::string budget_file{};  ///< file by which gateways share the budget; empty: it is this one's alone
    std::string unverified{};   ///< model for requests that cannot be verified; empty: the policy's last one
    std::size_t sessions = 0;   ///< conversations to remember; 0: none
    std::uint64_t seed = 0;     ///< seed of the hash of ids that assigns queries to mixed policies
    OnFailure on_failure = OnFailure::keep_answer;
    std::string log{};                                 ///< file that requests are appended to; empty: none
    std::function<void(const RequestLine&)> logged{};  ///< told each line once it is in the log; may be empty
    bool log_text = false;                             ///< log questions, contexts and answers too
    double explore = 0.0;  ///< share of requests of which all models are asked afterwards, in [0, 1)
    std::optional<double> explore_budget{};  ///< limit of the cost of exploration in a period; nothing: none
    std::size_t explore_threads = 2;         ///< explorations at a time
    std::size_t explore_queue = 64;          ///< explorations that wait; beyond it none is begun
    std::uint64_t explore_seed = 0;          ///< seed of the hash of ids that chooses what to explore
    std::function<void(const std::string&)> warn{};  ///< told what goes wrong beside requests; may be empty
};

/// Throws `ArgumentError`, naming the option, if one is out of range.
inline void validate(const GatewayOptions& options) {
    const auto require = [](bool holds, const char* message) {
        if (!holds) throw ArgumentError(message);
    };
    require(options.concurrency >= 1, "concurrency: expected at least 1, found 0");
    require(options.timeout.count() >= 1, "timeout: expected at least a millisecond");
    require(options.period.count() >= 0, "period: expected at least 0 seconds");
    require(options.explore >= 0.0 && options.explore < 1.0, "explore: expected a share in [0, 1)");
    require(options.explore_threads >= 1, "explore_threads: expected at least 1, found 0");
}

}  // namespace automix
