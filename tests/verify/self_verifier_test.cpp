// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "verify/scripted_model.hpp"

#include <automix/core/error.hpp>
#include <automix/core/verdict.hpp>
#include <automix/model/model_error.hpp>
#include <automix/verify/prompt_template.hpp>
#include <automix/verify/self_verifier.hpp>
#include <automix/verify/verifier.hpp>

#include <string_view>
#include <vector>

using namespace automix;
using automix_test::ScriptedModel;
using Catch::Matchers::ContainsSubstring;

namespace {

const VerificationTask task{"Iris has the {lamp}.", "Who has it?", "Iris"};

SelfVerifierOptions self_options() {
    return {.prompt = PromptTemplate::for_verification("{context}|{question}|{answer}"),
            .sampling = {.max_tokens = 28}};
}

}  // namespace

TEST_CASE("verdicts, one a reply") {
    ScriptedModel model{{" Iris has it.\nVerdict: correct", "Hard to say.", "Verdict: incorrect"}};
    const auto drawn = SelfVerifier(self_options()).verify(model, task, {0, 4});
    CHECK(drawn.verdicts ==
          std::vector{Verdict::positive, Verdict::unparsed, Verdict::negative, Verdict::positive});
    CHECK(positive_share(drawn.verdicts) == Approx(2.0 / 3.0));
    CHECK(drawn.replies.size() == 4);
    CHECK(drawn.replies[1] == "Hard to say.");
    CHECK(drawn.cost == 1.0);
    CHECK(drawn.samples == 0);
    CHECK(drawn.largest_cluster == 0);
    REQUIRE(model.requests.size() == 1);
    CHECK(model.requests[0].messages.front().text == "Iris has the {lamp}.|Who has it?|Iris");
    CHECK(model.requests[0].samples == 4);
}

TEST_CASE("a parser of one's own, and a context that is cut") {
    auto own = self_options();
    own.parser = [](std::string_view reply) {
        return reply == "yes" ? Verdict::positive : Verdict::negative;
    };
    own.limits = {24, ContextEnd::front};
    own.sampling.temperature = 0.2;
    ScriptedModel model{{"yes", "no"}};
    const auto drawn = SelfVerifier(own).verify(model, task, {0, 2});
    CHECK(drawn.verdicts == std::vector{Verdict::positive, Verdict::negative});
    CHECK(model.requests[0].messages.front().text == "{lamp}.|Who has it?|Iris");
    CHECK(drawn.cut_bytes == 13);
    CHECK(model.requests[0].sampling.temperature == 0.2);
    own.limits.max_bytes = 10;
    CHECK_THROWS_AS(SelfVerifier(own).verify(model, task, {0, 2}), ArgumentError);
    CHECK(model.requests.size() == 1);
}

TEST_CASE("options that make no sense, and calls that fail") {
    CHECK(SelfVerifierOptions{}.sampling.temperature == 0.7);
    CHECK_THROWS_WITH(SelfVerifier(SelfVerifierOptions{}), ContainsSubstring("max_tokens"));
    auto none = self_options();
    none.parser = nullptr;
    CHECK_THROWS_AS(SelfVerifier(none), ArgumentError);
    ScriptedModel model{{"x"}};
    model.fails = true;
    try {
        (void)SelfVerifier(self_options()).verify(model, task, {0, 2});
        FAIL("did not pass through");
    } catch (const ModelError& error) {
        CHECK(error.kind() == FailureKind::server);
        CHECK(error.failure().cost == 0.5);
    }
}
