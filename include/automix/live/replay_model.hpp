// SPDX-License-Identifier: Apache-2.0
// Serves recorded calls again, without any model. The full request identifies a call, apart from the number of samples.
// Calls of one request are served in recorded order, each once. The portions may differ from the recorded ones. A
// request that is not recorded is an error that shows the nearest recorded one, never a blank answer. Safe to use from
// many threads. O(1) a call, and O(recording) for an error.
#pragma once

#include <automix/live/json/call_json.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

/// The calls of a recording that have not been served yet.
class CallReplay {
 public:
    CallReplay() = default;

    void add(RecordedCall call);

    /// Returns the reply to the next samples of a request, or nothing if fewer samples remain than were requested. A
    /// partial request takes those that remain, at least one.
    /// Costs are as recorded. If a call is served in parts, each sample costs the same and the usage is unknown. Throws
    /// `ArgumentError` for an invalid request.
    [[nodiscard]] std::optional<GenerateReply> take(const std::string& model, const GenerateRequest& request);

    /// Explains why `take` returns nothing for a request: names the nearest recorded request and their first
    /// difference.
    [[nodiscard]] std::string describe_miss(const std::string& model, const GenerateRequest& request) const;

 private:
    /// The calls of one request, in recorded order.
    struct Calls {
        std::vector<GenerateReply> replies{};
        std::size_t reply = 0;       ///< index of the reply to serve from
        std::size_t completion = 0;  ///< index of its next completion
        std::size_t left = 0;        ///< completions that remain
        std::size_t recorded = 0;

        GenerateReply serve(std::size_t samples);
    };

    static std::string key_of(const std::string& model, const GenerateRequest& request);

    static std::size_t common_prefix(std::string_view a, std::string_view b);

    /// Returns the number of bytes that two keys share at both ends, minus the difference of their lengths.
    static std::ptrdiff_t likeness(std::string_view a, std::string_view b);

    /// Returns the text around a byte of a key.
    static std::string excerpt(std::string_view key, std::size_t at);

    mutable std::mutex mutex_;
    std::map<std::string, Calls> calls_;
};

/// Reads a recording into `replay`. Throws `DataError` with file, line and field. If `forgive_cut` is set, a last line
/// that was cut off is skipped, as a killed run leaves one.
void read_calls(const std::string& path, CallReplay& replay, bool forgive_cut = false);

/// Returns true if the first record of a file is a call, and not, for example, a record of a log. Throws `DataError` if
/// the file cannot be read, and for a pipe, which cannot be read twice.
[[nodiscard]] bool is_call_recording(const std::string& path);

/// A model that serves a recording. Throws `ModelError` of kind `missing_recording` for a request that is not in it.
class ReplayModel {
 public:
    ReplayModel(std::string name, std::shared_ptr<CallReplay> calls)
        : name_(std::move(name)), calls_(std::move(calls)) {}

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    GenerateReply generate(const GenerateRequest& request) {
        if (std::optional<GenerateReply> reply = calls_->take(name_, request)) return *std::move(reply);
        throw ModelError(name_, Failure{.kind = FailureKind::missing_recording},
                         calls_->describe_miss(name_, request));
    }

 private:
    std::string name_;
    std::shared_ptr<CallReplay> calls_;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/live/detail/replay_model_inl.hpp>
#endif
