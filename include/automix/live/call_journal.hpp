// SPDX-License-Identifier: Apache-2.0
// Keeps all calls of a run in one file, so that a stopped run goes on without repeated calls. Calls in the file are
// served from it; all others are made and appended. Safe to use from many threads, also if several models share a
// journal.
//     const auto journal = std::make_shared<automix::CallJournal>("calls.jsonl");
//     const automix::AnyModel kept = automix::keep_calls(model, journal);
#pragma once

#include <automix/live/recording_model.hpp>
#include <automix/live/replay_model.hpp>
#include <automix/model/any_model.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>

#include <memory>
#include <stop_token>
#include <string>
#include <utility>

namespace automix {

class CallJournal {
 public:
    /// Reads the calls of the file, if it exists, and writes nothing. Throws `DataError` with file, line and field if
    /// it is invalid. A last line that was cut off is skipped.
    explicit CallJournal(std::string path);

    /// Opens the file for further calls and removes a last line that was cut off. Until then models are served from the
    /// file alone. Throws `DataError` if the file cannot be appended to. Call it once, before threads use the models.
    void open();

    [[nodiscard]] bool is_open() const noexcept { return recorder_ != nullptr; }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    /// Returns the next recorded reply to a request, or asks the model and records the reply. Passes on the exceptions
    /// of the model. Throws as `RecordingModel` if the reply cannot be recorded. Throws `ModelError` of kind
    /// `missing_recording` if the reply is not recorded and the journal is not open yet.
    GenerateReply generate(const AnyModel& model, const GenerateRequest& request,
                           const std::stop_token& stop);

 private:
    std::string path_;
    std::shared_ptr<CallReplay> earlier_;
    std::shared_ptr<CallRecorder> recorder_;  ///< null until the journal is open
};

/// Returns the model with its calls kept in a journal. Put it outside of meter and retries and inside of
/// `SplittingModel`, so that each call is recorded separately.
[[nodiscard]] AnyModel keep_calls(AnyModel model, std::shared_ptr<CallJournal> journal);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/live/detail/call_journal_inl.hpp>
#endif
