// SPDX-License-Identifier: Apache-2.0
// Definitions of gateway/shared_learning.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/random.hpp>
#include <automix/file/file.hpp>
#include <automix/file/file_replacement.hpp>
#include <automix/gateway/served_policy.hpp>
#include <automix/gateway/shared_learning.hpp>
#include <automix/routing/json/policy_json.hpp>
#include <automix/stream/json/traffic_json.hpp>
#include <automix/stream/learn.hpp>
#include <automix/stream/log/request_reader.hpp>
#include <automix/stream/request_record.hpp>

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace automix::detail {

inline constexpr std::string_view traffic_ending = ".traffic.json";

/// Returns the files of sums in a folder, in the order of their names.
inline std::vector<std::string> traffic_files(const std::string& folder) {
    std::vector<std::string> paths;
    std::error_code failure;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failure)) {
        if (entry.path().filename().string().ends_with(traffic_ending))
            paths.push_back(entry.path().string());
    }
    if (failure) throw DataError(Place{folder, 0, {}}, "cannot be read: " + failure.message());
    std::sort(paths.begin(), paths.end());
    return paths;
}

/// Returns the first line of a log; empty if there is none.
inline std::string first_line(const std::string& path) {
    if (!std::filesystem::exists(path)) return {};
    RequestReader reader({path});
    std::string_view line;
    return reader.next_text(line) ? std::string(line) : std::string();
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE SharedLearning::SharedLearning(std::string folder, const LoadedPolicy& first, std::string log,
                                              std::function<void(const std::string&)> warn)
    : folder_(std::move(folder)),
      log_(std::move(log)),
      first_(first.file),
      digest_(first.digest),
      warn_(std::move(warn)),
      traffic_(first_.router, first_.statistics) {
    require_summable(first_.router);
    (void)detail::traffic_files(folder_);
    if (!std::filesystem::exists(log_)) return;
    RequestReader reader({log_});
    for (RequestLine line; reader.next(line);) traffic_.add(std::move(line));
}

AUTOMIX_INLINE void SharedLearning::add(const RequestLine& line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(line);
}

AUTOMIX_INLINE void SharedLearning::write_own() {
    if (own_file_.empty()) {
        const std::string line = detail::first_line(log_);
        if (line.empty()) return;
        own_file_ = (std::filesystem::path(folder_) / hexadecimal(hash_text(line))).string() +
                    std::string(detail::traffic_ending);
    }
    std::vector<RequestLine> lines;
    {
        const std::lock_guard lock(mutex_);
        std::swap(lines, lines_);
    }
    for (RequestLine& line : lines) traffic_.add(std::move(line));
    std::string text = to_traffic_text({digest_, traffic_.sums()});
    if (text == own_text_) return;
    detail::FileReplacement(own_file_).commit(text);
    own_text_ = std::move(text);
}

AUTOMIX_INLINE void SharedLearning::warn_once(const std::string& file, const std::string& message) {
    if (std::exchange(warned_[file], message) != message && warn_) warn_(message);
}

AUTOMIX_INLINE TrafficSums SharedLearning::all_sums(std::string& texts) {
    TrafficSums all;
    for (const std::string& path : detail::traffic_files(folder_)) {
        const std::string text = detail::read_file(path);
        const SharedTraffic traffic = parse_traffic(text, path);
        if (traffic.policy != digest_) {
            warn_once(path, path + ": does not count, as its gateway began with the policy " +
                                traffic.policy + " and this one with " + digest_);
            continue;
        }
        all += traffic.sums;
        texts += text;
    }
    return all;
}

AUTOMIX_INLINE std::optional<LoadedPolicy> SharedLearning::merge() {
    write_own();
    std::string texts;
    const TrafficSums all = all_sums(texts);
    const LearnOptions options;
    if (texts == learnt_from_ || all.rows().effective_rows() < options.min_rows) return std::nullopt;
    const LearnedPolicy learned = learn(first_.router, first_.statistics, all, options);
    learnt_from_ = std::move(texts);
    const std::string path = (std::filesystem::path(folder_) / "policy.json").string();
    const std::string text = to_policy_text(learned.router, learned.statistics);
    detail::FileReplacement(path).commit(text);
    return LoadedPolicy{parse_policy(text, path), policy_digest(text)};
}

}  // namespace automix
