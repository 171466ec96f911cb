// SPDX-License-Identifier: Apache-2.0
// Signals of live answers: what the probabilities of tokens tell, which functions give signals, and that a policy which
// reads them decides live as it does on the log of the same answers.
#include <automix/live/answer_signals.hpp>
#include "live/live.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"

#include <automix/core/numerics.hpp>
#include <automix/data/log/log.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/record.hpp>
#include <automix/live/answering.hpp>
#include <automix/live/json/answer_json.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/live_source.hpp>
#include <automix/live/log_answers.hpp>
#include <automix/live/query.hpp>
#include <automix/live/record_log.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/explanation.hpp>
#include <automix/verify/self_verifier.hpp>

#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;

namespace {

CompletionToken token(const std::string& text, double probability, std::vector<TokenAlternative> top = {}) {
    return {text, std::log(probability), std::move(top)};
}

/// A completion of these tokens, with the text that they make up.
Completion completion_of(std::vector<CompletionToken> tokens) {
    Completion completion;
    for (const CompletionToken& part : tokens) completion.text += part.text;
    completion.tokens = std::move(tokens);
    return completion;
}

/// The number at the end of a question of `live::query`.
int number_of(const std::string& question) { return std::stoi(question.substr(question.find('q') + 2)); }

/// A small model that is right on two of three questions, and sure of most of these; a large one that is always right.
std::vector<LiveModel> sure_models() {
    std::vector<LiveModel> models;
    models.push_back(live::model("small", [](const GenerateRequest& request) {
        const std::string& prompt = request.messages.front().text;
        const int number = number_of(prompt.substr(prompt.find('|') + 1));
        GenerateReply reply = live::saying(request, number % 3 == 0 ? "Rome" : "Oslo", 1.0);
        const bool sure = number % 3 != 0 ? number % 11 != 0 : number % 12 == 0;
        // Some answers come without probabilities.
        if (number % 17 != 0)
            reply.completions.front().tokens = {
                token(reply.completions.front().text, (sure ? 0.9 : 0.3) + 0.001 * (number % 7))};
        return reply;
    }));
    models.push_back(live::model_saying("large", "Oslo", 20.0));
    models.front().signals = {{"certainty", mean_token_probability},
                              {"length", [](const Query&, const std::string& answer) {
                                   return static_cast<double>(answer.size());
                               }}};
    return models;
}

std::vector<Query> recorded_queries(int count) {
    std::vector<Query> queries;
    for (int i = 1; i <= count; ++i) {
        queries.push_back(live::query(std::to_string(i)));
        queries.back().reference = "Oslo";
    }
    return queries;
}

PomdpRouter trained_on(const std::string& log) {
    const Log read = read_log(log);
    PomdpOptions options;
    options.context = {.best = false};
    PomdpRouter router(options);
    REQUIRE(router.train({read.data, resolve_prices(read.data)}).feasible);
    return router;
}

}  // namespace

TEST_CASE("the mean and the minimum of token probabilities are those of the answer's tokens", "[live]") {
    const Completion plain = completion_of({token("Os", 0.5), token("lo", 0.25)});
    CHECK_THAT(mean_token_probability(plain).value(), WithinAbs(0.375, 1e-15));
    CHECK_THAT(min_token_probability(plain).value(), WithinAbs(0.25, 1e-15));
    // Thinking before the answer and an end token behind it are no part of it.
    const Completion thinking =
        completion_of({token("<think>", 0.01), token("Rome?", 0.02), token("</think>", 0.03),
                       token("\n\n", 0.04), token("Os", 0.5), token("lo", 0.25), token("</s>", 0.05)});
    CHECK_THAT(mean_token_probability(thinking).value(), WithinAbs(0.375, 1e-15));
    CHECK_THAT(min_token_probability(thinking).value(), WithinAbs(0.25, 1e-15));
    CHECK_FALSE(mean_token_probability({.text = "Oslo"}));
    CHECK_FALSE(min_token_probability({.text = "Oslo"}));
    CHECK(min_token_probability(completion_of({token("Oslo", 1.0)})) == 1.0);
}

TEST_CASE("the probability of a choice is that of the letter at which the answer comes to it", "[live]") {
    CHECK_THAT(choice_probability(completion_of({token("B", 0.75)})).value(), WithinAbs(0.75, 1e-15));
    CHECK_THAT(
        choice_probability(completion_of({token("(", 0.9), token("B", 0.75), token(")", 0.9)})).value(),
        WithinAbs(0.75, 1e-15));
    // The letter again, behind the choice, is sure and says nothing.
    CHECK_THAT(choice_probability(completion_of({token("B", 0.5), token(",", 0.9), token(" because", 0.9),
                                                 token(" B", 0.99), token(" fits", 0.9)}))
                   .value(),
               WithinAbs(0.5, 1e-15));
    // What was considered before the choice does not count.
    CHECK_THAT(choice_probability(completion_of({token("A", 0.9), token(" is", 0.9), token(" wrong", 0.9),
                                                 token(".", 0.9), token(" The", 0.9), token(" answer", 0.9),
                                                 token(" is", 0.9), token(" C", 0.625)}))
                   .value(),
               WithinAbs(0.625, 1e-15));
    // Other spellings of the letter add up, other letters do not.
    CHECK_THAT(choice_probability(completion_of({token("B", 0.5,
                                                       {{"B", std::log(0.5)},
                                                        {" B", std::log(0.25)},
                                                        {"C", std::log(0.125)},
                                                        {"The", std::log(0.0625)}})}))
                   .value(),
               WithinAbs(0.75, 1e-15));
    CHECK_FALSE(choice_probability(completion_of({token("Oslo", 0.75)})));
    CHECK_FALSE(choice_probability({.text = "B"}));
    CHECK_FALSE(choice_probability(completion_of({token("B) Os", 0.5), token("lo", 0.5)})));
}

TEST_CASE("a signal is a number, a boolean or an optional of any function", "[live]") {
    const Query query = live::query("1");
    const Completion said{.text = "Oslo"};
    std::stop_source stop;
    stop.request_stop();
    const std::vector<AnswerSignal> signals{
        {"all",
         [](const Query& asked, const Completion& completion, const std::stop_token& halt) {
             return asked.id == "1" && completion.text == "Oslo" && halt.stop_requested();
         }},
        {"two",
         [](const Query&, const Completion& completion) {
             return 0.5 * static_cast<double>(completion.text.size());
         }},
        {"text", [](const Query&, const std::string& answer) { return static_cast<int>(answer.size()); }},
        {"completion", [](const Completion&) -> std::optional<double> { return 0.25; }},
        {"nothing", [](const Completion&) -> std::optional<double> { return std::nullopt; }},
        {"failing", [](const Query&, const std::string&) -> double { throw std::runtime_error("no tests"); }},
        {"odd", [](const Query&, const std::string&) -> double { throw 1; }},
        {"infinite", [](const Completion&) { return std::numeric_limits<double>::infinity(); }}};
    const ReadSignals read = read_signals(signals, query, said, stop.get_token());
    CHECK(read.known == std::vector<Signal>{{"all", 1.0}, {"two", 2.0}, {"text", 4.0}, {"completion", 0.25}});
    CHECK(read.absent == std::vector<AbsentSignal>{{"nothing", "the answer does not have it"},
                                                   {"failing", "no tests"},
                                                   {"odd", "an exception of an unknown type"},
                                                   {"infinite", "expected a finite number, found inf"}});
    CHECK_THROWS_WITH(validate(std::vector<AnswerSignal>{{"", mean_token_probability}}),
                      ContainsSubstring("a name is empty"));
    CHECK_THROWS_WITH(
        validate(std::vector<AnswerSignal>{{"p", mean_token_probability}, {"p", min_token_probability}}),
        ContainsSubstring("\"p\" is given twice"));
}

TEST_CASE("a live source gives the signals of an answer, and the share keeps them", "[live]") {
    const std::vector<LiveModel> models = sure_models();
    const SelfVerifier verifier = live::verifier();
    const Query one = live::query("1");
    LiveSource source(models, verifier, one);
    CHECK(source.answer(0).signals == std::vector<Signal>{{"certainty", 0.9 + 0.001}, {"length", 4.0}});
    CHECK(source.shares()[0].signals == std::vector<Signal>{{"certainty", 0.9 + 0.001}, {"length", 4.0}});
    CHECK(source.shares()[0].absent_signals.empty());
    CHECK(source.answer(1).signals.empty());

    const Query bare = live::query("17");
    LiveSource without(models, verifier, bare);
    CHECK(without.answer(0).signals == std::vector<Signal>{{"length", 4.0}});
    CHECK(without.shares()[0].absent_signals ==
          std::vector<AbsentSignal>{{"certainty", "the answer does not have it"}});
    LiveAnswer answer{.id = "17", .text = "Oslo", .model = 0, .models = without.shares()};
    CHECK(to_json(answer, {"small", "large"})["signals"].dump() ==
          R"({"small":{"length":4.0,"certainty":null}})");
}

TEST_CASE("a policy that reads signals decides live as on the log of the same answers", "[live]") {
    const files::Directory directory;
    const std::string path = directory.path("log.jsonl");
    const std::vector<Query> queries = recorded_queries(240);
    const std::vector<LiveModel> models = sure_models();
    const LogRecording done =
        record_log(queries, models, live::verifier(), path, {.record = {.draws = 0}, .concurrency = 1});
    REQUIRE(done.complete());
    CHECK(done.absent_signals == 14);
    CHECK(done.first_absent_signal == R"("certainty" of "small": the answer does not have it)");

    const PomdpRouter router = trained_on(path);
    REQUIRE(router.signals() == std::vector<std::string>{"certainty"});  // the length never varies
    CHECK(router.signals(0) == router.signals());
    CHECK(router.signals(1).empty());

    const Answerer answerer(router, models, live::verifier());
    const LogAnswers log = LogAnswers::read(path, router);
    const Explainer explainer = router.explainer();
    int routed = 0;
    for (const Query& query : queries) {
        LiveAnswer live = answerer.answer(query);
        LiveAnswer logged = log.answer(query.id, router, {}, explainer);
        REQUIRE_FALSE(live.failed());
        CHECK(live.model == logged.model);
        CHECK(live.cost() == logged.cost());
        routed += live.model == 1 ? 1 : 0;
        const std::vector<Signal>& signals = live.models[0].signals;
        const bool bare = number_of(query.question) % 17 == 0;
        CHECK(logged.models[0].signals.size() == (bare ? 0 : 1));
        CHECK(signals.size() == (bare ? 1 : 2));
        REQUIRE(live.explanation);
        REQUIRE(logged.explanation);
        CHECK(live.explanation->right == logged.explanation->right);
        CHECK(live.explanation->missing_signals ==
              (bare ? std::vector<std::string>{"certainty"} : std::vector<std::string>{}));
    }
    CHECK((routed > 40 && routed < 200));

    std::vector<LiveModel> without = models;
    without.front().signals.erase(without.front().signals.begin());
    CHECK_THROWS_WITH(Answerer(router, without, live::verifier()),
                      ContainsSubstring("the policy reads the signal \"certainty\" of answers of \"small\", "
                                        "which gives \"length\""));
    without.front().signals.clear();
    const AnyRouter any(router);
    CHECK_THROWS_WITH(Answerer(any, without, live::verifier()),
                      ContainsSubstring("of answers of \"small\", which gives none"));
}

TEST_CASE("signals of a recording are not read again for queries that are in the log", "[live]") {
    const files::Directory directory;
    const std::string path = directory.path("log.jsonl");
    int calls = 0;
    std::vector<LiveModel> models = sure_models();
    models.front().signals = {{"tests", [&calls](const Query&, const std::string&) { return ++calls; }}};
    const std::vector<Query> queries = recorded_queries(4);
    const RecordLogOptions options{.record = {.draws = 0}, .concurrency = 1};
    CHECK(record_log(std::span(queries).first(2), models, live::verifier(), path, options).recorded == 2);
    CHECK(calls == 2);
    CHECK(record_log(queries, models, live::verifier(), path, options).recorded == 2);
    CHECK(calls == 4);
    const Log log = read_log(path);
    REQUIRE(log.data.rows() == 4);
    for (Index row = 0; row < 4; ++row)
        CHECK(log.data.answer_signals(row, 0) ==
              std::vector<Signal>{{"tests", static_cast<double>(row + 1)}});
}
