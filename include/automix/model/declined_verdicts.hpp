// SPDX-License-Identifier: Apache-2.0
// Lets a verification go on if the backend declines one of its calls. The samples of that call are blank completions
// with the reason `content_filter`, which are read as unparsed verdicts. They cost what the call cost. Every
// verification of the mixer has it. A second one, outside of retries and inside of what records and splits calls, keeps
// the other samples of a split request.
#pragma once

#include <automix/model/model_adapter.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>

#include <cstddef>
#include <stop_token>
#include <string>
#include <utility>

namespace automix {

/// A model whose declined verdicts are blank. It is as thread-safe as the model.
template <model_adapter Model>
class DeclinedVerdictsModel {
 public:
    explicit DeclinedVerdictsModel(Model model) : model_(std::move(model)) {}

    [[nodiscard]] std::string name() const { return std::string(model_.name()); }

    [[nodiscard]] GenerateReply generate(const GenerateRequest& request) { return generate(request, {}); }

    /// Passes on the exceptions of the model, but for a `ModelError` of kind `content_filter` of a verification.
    [[nodiscard]] GenerateReply generate(const GenerateRequest& request, const std::stop_token& stop) {
        try {
            return automix::generate(model_, request, stop);
        } catch (const ModelError& error) {
            if (request.purpose == Purpose::answer || error.kind() != FailureKind::content_filter) throw;
            GenerateReply declined{.usage = error.failure().usage, .cost = error.failure().cost};
            declined.completions.assign(static_cast<std::size_t>(request.samples),
                                        {.finish = FinishReason::content_filter});
            return declined;
        }
    }

 private:
    Model model_;
};

}  // namespace automix
