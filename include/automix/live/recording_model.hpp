// SPDX-License-Identifier: Apache-2.0
// A wrapper around any adapter that records its calls, one line each as in call_json.hpp, flushed before the reply is handed
// on: a kill loses at most the line being written. Calls that an earlier recording holds are served from there, so that an
// interrupted run goes on without asking again. Safe from many threads, also for several models with one recorder.
#pragma once

#include <automix/file/append_file.hpp>
#include <automix/live/json/call_json.hpp>
#include <automix/live/replay_model.hpp>
#include <automix/model/completion_check.hpp>
#include <automix/model/model_adapter.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

namespace automix {

/// Writes calls to a file.
class CallRecorder {
 public:
    /// What becomes of a file that is there: `append` refuses one whose last line was cut off, `repair` removes that line and
    /// appends, `create` starts anew.
    using Mode = detail::AppendMode;

    /// Throws `DataError` if the file cannot be appended to, as one whose first line is no call.
    explicit CallRecorder(std::string path, Mode mode = Mode::append);

    /// Throws `DataError` if writing has failed before, so that nothing more is asked that would be lost.
    void require_open();

    /// Throws `DataError` if writing fails. Bytes that are no UTF-8 are recorded as U+FFFD.
    void write(const RecordedCall& call);

 private:
    void require_calls() const;

    std::mutex mutex_;
    detail::AppendFile file_;
};

template <model_adapter Model>
class RecordingModel {
 public:
    /// `earlier` may be null. A reply that cannot be recorded is lost: the call throws `DataError`.
    RecordingModel(Model model, std::shared_ptr<CallRecorder> recorder,
                   std::shared_ptr<CallReplay> earlier = nullptr)
        : model_(std::move(model)), recorder_(std::move(recorder)), earlier_(std::move(earlier)) {}

    [[nodiscard]] std::string name() const { return std::string(model_.name()); }

    GenerateReply generate(const GenerateRequest& request) { return generate(request, {}); }

    /// Throws what the model throws; nothing is recorded then, nor for a wrong number of completions (`ModelError` of kind
    /// `bad_reply`).
    GenerateReply generate(const GenerateRequest& request, const std::stop_token& stop) {
        if (earlier_) {
            if (std::optional<GenerateReply> known = earlier_->take(name(), request))
                return *std::move(known);
        }
        recorder_->require_open();
        RecordedCall call{name(), request, automix::generate(model_, request, stop)};
        require_completions(call.model, request, call.reply);
        recorder_->write(call);
        return std::move(call.reply);
    }

 private:
    Model model_;
    std::shared_ptr<CallRecorder> recorder_;
    std::shared_ptr<CallReplay> earlier_;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/live/detail/recording_model_inl.hpp>
#endif
