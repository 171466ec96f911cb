// SPDX-License-Identifier: Apache-2.0
// All calls of a run in one file, so that a run that was stopped goes on without asking again: what the file holds is served
// from there, what it lacks is asked and appended. Safe from many threads, also for several models with one journal.
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
    /// Reads the calls of the file, if it is there, and writes nothing. Throws `DataError` with file, line and field for what is
    /// wrong; a last line that was cut off is passed over.
    explicit CallJournal(std::string path);

    /// Opens the file for further calls and removes a last line that was cut off. Until then models are served from the file
    /// alone. Throws `DataError` if the file cannot be appended to. Call it once, before threads use the models.
    void open();

    [[nodiscard]] bool is_open() const noexcept { return recorder_ != nullptr; }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    /// Returns the next recorded reply to a request, or asks the model and records the reply. Throws what the model throws,
    /// `DataError` if the reply cannot be recorded, and, before the journal is open, `ModelError` of kind `missing_recording`.
    GenerateReply generate(const AnyModel& model, const GenerateRequest& request,
                           const std::stop_token& stop);

 private:
    std::string path_;
    std::shared_ptr<CallReplay> earlier_;
    std::shared_ptr<CallRecorder> recorder_;  ///< null until the journal is open
};

/// Returns the model with its calls kept in a journal. Put it outside of meter and retries and inside of `SplittingModel`: then
/// each call is recorded by itself.
[[nodiscard]] AnyModel keep_calls(AnyModel model, std::shared_ptr<CallJournal> journal);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/live/detail/call_journal_inl.hpp>
#endif
