// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/model/any_model.hpp>
#include <automix/model/callable_model.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>
#include <automix/model/splitting_model.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace automix;

namespace {

struct Asked {
    int samples = 0;
    std::uint64_t seed = 0;

    friend bool operator==(const Asked&, const Asked&) = default;
};

GenerateRequest request_for(int samples) {
    return {
        .messages = {{Role::user, "why"}}, .sampling = {.max_tokens = 4, .seed = 100}, .samples = samples};
}

}  // namespace

TEST_CASE("samples are asked for in several calls, each with a seed of its own") {
    std::vector<Asked> asked;
    SplittingModel model(
        CallableModel("m",
                      [&](const GenerateRequest& request) {
                          asked.push_back({request.samples, *request.sampling.seed});
                          GenerateReply reply{.usage = Usage{10, request.samples}, .cost = 0.5};
                          reply.completions.assign(static_cast<std::size_t>(request.samples),
                                                   {.text = std::to_string(asked.size())});
                          return reply;
                      }),
        3);
    const GenerateReply reply = model.generate(request_for(8));
    CHECK(asked == std::vector<Asked>{{3, 100}, {3, 103}, {2, 106}});
    REQUIRE(reply.completions.size() == 8);
    CHECK(reply.completions[2].text == "1");
    CHECK(reply.completions[3].text == "2");
    CHECK(reply.completions[7].text == "3");
    CHECK(reply.cost == 1.5);
    CHECK(reply.usage == Usage{30, 8});
    asked.clear();
    CHECK(model.generate(request_for(3)).cost == 0.5);
    CHECK(asked == std::vector<Asked>{{3, 100}});
}

TEST_CASE("usage that one call lacks is none, and a failure has the cost of the calls before it") {
    int calls = 0;
    SplittingModel model(CallableModel("m",
                                       [&](const GenerateRequest&) {
                                           if (++calls == 3)
                                               throw ModelError(
                                                   "m", {.kind = FailureKind::server, .cost = 0.25}, "down");
                                           GenerateReply reply{.completions = {{.text = "x"}}, .cost = 0.5};
                                           if (calls == 1) reply.usage = Usage{1, 1};
                                           return reply;
                                       }),
                         1);
    CHECK_FALSE(model.generate(request_for(2)).usage);
    calls = 0;
    try {
        (void)model.generate(request_for(4));
        FAIL("no error");
    } catch (const ModelError& error) {
        CHECK(error.kind() == FailureKind::server);
        CHECK(error.failure().cost == 1.25);
    }
    CHECK_THROWS_AS(SplittingModel(AnyModel(model), 0), ArgumentError);
}
