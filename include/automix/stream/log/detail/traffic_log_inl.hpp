// SPDX-License-Identifier: Apache-2.0
// Definitions of stream/log/traffic_log.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/data/statistics.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/stream/log/request_line.hpp>
#include <automix/stream/log/request_reader.hpp>
#include <automix/stream/log/traffic_log.hpp>
#include <automix/stream/request_record.hpp>
#include <automix/stream/traffic_sums.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace automix::detail {

/// Returns the id of the request that a line is about.
inline const std::string& id_of(const RequestLine& line) {
    return std::visit([](const auto& one) -> const std::string& { return one.id; }, line);
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE TrafficLog::TrafficLog(PomdpRouter policy, Statistics statistics, std::size_t most_open)
    : policy_(std::move(policy)), statistics_(std::move(statistics)), most_open_(most_open) {
    if (most_open_ == 0) throw ArgumentError("most_open: expected at least 1, found 0");
}

AUTOMIX_INLINE void TrafficLog::add(RequestLine line) {
    drop_texts(line);
    const auto known = places_.find(detail::id_of(line));
    if (auto* request = std::get_if<RequestRecord>(&line)) {
        if (known == places_.end()) begin(std::move(*request));
    } else if (known != places_.end()) {
        open_[known->second - settled_requests_].push_back(std::move(line));
    }
}

AUTOMIX_INLINE void TrafficLog::begin(RequestRecord request) {
    const bool is_drawn = request.exploring || request.explored;
    if (!is_drawn && !is_seen_whole(request, policy_.models())) {  // it will never be a row
        settled_ += traffic_sums({std::move(request)}, policy_, statistics_);
        return;
    }
    if (open_.size() == most_open_) settle((most_open_ + 1) / 2);
    places_.emplace(request.id, settled_requests_ + open_.size());
    open_.emplace_back().emplace_back(std::move(request));
}

AUTOMIX_INLINE void TrafficLog::settle(std::size_t count) {
    settled_ += sums_of(count);
    for (; count > 0; --count) {
        places_.erase(detail::id_of(open_.front().front()));
        open_.pop_front();
        ++settled_requests_;
    }
}

AUTOMIX_INLINE TrafficSums TrafficLog::sums_of(std::size_t count) const {
    RequestJoin join(RequestTexts::drop);
    for (std::size_t i = 0; i < count; ++i) {
        for (const RequestLine& line : open_[i]) join.add(line);
    }
    return traffic_sums(join.finish({}).requests, policy_, statistics_);
}

AUTOMIX_INLINE TrafficSums TrafficLog::sums() const {
    TrafficSums all = settled_;
    all += sums_of(open_.size());
    return all;
}

}  // namespace automix
