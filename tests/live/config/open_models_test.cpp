// SPDX-License-Identifier: Apache-2.0
#include <automix/live/config/open_models.hpp>
#include "live/live.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"

#include <automix/core/error.hpp>
#include <automix/live/answer_signals.hpp>
#include <automix/live/answering.hpp>
#include <automix/live/config/models_file.hpp>
#include <automix/live/config/prompt_choice.hpp>
#include <automix/live/further_verifier.hpp>
#include <automix/live/query.hpp>
#include <automix/live/replay_model.hpp>
#include <automix/model/any_model.hpp>
#include <automix/model/callable_model.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/verify/few_shot_prompt.hpp>
#include <automix/verify/verifier.hpp>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

using namespace automix;

namespace {

const std::string two_models_file = R"({"models":[
{"name":"small","base_url":"http://127.0.0.1:1/v1","price":{"call":2,"verification":0.5},
 "generation":{"max_tokens":8},"samples_per_call":2,"max_prompt_bytes":3000,
 "prompts":{"answer":"A {context} {question}","dates":{"answer":"D {context} {question}"}}},
{"name":"large","base_url":"http://127.0.0.1:1/v1","price":{"call":1},"generation":{"max_tokens":8}}]})";

AnyModel config_echo(const ModelConfig& config) {
    return CallableModel(config.name, [](const GenerateRequest& request) {
        return live::saying(request, request.messages.back().text, 0.0);
    });
}

std::string open_error(const std::string& path, const ModelBackend& backend,
                       const OpenOptions& options = {}) {
    try {
        (void)open_models(path, {}, backend, options);
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace

TEST_CASE("the models of a file are opened with one budget", "[live]") {
    const files::Directory directory;
    const std::string path = directory.write("models.json", two_models_file);
    int wrapped = 0;
    const OpenedModels opened = open_models(path, 3.0, config_echo, {.wrap = [&](AnyModel model) {
                                                ++wrapped;
                                                return model;
                                            }});
    REQUIRE(opened.models.size() == 2);
    CHECK(wrapped == 2);
    CHECK(opened.configs[1].name == "large");
    const GenerateRequest request{.messages = {{.text = "?"}}, .sampling = {.max_tokens = 8}};
    CHECK(opened.models[0].model.generate(request).cost == 2.0);
    CHECK(opened.ledger->spent() == 2.0);
    CHECK_THROWS_AS(opened.models[0].model.generate(request), ModelError);
    CHECK(opened.models[1].model.generate(request).cost == 1.0);
    STATIC_REQUIRE(live_verifier<ConfiguredVerifiers>);
    CHECK_NOTHROW(opened.verifiers()(1, live::query("1")));

    const OpenedModels one = open_models(path, {}, config_echo, {.names = {"large"}});
    REQUIRE(one.models.size() == 1);
    CHECK(one.models[0].model.name() == "large");
    CHECK(open_error(path, config_echo, {.names = {"huge"}}) ==
          path + ":1: models: lacks \"huge\", which the policy is for");
    CHECK(open_error(path, [](const ModelConfig&) -> AnyModel {
              throw ArgumentError("base_url: expected another");
          }) == path + ":2: models[0].base_url: expected another");
    for (const char* field : {"ca_file", "headers", "query", "reasoning_effort", "extra"}) {
        CHECK(open_error(path, [field](const ModelConfig&) -> AnyModel {
                  throw ArgumentError(std::string(field) + ": expected another");
              }) == path + ":2: models[0]." + field + ": expected another");
    }
    CHECK(open_error(path, [](const ModelConfig&) -> AnyModel {
              throw ArgumentError("key_header: expected another");
          }) == path + ":2: models[0].api_key_header: key_header: expected another");
}

TEST_CASE("a recording answers in place of the models", "[live]") {
    const files::Directory directory;
    const std::string path = directory.write("models.json", two_models_file);
    const auto calls = std::make_shared<CallReplay>();
    const GenerateRequest request{.messages = {{.text = "?"}}, .sampling = {.max_tokens = 8}};
    calls->add({"large", request, live::saying(request, "yes", 1.5)});
    const OpenedModels opened = open_recording(path, calls, {.names = {"large"}});
    REQUIRE(opened.models.size() == 1);
    CHECK(opened.ledger == nullptr);
    CHECK(opened.models[0].model.generate(request).cost == 1.5);
    CHECK_THROWS_AS(opened.models[0].model.generate(request), ModelError);
}

TEST_CASE("queries are checked against the prompts of all models", "[live]") {
    const files::Directory directory;
    const std::string path = directory.write("models.json", two_models_file);
    const auto configs = read_models(path);
    std::vector<Query> queries{live::query("1"), live::query("2")};
    CHECK(check_queries(path, configs, queries) ==
          std::vector<std::string>{"\"small\" costs more than the model after it; the cheapest comes first"});
    queries[0].context = std::string(4000, 'c');
    const auto warnings = check_queries(path, configs, queries);
    REQUIRE(warnings.size() == 2);
    CHECK(warnings[0] == "\"small\": max_prompt_bytes cuts the contexts of 1 of 2 queries");
    queries[1].question = std::string(4000, 'q');
    CHECK_THROWS_WITH(check_queries(path, configs, queries),
                      Catch::Matchers::ContainsSubstring("models[0].max_prompt_bytes: query \"2\""));
}

TEST_CASE("a prompt is that of the data set, else that for all, else the library's own", "[live]") {
    const auto configs = parse_models(two_models_file, "models.json");
    const auto text = [](const PromptTemplate& prompt) { return prompt.render({"c", "q", "a"}).text; };
    const PromptChoice answers = prompt_choice(configs[0], Purpose::answer);
    CHECK(text(answers.of("dates")) == "D c q");
    CHECK(text(answers.of("moves")) == "A c q");
    CHECK(answers.covers("moves"));
    const PromptChoice verification = prompt_choice(configs[0], Purpose::verification);
    CHECK_FALSE(verification.configured);
    CHECK(text(verification.of("dates")) == text(default_verification_template()));
    ModelConfig some = configs[1];
    some.dataset_prompts["dates"].answer = PromptTemplate::for_answer("D {question}");
    CHECK(prompt_choice(some, Purpose::answer).covers("dates"));
    CHECK_FALSE(prompt_choice(some, Purpose::answer).covers("moves"));
    CHECK(prompt_choice(some, Purpose::verification).covers("moves"));
}

TEST_CASE("verifiers of a models file are judges and commands", "[live]") {
    const std::string models = two_models_file.substr(0, two_models_file.size() - 1);
    const auto file_with = [&](const std::string& verifiers) {
        return models + ",\n\"verifiers\":[" + verifiers + "]}";
    };
    const files::Directory directory;
    const std::string path =
        directory.write("models.json", file_with(R"({"name":"judge","by":"large","draws":2},
{"name":"tests","command":"./run","gives":"probability"})"));
    const ModelsFile file = read_models_file(path);
    REQUIRE(file.verifiers.size() == 2);
    CHECK(file.verifiers[0].judge == "large");
    CHECK(file.verifiers[0].draws == 2);
    CHECK(file.verifiers[1].command == "./run");
    CHECK(file.verifiers[1].gives_probability);
    CHECK_FALSE(file.verifiers[1].draws);

    CHECK(open_error(path, config_echo) == path + ":7: verifiers[1].command: no command is run here");
    OpenOptions options;
    options.command = [](const VerifierConfig& config) -> AnyVerifier {
        return [command = config.command](const Query&, const std::string&) {
            return command == "./run" ? 0.75 : 0.0;
        };
    };
    const OpenedModels all = open_models(path, {}, config_echo, options);
    REQUIRE(all.further.size() == 2);
    CHECK(all.further[0].name == "judge");
    CHECK(all.further[0].draws == 2);
    CHECK(all.further[1].verifier.gives_confidence());
    CHECK_FALSE(all.further[1].judge);
    REQUIRE(all.judges.size() == 1);
    CHECK(all.judges[0].name == "large");

    // The judge is opened although it gives no answers, and is paid for its verdicts.
    options.names = {"small"};
    options.verifiers = {{"judge"}};
    const OpenedModels one = open_models(path, {}, config_echo, options);
    REQUIRE(one.models.size() == 1);
    REQUIRE(one.further.size() == 1);
    REQUIRE(one.further[0].judge);
    CHECK(one.further[0].judge->name() == "large");
    AnyModel judge = *one.further[0].judge;
    const Verdicts round =
        one.further[0].verifier.verify(0, live::query("1"), judge, {"c", "q", "a"}, {}, {});
    CHECK(round.verdicts.size() == 1);
    CHECK(one.ledger->spent() == 1.0);
    CHECK(one.ledger->spending().at("large").verification == 1.0);
    options.verifiers = {{"jury"}};
    CHECK(open_error(path, config_echo, options) ==
          path + ":6: verifiers: lacks \"jury\", which the policy asks");

    // The prompts of a judge are checked, also if it is the last model.
    std::vector<Query> queries{live::query("1")};
    queries[0].question = std::string(4000, 'q');
    ModelConfig short_judge = all.judges[0];
    short_judge.render.max_bytes = 3000;
    CHECK_THROWS_WITH(check_queries(path, {}, queries, std::vector{short_judge}),
                      Catch::Matchers::ContainsSubstring("models[1].max_prompt_bytes: query \"1\""));

    const auto refuse = [&](const std::string& verifiers, const std::string& message) {
        CHECK_THROWS_WITH(parse_models_file(file_with(verifiers), "m"), "m:6: verifiers[0]" + message);
    };
    refuse(R"({"name":"judge","by":"huge"})", ".by: no model \"huge\" in the file; it has small, large");
    refuse(R"({"name":"judge"})", ": expected one of \"by\", the model that judges, and \"command\"");
    refuse(R"({"name":"judge","by":"large","command":"x"})",
           ": expected one of \"by\", the model that judges, and \"command\"");
    refuse(R"({"name":"self","by":"large"})", ".name: \"self\" is the verifier that every model has");
    refuse(R"({"name":"judge","by":"large","gives":"verdict"})",
           ".gives: is for a command; a judge gives verdicts");
    CHECK_THROWS_WITH(
        parse_models_file(file_with(R"({"name":"a","by":"large"},{"name":"a","by":"small"})"), "m"),
        "m:6: verifiers[1].name: \"a\" stands twice");
}

TEST_CASE("signals of a models file are opened by model, and need a command that is run", "[live]") {
    const files::Directory directory;
    std::string text = two_models_file;
    text.insert(text.find("\"generation\""),
                R"("signals":[{"name":"p","of":"min_probability"},{"name":"letter","of":"choice_probability"},
{"name":"tests","command":"run-tests"}],)");
    const std::string path = directory.write("models.json", text);
    CHECK(open_error(path, config_echo) == path + ":3: models[0].signals: \"tests\": no command is run here");
    OpenOptions options;
    options.signal_command = [](const SignalConfig& config) -> AnySignal {
        if (config.command != "run-tests") throw ArgumentError("signals: another command");
        return [](const Query&, const std::string& answer) { return answer == "yes"; };
    };
    const OpenedModels all = open_models(path, {}, config_echo, options);
    REQUIRE(all.models[0].signals.size() == 3);
    CHECK(all.models[1].signals.empty());
    Completion said{.text = "yes"};
    said.tokens = {{"yes", 0.0, {}}, {"!", -1.0, {}}};
    CHECK(all.models[0].signals[0].value(live::query("1"), said) == std::exp(-1.0));
    CHECK(all.models[0].signals[2].name == "tests");
    CHECK(all.models[0].signals[2].value(live::query("1"), said) == 1.0);

    // Those that a policy reads alone: the backend is asked for no more than they need, and no command is run.
    options.signal_command = {};
    options.signals = {{"p"}, {}};
    bool asks = false;
    int alternatives = -1;
    const OpenedModels read = open_models(
        path, {},
        [&](const ModelConfig& config) {
            if (config.name == "small") {
                asks = asks_probabilities(config);
                alternatives = asked_alternatives(config);
            }
            return config_echo(config);
        },
        options);
    CHECK(asks);
    CHECK(alternatives == 0);
    REQUIRE(read.models[0].signals.size() == 1);
    CHECK(read.models[0].signals[0].name == "p");
    options.signals = {{"p", "margin"}, {}};
    CHECK(open_error(path, config_echo, options) ==
          path + ":3: models[0].signals: lacks \"margin\", which the policy reads of answers of \"small\"");
    options.signals = {{}, {"p"}};
    CHECK_THAT(open_error(path, config_echo, options),
               Catch::Matchers::ContainsSubstring(
                   "models[1].signals: lacks \"p\", which the policy reads of answers of \"large\""));
}
