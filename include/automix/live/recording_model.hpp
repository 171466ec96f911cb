// SPDX-License-Identifier: Apache-2.0
// Records the calls of any adapter, one line each as in call_json.hpp. Each line is flushed before the reply is
// returned, so that a kill loses only the line being written. Calls in an earlier recording are served from it, so that
// an interrupted run goes on without repeated calls. Safe to use from many threads, also if several models share a
// recorder.
#pragma once

#include <automix/file/append_file.hpp>
#include <automix/live/json/call_json.hpp>
#include <automix/live/replay_model.hpp>
#include <automix/model/completion_check.hpp>
#include <automix/model/model_adapter.hpp>
#include <automix/model/model_error.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

namespace automix {

/// A writer of calls to a file.
class CallRecorder {
 public:
    /// The treatment of an existing file: `append` refuses one with a last line that was cut off, `repair` removes that
    /// line and appends, and `create` starts a new file.
    using Mode = detail::AppendMode;

    /// Throws `DataError` if the file cannot be appended to, for example if its first line is no call.
    explicit CallRecorder(std::string path, Mode mode = Mode::append);

    /// Throws `DataError` if an earlier write failed, so that no further reply is paid for and lost.
    void require_open();

    /// Writes a call. Throws `DataError` if writing fails. Bytes that are not UTF-8 are recorded as U+FFFD.
    void write(const RecordedCall& call);

 private:
    std::mutex mutex_;
    detail::AppendFile file_;
};

template <model_adapter Model>
class RecordingModel {
 public:
    /// Takes a model and a recorder. `earlier` may be null.
    RecordingModel(Model model, std::shared_ptr<CallRecorder> recorder,
                   std::shared_ptr<CallReplay> earlier = nullptr)
        : model_(std::move(model)), recorder_(std::move(recorder)), earlier_(std::move(earlier)) {}

    [[nodiscard]] std::string name() const { return std::string(model_.name()); }

    GenerateReply generate(const GenerateRequest& request) { return generate(request, {}); }

    /// Passes on the exceptions of the model. Throws `ModelError` of kind `bad_reply` for a wrong number of
    /// completions. Nothing is recorded in either case. Throws `DataError` without a call if an earlier one could not
    /// be recorded. If this reply cannot be recorded, it is lost, and a `ModelError` of kind `other` has its cost.
    GenerateReply generate(const GenerateRequest& request, const std::stop_token& stop) {
        if (!request.body.empty()) return automix::generate(model_, request, stop);
        if (earlier_) {
            if (std::optional<GenerateReply> known = earlier_->take(name(), request))
                return *std::move(known);
        }
        recorder_->require_open();
        RecordedCall call{name(), request, automix::generate(model_, request, stop)};
        require_completions(call.model, request, call.reply);
        call.request.samples = static_cast<int>(call.reply.completions.size());
        call.request.partial = false;
        try {
            recorder_->write(call);
        } catch (...) {
            throw handled_error(call.model, {.maybe_billed = true, .cost = call.reply.cost});
        }
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
