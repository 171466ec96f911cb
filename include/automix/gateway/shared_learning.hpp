// SPDX-License-Identifier: Apache-2.0
// Lets gateways learn together. Each writes sums of its own log into a common folder, and adds up those of all. They all
// learn from the same sums and the same first policy, so they come to the same policy, which is the one that a single
// gateway with all requests would have learnt. No prompts and no answers are shared.
//     SHARED/SUMS.traffic.json    of each log, named by a hash of its first line; replaced at each merge
//     SHARED/policy.json          the policy learnt from all of them
// Sums at another first policy do not count. Safe to use from many threads; one at a time may merge.
#pragma once

#include <automix/gateway/served_policy.hpp>
#include <automix/stream/log/request_line.hpp>
#include <automix/stream/log/traffic_log.hpp>
#include <automix/stream/traffic_sums.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace automix {

class SharedLearning {
 public:
    /// Takes the folder, the policy that all gateways begin with, and this gateway's log, whose lines so far are read.
    /// `warn` is told of sums that do not count, once each. Throws `DataError` if the folder is none or the log cannot
    /// be read, and `ArgumentError` for a policy that reads queries or signals.
    SharedLearning(std::string folder, const LoadedPolicy& first, std::string log,
                   std::function<void(const std::string&)> warn = {});

    /// Notes a line that was written to the log, for the next merge.
    void add(const RequestLine& line);

    /// Writes the own sums, adds up those of all, and returns the policy learnt from them; nothing if it is the last one,
    /// or if too little was seen. Throws `DataError` if a file cannot be read or written.
    [[nodiscard]] std::optional<LoadedPolicy> merge();

 private:
    void write_own();
    [[nodiscard]] TrafficSums all_sums(std::string& texts);
    void warn_once(const std::string& file, const std::string& message);

    std::string folder_;
    std::string log_;
    PolicyFile first_;
    std::string digest_;
    std::function<void(const std::string&)> warn_;
    std::mutex mutex_;
    std::vector<RequestLine> lines_{};  ///< since the last merge
    TrafficLog traffic_;
    std::string own_file_{};                       ///< empty until the log has a line
    std::string own_text_{};                       ///< as it was written last
    std::string learnt_from_{};                    ///< the texts that the last policy was learnt from
    std::map<std::string, std::string> warned_{};  ///< the last message on each file
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/gateway/detail/shared_learning_inl.hpp>
#endif
