// SPDX-License-Identifier: Apache-2.0
// Recorded calls served again, with no model at all. Calls are known by their full request, apart from the number of samples:
// those of one request are served in recorded order, each once, also in other portions than they were asked for in. A
// request that is not recorded is an error that shows the nearest one that is, never a blank answer. Safe from many
// threads; O(1) a call, and O(recording) for an error.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/file/line_reader.hpp>
#include <automix/json/json_document.hpp>
#include <automix/live/json/call_json.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

/// The calls of a recording that have not been served yet. A template, so that its JSON is compiled where it is used.
class CallReplay {
 public:
    CallReplay() = default;

    void add(RecordedCall call) {
        const std::string key = key_of(call.model, call.request);
        const std::lock_guard lock(mutex_);
        Calls& calls = calls_[key];
        calls.left += call.reply.completions.size();
        calls.recorded += call.reply.completions.size();
        calls.replies.push_back(std::move(call.reply));
    }

    /// The reply to the next samples of a request, or nothing where fewer are left than asked for. Costs are as recorded; of a
    /// call that is served in parts each sample costs the same, and its usage is not known. Throws `ArgumentError` for a
    /// request that cannot be asked.
    [[nodiscard]] std::optional<GenerateReply> take(const std::string& model,
                                                    const GenerateRequest& request) {
        validate(request);
        const std::string key = key_of(model, request);
        const std::lock_guard lock(mutex_);
        const auto found = calls_.find(key);
        if (found == calls_.end()) return std::nullopt;
        Calls& calls = found->second;
        const auto samples = static_cast<std::size_t>(request.samples);
        if (calls.left < samples) return std::nullopt;
        calls.left -= samples;
        return calls.serve(samples);
    }

    /// Why `take` has nothing for that request: the nearest one that is recorded, and where they part.
    [[nodiscard]] std::string describe_miss(const std::string& model, const GenerateRequest& request) const {
        const std::string key = key_of(model, request);
        const std::lock_guard lock(mutex_);
        if (const auto found = calls_.find(key); found != calls_.end()) {
            return "asked for " + std::to_string(request.samples) + " samples of a request of which " +
                   std::to_string(found->second.left) + " of " + std::to_string(found->second.recorded) +
                   " recorded ones are left";
        }
        if (calls_.empty()) return "the recording holds no calls";
        const auto nearest = std::max_element(
            calls_.begin(), calls_.end(),
            [&](const auto& a, const auto& b) { return likeness(a.first, key) < likeness(b.first, key); });
        const std::size_t at = common_prefix(nearest->first, key);
        return "the request is not recorded; it reads " + excerpt(key, at) + " where the nearest one reads " +
               excerpt(nearest->first, at);
    }

 private:
    /// The calls of one request, in recorded order.
    struct Calls {
        std::vector<GenerateReply> replies{};
        std::size_t reply = 0;       ///< the next to serve from
        std::size_t completion = 0;  ///< its next completion
        std::size_t left = 0;        ///< completions
        std::size_t recorded = 0;

        GenerateReply serve(std::size_t samples) {
            if (completion == 0 && replies[reply].completions.size() == samples) return replies[reply++];
            GenerateReply served;
            for (; samples > 0; --samples) {
                const GenerateReply& from = replies[reply];
                const std::size_t size = from.completions.size();
                served.completions.push_back(from.completions[completion]);
                served.cost += from.cost / static_cast<double>(size);
                if (++completion == size) {
                    ++reply;
                    completion = 0;
                }
            }
            return served;
        }
    };

    static std::string key_of(const std::string& model, const GenerateRequest& request) {
        nlohmann::json json = detail::request_json(request);
        json["model"] = model;
        return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }

    static std::size_t common_prefix(std::string_view a, std::string_view b) {
        const auto length = static_cast<std::ptrdiff_t>(std::min(a.size(), b.size()));
        return static_cast<std::size_t>(std::mismatch(a.begin(), a.begin() + length, b.begin()).first -
                                        a.begin());
    }

    /// Bytes that two keys share at both ends, less those by which their lengths differ.
    static std::ptrdiff_t likeness(std::string_view a, std::string_view b) {
        const std::size_t front = common_prefix(a, b);
        a.remove_prefix(front);
        b.remove_prefix(front);
        std::size_t back = 0;
        while (back < std::min(a.size(), b.size()) && a[a.size() - 1 - back] == b[b.size() - 1 - back])
            ++back;
        return static_cast<std::ptrdiff_t>(front + back) -
               std::abs(static_cast<std::ptrdiff_t>(a.size()) - static_cast<std::ptrdiff_t>(b.size()));
    }

    /// What stands around a byte of a key.
    static std::string excerpt(std::string_view key, std::size_t at) {
        constexpr std::size_t before = 30;
        constexpr std::size_t most = 80;
        const std::size_t begin = at - std::min(at, before);
        const std::string_view shown = key.substr(begin, most);
        return (begin > 0 ? ".." : "") + std::string(shown) + (begin + most < key.size() ? ".." : "");
    }

    mutable std::mutex mutex_;
    std::map<std::string, Calls> calls_;
};

/// Reads a recording into `replay`. Throws `DataError` with file, line and field. A last line that was cut off is passed over
/// where `forgive_cut` is set, as for a run that was killed.
inline void read_calls(const std::string& path, CallReplay& replay, bool forgive_cut = false) {
    detail::LineReader lines(path);
    for (std::string_view line; lines.next(line);) {
        if (detail::is_blank(line)) continue;
        if (forgive_cut && lines.ended() && !nlohmann::json::accept(line)) return;
        try {
            replay.add(parse_call(detail::parse_document(line, path), path));
        } catch (const DataError& error) {
            throw DataError(Place{path, lines.line(), error.place().field}, error.detail());
        }
    }
}

/// A model that is a recording. Throws `ModelError` of kind `missing_recording` for what is not in it.
template <class Calls>
class ReplayModel {
 public:
    ReplayModel(std::string name, std::shared_ptr<Calls> calls)
        : name_(std::move(name)), calls_(std::move(calls)) {}

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    GenerateReply generate(const GenerateRequest& request) {
        if (std::optional<GenerateReply> reply = calls_->take(name_, request)) return *std::move(reply);
        throw ModelError(name_, Failure{.kind = FailureKind::missing_recording},
                         calls_->describe_miss(name_, request));
    }

 private:
    std::string name_;
    std::shared_ptr<Calls> calls_;
};

}  // namespace automix
