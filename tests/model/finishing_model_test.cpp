// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/model/callable_model.hpp>
#include <automix/model/finishing_model.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>

#include <stop_token>

using namespace automix;

namespace {

/// A model that answers unless its call is stopped.
struct StoppableModel {
    std::stop_source* stop;

    [[nodiscard]] static const char* name() { return "m"; }
    [[nodiscard]] GenerateReply generate(const GenerateRequest& request) const {
        return generate(request, {});
    }
    [[nodiscard]] GenerateReply generate(const GenerateRequest&, const std::stop_token& token) const {
        stop->request_stop();
        if (token.stop_requested())
            throw ModelError("m", {.kind = FailureKind::cancelled}, "during the call");
        return {.completions = {{.text = "a"}}};
    }
};

}  // namespace

TEST_CASE("a stop lets a call end and no further one begin") {
    const GenerateRequest request{.messages = {{.text = "?"}}, .sampling = {.max_tokens = 4}};
    std::stop_source stop;
    std::stop_source interrupt;
    FinishingModel model(StoppableModel{&stop}, interrupt.get_token());
    CHECK(model.generate(request, stop.get_token()).completions.size() == 1);
    CHECK_THROWS_WITH(model.generate(request, stop.get_token()), "m: cancelled before the call");
    FinishingModel interrupted(StoppableModel{&interrupt}, interrupt.get_token());
    CHECK_THROWS_WITH(interrupted.generate(request), "m: during the call");
}
