// SPDX-License-Identifier: Apache-2.0
// Finishes calls that are under way at a stop, since they are paid for. After the stop no call begins. A second stop
// token interrupts the calls. Put it innermost, so that all waits before a call end at the first stop.
#pragma once

#include <automix/model/model_adapter.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>

#include <stop_token>
#include <string>
#include <utility>

namespace automix {

/// A model whose calls end in spite of a stop. It is as thread-safe as the model.
template <model_adapter Model>
class FinishingModel {
 public:
    /// Takes the token that interrupts calls.
    FinishingModel(Model model, std::stop_token interrupt)
        : model_(std::move(model)), interrupt_(std::move(interrupt)) {}

    [[nodiscard]] std::string name() const { return std::string(model_.name()); }

    [[nodiscard]] GenerateReply generate(const GenerateRequest& request) { return generate(request, {}); }

    /// Throws `ModelError` of kind `cancelled`, without a call, after a stop. Passes on the exceptions of the model.
    [[nodiscard]] GenerateReply generate(const GenerateRequest& request, const std::stop_token& stop) {
        if (stop.stop_requested())
            throw ModelError(model_.name(), {.kind = FailureKind::cancelled}, "cancelled before the call");
        return automix::generate(model_, request, interrupt_);
    }

 private:
    Model model_;
    std::stop_token interrupt_;
};

}  // namespace automix
