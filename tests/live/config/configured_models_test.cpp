// SPDX-License-Identifier: Apache-2.0
#include <automix/core/verdict.hpp>
#include <automix/live/config/configured_models.hpp>
#include "live/live.hpp"
#include "support/catch.hpp"

#include <automix/live/config/models_file.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/live_source.hpp>
#include <automix/live/query.hpp>
#include <automix/model/any_model.hpp>
#include <automix/model/callable_model.hpp>
#include <automix/model/ledger.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/request.hpp>
#include <automix/verify/few_shot_prompt.hpp>
#include <automix/verify/prompt_template.hpp>
#include <automix/verify/verifier.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace automix;

namespace {

ModelConfig config(const std::string& name) {
    ModelConfig config;
    config.name = name;
    config.price = {.call = 2.0, .verification = 0.5};
    config.generation = {.max_tokens = 8};
    config.verification = {.temperature = 0.7, .max_tokens = 4};
    return config;
}

}  // namespace

TEST_CASE("a metered model is asked again, and pays what its configuration says", "[live]") {
    ModelConfig configured = config("m");
    configured.attempts = 2;
    const auto ledger = std::make_shared<Ledger>(5.0);
    int asked = 0;
    const AnyModel model =
        metered_model(CallableModel("m",
                                    [&](const GenerateRequest& request) {
                                        if (++asked == 1)
                                            throw ModelError("m", {.kind = FailureKind::server}, "down");
                                        return live::saying(request, "a", 0.0);
                                    }),
                      configured, ledger);
    GenerateRequest request{.messages = {{.text = "?"}}, .sampling = configured.generation};
    CHECK(model.generate(request).cost == 2.0);
    CHECK(asked == 2);
    request.purpose = Purpose::verification;
    request.samples = 4;
    CHECK(model.generate(request).cost == 2.0);
    CHECK(ledger->spent() == 4.0);
    try {
        request.purpose = Purpose::answer;
        (void)model.generate(request);
        FAIL("the budget was passed");
    } catch (const ModelError& error) {
        CHECK(error.kind() == FailureKind::budget);
    }
    CHECK(asked == 3);
}

TEST_CASE("a live model has the sampling and the prompts of its configuration", "[live]") {
    ModelConfig configured = config("m");
    configured.render.max_bytes = 1000;
    const AnyModel backend = CallableModel("m", [](const GenerateRequest&) { return std::string("a"); });
    const LiveModel plain = live_model(backend, configured);
    CHECK(plain.sampling == configured.generation);
    CHECK(plain.limits.max_bytes == 1000);
    CHECK(plain.prompt.render({"c", "q", {}}).text == default_answer_template().render({"c", "q", {}}).text);

    configured.prompts.answer = PromptTemplate::for_answer("all {question}");
    configured.dataset_prompts["d"].answer = PromptTemplate::for_answer("d {question}");
    configured.dataset_prompts["e"].verify = PromptTemplate::for_verification("e {question} {answer}");
    const LiveModel prompted = live_model(backend, configured);
    const auto prompt = [&](const std::string& dataset) {
        Query query = live::query("1");
        query.dataset = dataset;
        return prompted.prompt_of(query).render({"c", "q", {}}).text;
    };
    CHECK(prompt("") == "all q");
    CHECK(prompt("d") == "d q");
    CHECK(prompt("e") == "all q");
}

TEST_CASE("verifiers are those of model and data set", "[live]") {
    std::vector<GenerateRequest> asked;
    const AnyModel backend = CallableModel("m", [&](const GenerateRequest& request) {
        asked.push_back(request);
        return live::saying(request, "perhaps yes", 0.0);
    });
    std::vector<ModelConfig> configs{config("a"), config("b")};
    configs[0].prompts.verify = PromptTemplate::for_verification("A {question} {answer}");
    configs[0].dataset_prompts["d"].verify = PromptTemplate::for_verification("D {question} {answer}");
    configs[0].dataset_prompts["e"].answer = PromptTemplate::for_answer("E {question}");
    configs[0].verdict.emplace("yes", "no");
    configs[1].render.max_bytes = 100'000;
    const ConfiguredVerifiers verifiers(configs);
    STATIC_REQUIRE(live_verifier<ConfiguredVerifiers>);
    const auto verify = [&](Index model, const std::string& dataset) {
        Query query = live::query("1");
        query.dataset = dataset;
        AnyModel asked_model = backend;
        const Verdicts round =
            verifiers(model, query).verify(asked_model, VerificationTask{"c", "q", "a"}, DrawRange{0, 1, {}});
        return round.verdicts.at(0);
    };
    CHECK(verify(0, "") == Verdict::positive);
    CHECK(asked.back().messages[0].text == "A q a");
    CHECK(asked.back().sampling == configs[0].verification);
    CHECK(verify(0, "d") == Verdict::positive);
    CHECK(asked.back().messages[0].text == "D q a");
    CHECK(verify(0, "e") == Verdict::positive);
    CHECK(asked.back().messages[0].text == "A q a");
    CHECK(verify(1, "d") == Verdict::unparsed);
    CHECK(asked.back().messages[0].text == default_verification_template().render({"c", "q", "a"}).text);
}
