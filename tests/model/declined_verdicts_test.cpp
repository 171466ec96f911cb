// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/model/callable_model.hpp>
#include <automix/model/declined_verdicts.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>

using namespace automix;

TEST_CASE("declined calls bring blank verdicts, and no answers") {
    FailureKind kind = FailureKind::content_filter;
    DeclinedVerdictsModel model(CallableModel("m", [&](const GenerateRequest&) -> GenerateReply {
        throw ModelError("m", {.kind = kind, .cost = 0.25, .usage = Usage{7, 1}}, "declined");
    }));
    GenerateRequest request{.messages = {{.text = "?"}},
                            .sampling = {.max_tokens = 4},
                            .samples = 2,
                            .purpose = Purpose::verification};
    const GenerateReply reply = model.generate(request);
    CHECK(reply.completions ==
          std::vector<Completion>(2, Completion{.finish = FinishReason::content_filter}));
    CHECK(reply.cost == 0.25);
    CHECK(reply.usage == Usage{7, 1});
    request.purpose = Purpose::answer;
    CHECK_THROWS_AS(model.generate(request), ModelError);
    request.purpose = Purpose::verification;
    kind = FailureKind::server;
    CHECK_THROWS_AS(model.generate(request), ModelError);
}
