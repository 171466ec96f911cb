// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/model/any_model.hpp>
#include <automix/model/callable_model.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace automix;

namespace {

GenerateRequest asking(int samples) {
    return {.messages = {{.text = "ping"}}, .sampling = {.max_tokens = 8}, .samples = samples};
}

std::vector<std::string> texts(const GenerateReply& reply) {
    std::vector<std::string> all;
    for (const Completion& completion : reply.completions) all.push_back(completion.text);
    return all;
}

}  // namespace

TEST_CASE("a callable that gives a reply is a model", "[model]") {
    CallableModel model("mine", [](const GenerateRequest& request) -> GenerateReply {
        return {.completions = {{.text = request.messages.at(0).text, .finish = FinishReason::length}},
                .usage = Usage{.prompt_tokens = 1, .completion_tokens = 2}};
    });
    STATIC_REQUIRE(cancellable_model<decltype(model)>);
    CHECK(model.name() == "mine");
    const GenerateReply reply = model.generate(asking(1));
    CHECK(texts(reply) == std::vector<std::string>{"ping"});
    CHECK(reply.completions[0].finish == FinishReason::length);
    CHECK(reply.usage == Usage{.prompt_tokens = 1, .completion_tokens = 2});
}

TEST_CASE("a callable that gives a text is called once a sample, with the next seed", "[model]") {
    std::vector<int> samples;
    CallableModel model("text", [&samples](const GenerateRequest& request) {
        samples.push_back(request.samples);
        return request.sampling.seed ? std::to_string(*request.sampling.seed) : "none";
    });
    GenerateRequest request = asking(3);
    CHECK(texts(model.generate(request)) == std::vector<std::string>{"none", "none", "none"});
    CHECK(samples == std::vector<int>{1, 1, 1});
    request.sampling.seed = 40;
    const GenerateReply reply = model.generate(request);
    CHECK(texts(reply) == std::vector<std::string>{"40", "41", "42"});
    CHECK_FALSE(reply.usage);
    const AnyModel literal = CallableModel("literal", [](const GenerateRequest&) { return "pong"; });
    CHECK(texts(literal.generate(asking(2))) == std::vector<std::string>{"pong", "pong"});
}

TEST_CASE("a callable may see the stop token, and is not called again after a stop", "[model]") {
    std::stop_source stop;
    int calls = 0;
    CallableModel text("text", [&](const GenerateRequest&, const std::stop_token& token) -> std::string {
        if (++calls == 2) stop.request_stop();
        return token.stop_possible() ? "stoppable" : "not stoppable";
    });
    CHECK(texts(text.generate(asking(1))) == std::vector<std::string>{"not stoppable"});
    try {
        (void)text.generate(asking(3), stop.get_token());
        FAIL("not cancelled");
    } catch (const ModelError& error) {
        CHECK(error.kind() == FailureKind::cancelled);
        CHECK(std::string(error.what()) == "text: cancelled after 1 of 3 samples");
    }
    CHECK(calls == 2);
    std::function<GenerateReply(const GenerateRequest&, std::stop_token)> whole =
        [](const GenerateRequest&, const std::stop_token& token) -> GenerateReply {
        return {.completions = {{.text = token.stop_requested() ? "stopped" : "running"}}};
    };
    CallableModel model("whole", whole);
    CHECK(texts(model.generate(asking(1), stop.get_token())) == std::vector<std::string>{"stopped"});
}

TEST_CASE("what a callable throws passes through", "[model]") {
    CallableModel model(
        "broken", [](const GenerateRequest&) -> std::string { throw std::out_of_range("no such weight"); });
    CHECK_THROWS_AS(model.generate(asking(1)), std::out_of_range);
}
