// SPDX-License-Identifier: Apache-2.0
#include <automix/core/verdict.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/live/answering.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/live/log_answers.hpp>
#include <automix/model/model_error.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/training.hpp>
#include "routing/reading_log.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"

#include <string>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::vector<std::string> log_names = {"small", "large"};

/// Draws so many verdicts in rounds of one, and routes where none of them is positive.
struct Stepwise {
    int draws = 2;
    [[nodiscard]] Action next(const Evidence& evidence) const {
        if (!evidence.started()) return Action::route(0);
        if (evidence.current == evidence.last_model()) return Action::accept();
        const ModelEvidence& known = evidence.current_model();
        if (known.drawn < draws) return Action::verify(1);
        return known.positive > 0 ? Action::accept() : Action::route(1);
    }
};

struct Plural {
    [[nodiscard]] Action next(const Evidence& evidence) const {
        if (!evidence.started()) return Action::route(0);
        return evidence.current_model().drawn < 3 ? Action::verify(3)
                                                  : Action::accept(AcceptedAnswer::plurality);
    }
};

const std::string recorded_files =
    R"({"id":"a","models":[{"name":"small","answer":"Oslo","score":1,"verdicts":[1,null,0],"cost":1,"draw_cost":0.25},)"
    R"({"name":"large","answer":"Rome","score":1,"cost":50}]})"
    "\n"
    R"({"id":"b","models":[{"name":"small","answer":"Bern","score":0,"verdicts":[0,0,0],"cost":2,"draw_cost":0.5},)"
    R"({"name":"large","answer":"Rome","score":1,"cost":40}]})"
    "\n"
    R"({"id":"c","models":[{"name":"small","answer":"Bern","score":0,"verdicts":[0,0,0],"cost":2,"draw_cost":0.5},)"
    R"({"name":"large","score":1,"cost":40}]})"
    "\n"
    R"({"id":"d","models":[{"name":"small","answer":null,"score":0,"verdicts":[0,0,0],"cost":2,"draw_cost":0.5},)"
    R"({"name":"large","answer":"Rome","score":1,"cost":40}]})"
    "\n";

LogAnswers answers_of(const std::string& text) {
    const files::Directory directory;
    return LogAnswers::read(directory.write("log.jsonl", text), log_names);
}

LiveAnswer answer(const LogAnswers& answers, const std::string& id, int draws = 2,
                  const AnsweringOptions& options = {}) {
    return answers.answer(id, Stepwise{draws}, options, Explainer{});
}

}  // namespace

TEST_CASE("queries are answered from a log by id", "[live]") {
    const LogAnswers answers = answers_of(recorded_files);
    const LiveAnswer accepted = answer(answers, "a");
    CHECK(accepted.id == "a");
    CHECK(accepted.text == "Oslo");
    CHECK(accepted.model == 0);
    CHECK_FALSE(accepted.failure);
    CHECK(accepted.rounds == 2);
    CHECK(accepted.models[0].verdicts == std::vector{Verdict::positive, Verdict::unparsed});
    CHECK(accepted.answer_cost() == 1.0);
    CHECK(accepted.verification_cost() == 0.5);
    CHECK_FALSE(accepted.models[1].answer);
    const LiveAnswer routed = answer(answers, "b");
    CHECK(routed.text == "Rome");
    CHECK(routed.model == 1);
    CHECK(routed.cost() == 2.0 + 1.0 + 40.0);
    CHECK(answer(answers, "a").cost() == accepted.cost());
}

TEST_CASE("what a log does not hold is missing from the recording", "[live]") {
    const LogAnswers answers = answers_of(recorded_files);
    const LiveAnswer unknown = answer(answers, "z");
    CHECK(unknown.failed());
    CHECK(unknown.id == "z");
    CHECK(unknown.models.size() == 2);
    CHECK(unknown.failure->kind == FailureKind::missing_recording);
    CHECK(unknown.failure->message == "the log holds no query \"z\"");

    const LiveAnswer no_text = answer(answers, "c");
    CHECK(no_text.text == "Bern");
    CHECK(no_text.degraded);
    CHECK(no_text.failure->kind == FailureKind::missing_recording);
    CHECK(no_text.failure->message == "the log holds no answer of this model");
    CHECK(answer(answers, "c", 2, {.on_failure = OnFailure::fail}).failed());
    CHECK(answer(answers, "d").failed());

    const LiveAnswer too_few = answer(answers, "a", 4);
    CHECK(too_few.degraded);
    CHECK(too_few.text == "Oslo");
    CHECK(too_few.failure->kind == FailureKind::missing_recording);
    CHECK_THAT(too_few.failure->message,
               ContainsSubstring("id \"a\", model \"small\": asked for 1 verdicts after 3"));
    CHECK(too_few.models[0].verdicts.size() == 3);
    CHECK(too_few.verification_cost() == 0.75);
}

TEST_CASE("a plurality from a log is the text of its samples", "[live]") {
    const std::string samples =
        R"({"id":"a","models":[{"name":"small","answer":"Oslo","score":1,"verdicts":[1,1,0,0],)"
        R"("samples":["Oslo","Rome",null,"Rome","Oslo"]},{"name":"large","score":1}]})"
        "\n"
        R"({"id":"b","models":[{"name":"small","answer":"Oslo","score":1,"verdicts":[1,1,0]},{"name":"large","score":1}]})"
        "\n";
    const LogAnswers answers = answers_of(samples);
    const LiveAnswer plural = answers.answer("a", Plural{}, {}, Explainer{});
    CHECK(plural.text == "Rome");
    CHECK(plural.accepted == AcceptedAnswer::plurality);
    const LiveAnswer none = answers.answer("b", Plural{}, {}, Explainer{});
    CHECK(none.failed());
    CHECK(none.text.empty());
    CHECK_THAT(none.failure->message, ContainsSubstring("the log holds none"));
}

TEST_CASE("a log to answer from has its models and each id once", "[live]") {
    CHECK_THROWS_WITH(answers_of(recorded_files + recorded_files),
                      ContainsSubstring("log.jsonl:5: id: duplicate id \"a\""));
    const files::Directory directory;
    const std::string path = directory.write("log.jsonl", recorded_files);
    CHECK_THROWS_AS(LogAnswers::read(path, {"small", "huge"}), Error);
    CHECK_THROWS_AS(LogAnswers::read(directory.write("empty.jsonl", ""), log_names), DataError);
    // A log of more models, and in it those of the policy.
    const LogAnswers large = LogAnswers::read(path, {"large"});
    const LiveAnswer answered = large.answer("a", Stepwise{}, {}, Explainer{});
    CHECK(answered.text == "Rome");
    CHECK(answered.cost() == 50.0);
}

TEST_CASE("a router that reads the query reads it from the log", "[live]") {
    const PomdpRouter router = reading_log::text_router(reading_log::rows(160));
    const std::string models =
        R"("models":[{"name":"small","answer":"Bern","score":0,"verdicts":[0,0],"cost":1,"draw_cost":0.1},)"
        R"({"name":"large","answer":"Rome","score":1,"cost":20}]})"
        "\n";
    const LogAnswers answers = answers_of(R"({"id":"a","question":")" + reading_log::question(1) + "\"," +
                                          models + R"({"id":"b",)" + models);
    const LiveAnswer proof = answers.answer("a", router, {}, router.explainer());
    CHECK(proof.model == 1);
    CHECK_FALSE(proof.models[0].answer);
    CHECK(proof.explanation->told.size() == 2);
    const LiveAnswer blank = answers.answer("b", router, {}, nullptr);
    CHECK_FALSE(blank.failed());
    CHECK(blank.warning ==
          "the policy reads text, but the query has no question: it is read as one without words");
    // It is what evaluation decides on such a row.
    Evidence evidence(2);
    evidence.forecast = router.forecast({});
    CHECK(blank.models[0].answer.has_value() == (router.next(evidence) == Action::route(0)));
}
