// SPDX-License-Identifier: Apache-2.0
// Definitions of live/replay_model.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/file/line_reader.hpp>
#include <automix/live/json/call_json.hpp>
#include <automix/live/replay_model.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace automix {

AUTOMIX_INLINE void CallReplay::add(RecordedCall call) {
    const std::string key = key_of(call.model, call.request);
    const std::lock_guard lock(mutex_);
    Calls& calls = calls_[key];
    calls.left += call.reply.completions.size();
    calls.recorded += call.reply.completions.size();
    calls.replies.push_back(std::move(call.reply));
}

AUTOMIX_INLINE std::optional<GenerateReply> CallReplay::take(const std::string& model,
                                                             const GenerateRequest& request) {
    validate(request);
    const std::string key = key_of(model, request);
    const std::lock_guard lock(mutex_);
    const auto found = calls_.find(key);
    if (found == calls_.end()) return std::nullopt;
    Calls& calls = found->second;
    auto samples = as_size(request.samples);
    if (request.partial && calls.left > 0) samples = std::min(samples, calls.left);
    if (calls.left < samples) return std::nullopt;
    calls.left -= samples;
    return calls.serve(samples);
}

AUTOMIX_INLINE std::string CallReplay::describe_miss(const std::string& model,
                                                     const GenerateRequest& request) const {
    const std::string key = key_of(model, request);
    const std::lock_guard lock(mutex_);
    if (const auto found = calls_.find(key); found != calls_.end()) {
        return "asked for " + std::to_string(request.samples) + " samples of a request of which " +
               std::to_string(found->second.left) + " of " + std::to_string(found->second.recorded) +
               " recorded ones are left";
    }
    if (calls_.empty()) return "the recording holds no calls";
    const auto nearest = std::max_element(calls_.begin(), calls_.end(), [&](const auto& a, const auto& b) {
        return likeness(a.first, key) < likeness(b.first, key);
    });
    const std::size_t at = common_prefix(nearest->first, key);
    return "the request is not recorded; it reads " + excerpt(key, at) + " where the nearest one reads " +
           excerpt(nearest->first, at);
}

AUTOMIX_INLINE GenerateReply CallReplay::Calls::serve(std::size_t samples) {
    if (completion == 0 && replies[reply].completions.size() == samples) return replies[reply++];
    GenerateReply served;
    for (; samples > 0; --samples) {
        const GenerateReply& from = replies[reply];
        const std::size_t size = from.completions.size();
        served.completions.push_back(from.completions[completion]);
        served.cost += from.cost / static_cast<double>(size);
        served.served_model = from.served_model;
        if (++completion == size) {
            ++reply;
            completion = 0;
        }
    }
    return served;
}

AUTOMIX_INLINE std::string CallReplay::key_of(const std::string& model, const GenerateRequest& request) {
    return detail::call_key(model, request);
}

AUTOMIX_INLINE std::size_t CallReplay::common_prefix(std::string_view a, std::string_view b) {
    const auto length = static_cast<std::ptrdiff_t>(std::min(a.size(), b.size()));
    return as_size(std::mismatch(a.begin(), a.begin() + length, b.begin()).first - a.begin());
}

AUTOMIX_INLINE std::ptrdiff_t CallReplay::likeness(std::string_view a, std::string_view b) {
    const std::size_t front = common_prefix(a, b);
    a.remove_prefix(front);
    b.remove_prefix(front);
    std::size_t back = 0;
    while (back < std::min(a.size(), b.size()) && a[a.size() - 1 - back] == b[b.size() - 1 - back]) ++back;
    return static_cast<std::ptrdiff_t>(front + back) -
           std::abs(static_cast<std::ptrdiff_t>(a.size()) - static_cast<std::ptrdiff_t>(b.size()));
}

AUTOMIX_INLINE std::string CallReplay::excerpt(std::string_view key, std::size_t at) {
    constexpr std::size_t before = 30;
    constexpr std::size_t most = 80;
    const std::size_t begin = at - std::min(at, before);
    const std::string_view shown = key.substr(begin, most);
    return (begin > 0 ? ".." : "") + std::string(shown) + (begin + most < key.size() ? ".." : "");
}

AUTOMIX_INLINE void read_calls(const std::string& path, CallReplay& replay, bool forgive_cut) {
    detail::LineReader lines(path);
    for (std::string_view line; lines.next(line);) {
        if (detail::is_blank(line)) continue;
        if (forgive_cut && lines.ended() && !is_whole_json(line)) return;
        try {
            replay.add(parse_call_line(line, path));
        } catch (const DataError& error) {
            throw DataError(Place{path, lines.line(), error.place().field}, error.detail());
        }
    }
}

AUTOMIX_INLINE bool is_call_recording(const std::string& path) {
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored))
        throw DataError(Place{path, 0, {}}, "expected a regular file");
    detail::LineReader lines(path);
    for (std::string_view line; lines.next(line);) {
        if (detail::is_blank(line)) continue;
        return names_calls_schema(line);
    }
    return false;
}

}  // namespace automix
