// SPDX-License-Identifier: Apache-2.0
// Definitions of live/call_journal.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/live/call_journal.hpp>
#include <automix/live/recording_model.hpp>
#include <automix/live/replay_model.hpp>
#include <automix/model/any_model.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <system_error>
#include <utility>

namespace automix::detail {

/// A model whose calls are kept in a journal.
class JournaledModel {
 public:
    JournaledModel(AnyModel model, std::shared_ptr<CallJournal> journal)
        : model_(std::move(model)), journal_(std::move(journal)) {}

    [[nodiscard]] const std::string& name() const { return model_.name(); }

    GenerateReply generate(const GenerateRequest& request) { return generate(request, {}); }

    GenerateReply generate(const GenerateRequest& request, const std::stop_token& stop) {
        return journal_->generate(model_, request, stop);
    }

 private:
    AnyModel model_;
    std::shared_ptr<CallJournal> journal_;
};

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE CallJournal::CallJournal(std::string path)
    : path_(std::move(path)), earlier_(std::make_shared<CallReplay>()) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(path_, ignored)) read_calls(path_, *earlier_, true);
}

AUTOMIX_INLINE void CallJournal::open() {
    recorder_ = std::make_shared<CallRecorder>(path_, CallRecorder::Mode::repair);
}

AUTOMIX_INLINE GenerateReply CallJournal::generate(const AnyModel& model, const GenerateRequest& request,
                                                   const std::stop_token& stop) {
    if (!is_open()) return ReplayModel(model.name(), earlier_).generate(request);
    return RecordingModel(model, recorder_, earlier_).generate(request, stop);
}

AUTOMIX_INLINE AnyModel keep_calls(AnyModel model, std::shared_ptr<CallJournal> journal) {
    return detail::JournaledModel(std::move(model), std::move(journal));
}

}  // namespace automix
