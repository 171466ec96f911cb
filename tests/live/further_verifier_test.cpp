// SPDX-License-Identifier: Apache-2.0
// Further verifiers of live answers: whom they ask, what they cost, and which one a policy gets by its name.
#include <automix/live/further_verifier.hpp>
#include "live/live.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"

#include <automix/core/error.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/log/log.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/verification.hpp>
#include <automix/live/answering.hpp>
#include <automix/live/json/answer_json.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/log_answers.hpp>
#include <automix/live/query.hpp>
#include <automix/live/record_log.hpp>
#include <automix/model/callable_model.hpp>
#include <automix/model/ledger.hpp>
#include <automix/model/metered_model.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/request.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;

namespace {

/// Asks the small model and then one of its verifiers for two verdicts, and routes unless all are positive.
struct Judged {
    Index verifier = 1;
    std::vector<ModelShape> shapes{};

    [[nodiscard]] std::vector<ModelShape> models() const { return shapes; }
    [[nodiscard]] Action next(const Evidence& evidence) const {
        if (!evidence.started()) return Action::route(0);
        if (evidence.current == evidence.last_model()) return Action::accept();
        const VerifierEvidence known = evidence.current_model().verifier(verifier);
        if (known.drawn == 0) return Action::verify(2, verifier);
        return known.confidence() > 0.5 ? Action::accept() : Action::route(1);
    }
};

/// The small model approves its own answers; the large one does not.
std::vector<LiveModel> disagreeing_models() {
    return {live::model_saying("small", "Oslo", 1.0),
            live::model_saying("large", "Rome", 50.0, "Verdict: incorrect")};
}

FurtherVerifier judge_of(const std::vector<LiveModel>& models) {
    return {.name = "judge", .verifier = live::verifier(), .judge = models.back().model};
}

FurtherVerifier length_check() {
    return {.name = "short", .verifier = [](const Query&, const std::string& answer) {
                return answer.size() < 9 ? Verdict::positive : Verdict::negative;
            }};
}

std::vector<ModelShape> shapes_with(const std::vector<VerifierShape>& further,
                                    const std::string& first = "self",
                                    VerificationKind kind = VerificationKind::verdicts) {
    return {{"small", kind, 8, first, further}, {"large", VerificationKind::none, 0, first, {}}};
}

}  // namespace

TEST_CASE("another model judges an answer, at its own price", "[live]") {
    const auto models = disagreeing_models();
    const Judged router;
    AnsweringOptions options;
    options.verifiers = {judge_of(models)};
    const LiveAnswer answer = Answerer(router, models, live::verifier(), options).answer(live::query("1"));
    CHECK(answer.text == "Rome");
    CHECK(answer.rounds == 1);
    const ModelShare& small = answer.models[0];
    CHECK(small.verdicts.empty());
    CHECK(small.verification_cost == 0.0);
    REQUIRE(small.further.size() == 1);
    CHECK(small.further[0].verifier == "judge");
    CHECK(small.further[0].verdicts == std::vector(2, Verdict::negative));
    CHECK(small.further[0].verification_cost == 2 * 0.125 * 50.0);
    CHECK(small.further[0].replies.size() == 2);
    CHECK(answer.verification_cost() == 12.5);
    CHECK(answer.cost() == 1.0 + 12.5 + 50.0);
    const auto json = to_json(answer, {"small", "large"});
    CHECK(json["verdicts"].empty());
    CHECK(json["verifiers"].dump() == R"({"small":{"judge":{"verdicts":[0,0],"cost":12.5}}})");
    CHECK(json["cost"]["models"]["small"].dump() == R"({"answers":1.0,"verification":12.5})");
}

TEST_CASE("a check of the answer is a verifier at no price", "[live]") {
    const auto models = disagreeing_models();
    const Judged router{.verifier = 2};
    AnsweringOptions options;
    options.verifiers = {judge_of(models), length_check()};
    const LiveAnswer answer = Answerer(router, models, live::verifier(), options).answer(live::query("1"));
    CHECK(answer.text == "Oslo");
    CHECK(answer.cost() == 1.0);
    REQUIRE(answer.models[0].further.size() == 2);
    CHECK(answer.models[0].further[1].verdicts == std::vector(2, Verdict::positive));
    CHECK_FALSE(answer.models[0].further[0].asked());

    options.verifiers[1] = {.name = "odds",
                            .verifier = [](const Query&, const std::string&) { return 0.25; }};
    const LiveAnswer odds = Answerer(router, models, live::verifier(), options).answer(live::query("1"));
    CHECK(odds.text == "Rome");
    CHECK(odds.models[0].further[1].confidence == 0.25);
    CHECK(to_json(odds, {"small", "large"})["verifiers"].dump() ==
          R"({"small":{"odds":{"confidence":0.25,"cost":0.0}}})");
}

TEST_CASE("a policy gets the verifiers that it was trained on by their names", "[live]") {
    const auto models = disagreeing_models();
    AnsweringOptions options;
    options.verifiers = {judge_of(models), length_check()};
    const auto text_of = [&](const Judged& router) {
        return Answerer(router, models, live::verifier(), options).answer(live::query("1")).text;
    };
    const VerifierShape judge{"judge", VerificationKind::verdicts, 2};
    const VerifierShape check{"short", VerificationKind::verdicts, 2};
    // Verifier 1 is the check for one policy and the judge for the other.
    CHECK(text_of({.verifier = 1, .shapes = shapes_with({check, judge})}) == "Oslo");
    CHECK(text_of({.verifier = 1, .shapes = shapes_with({judge})}) == "Rome");
    // A policy that was trained on the judge alone asks the judge, and never the model itself.
    CHECK(text_of({.verifier = 0, .shapes = shapes_with({})}) == "Oslo");
    CHECK(text_of({.verifier = 0, .shapes = shapes_with({}, "judge")}) == "Rome");

    const auto refuse = [&](const Judged& router, const std::string& message) {
        CHECK_THROWS_WITH(Answerer(router, models, live::verifier(), options), ContainsSubstring(message));
    };
    refuse({.shapes = shapes_with({{"tests", VerificationKind::verdicts, 1}})},
           "the policy asks the verifier \"tests\" about answers of small; given are \"judge\", \"short\"");
    refuse({.shapes = shapes_with({{"judge", VerificationKind::confidence, 1}})},
           "trained on confidences of the verifier \"judge\", but it gives verdicts alone");
    options.verifiers.clear();
    refuse({.verifier = 0, .shapes = shapes_with({}, "judge")},
           "the policy asks the verifier \"judge\" about answers of small; given are none");
}

TEST_CASE("names of further verifiers are not empty, not self and differ", "[live]") {
    const auto models = disagreeing_models();
    const Judged router;
    const auto refuse = [&](const std::vector<FurtherVerifier>& verifiers, const std::string& message) {
        AnsweringOptions options;
        options.verifiers = verifiers;
        CHECK_THROWS_WITH(Answerer(router, models, live::verifier(), options), ContainsSubstring(message));
    };
    FurtherVerifier check = length_check();
    refuse({check, check}, "verifiers: \"short\" is given twice");
    check.draws = 0;
    refuse({check}, "draws of \"short\": expected at least 1, found 0");
    check.name = "self";
    refuse({check}, "\"self\" is the name of the verifier that every model has");
    check.name.clear();
    refuse({check}, "a name is empty");
}

TEST_CASE("a batch is limited by the draws of the verifier that is asked", "[live]") {
    const auto models = disagreeing_models();
    AnsweringOptions options;
    options.verifiers = {judge_of(models)};
    options.batch = 5;
    const Judged router{.shapes = shapes_with({{"judge", VerificationKind::verdicts, 3}})};
    const LiveAnswer answer = Answerer(router, models, live::verifier(), options).answer(live::query("1"));
    CHECK(answer.models[0].further[0].verdicts.size() == 3);
}

TEST_CASE("what a judge costs is within the budget, also if it fails", "[live]") {
    const auto metered = [](const std::string& name, double price, const std::shared_ptr<Ledger>& ledger,
                            bool fails) {
        return LiveModel{
            .model = MeteredModel(
                CallableModel(name,
                              [fails](const GenerateRequest& request) {
                                  if (fails && live::verifies(request))
                                      throw ModelError("large",
                                                       {.kind = FailureKind::server, .maybe_billed = true},
                                                       "out of order");
                                  return live::saying(
                                      request, live::verifies(request) ? "Verdict: correct" : "Oslo", 0.0);
                              }),
                {.call = price, .verification = price / 8}, ledger),
            .sampling = {.max_tokens = 8},
            .prompt = PromptTemplate::for_answer("{context}|{question}")};
    };
    const auto answer = [&](double budget, bool fails) {
        const auto ledger = std::make_shared<Ledger>(budget);
        const std::vector<LiveModel> models{metered("small", 1.0, ledger, false),
                                            metered("large", 40.0, ledger, fails)};
        AnsweringOptions options;
        options.verifiers = {judge_of(models)};
        options.ledger = ledger;
        const Judged router;
        const LiveAnswer said = Answerer(router, models, live::verifier(), options).answer(live::query("1"));
        CHECK(ledger->spent() == said.cost());
        return said;
    };
    // Two verdicts of the judge cost ten.
    const LiveAnswer accepted = answer(11.0, false);
    CHECK(accepted.text == "Oslo");
    CHECK_FALSE(accepted.degraded);
    CHECK(accepted.cost() == 11.0);
    const LiveAnswer refused = answer(10.5, false);
    CHECK(refused.degraded);
    CHECK(refused.failure->kind == FailureKind::budget);
    CHECK(refused.cost() == 1.0);
    const LiveAnswer failed = answer(100.0, true);
    CHECK(failed.degraded);
    CHECK(failed.text == "Oslo");
    CHECK(failed.models[0].further[0].verification_cost == 10.0);
    CHECK(failed.cost() == 11.0);
}

TEST_CASE("a recording asks further verifiers, and goes on without asking again", "[live]") {
    const files::Directory directory;
    const std::string path = directory.path("log.jsonl");
    std::atomic<int> asked{0};
    const auto counted = [&](const std::string& name, double price) {
        return live::model(name, [&asked, name, price](const GenerateRequest& request) {
            ++asked;
            return live::verifies(request)
                       ? live::saying(request, name == "large" ? "Verdict: incorrect" : "Verdict: correct",
                                      price / 8)
                       : live::saying(request, name == "large" ? "Rome" : "Oslo", price);
        });
    };
    const std::vector<LiveModel> models{counted("small", 1.0), counted("large", 50.0)};
    RecordLogOptions options;
    options.record.draws = 3;
    options.record.verifiers = {
        judge_of(models), length_check(), {.name = "odds", .verifier = [](const Query&, const std::string&) {
                                               return 0.75;
                                           }}};
    options.record.verifiers[0].draws = 2;
    std::vector<Query> queries{live::query("1"), live::query("2")};
    for (Query& query : queries) query.reference = "Oslo";
    const LogRecording done = record_log(queries, models, live::verifier(), path, options);
    CHECK(done.recorded == 2);
    CHECK(done.verdicts == 2 * (3 + 2 + 3));
    CHECK(asked == 2 * 4);
    CHECK_THAT(
        files::read(path),
        ContainsSubstring(
            R"("verifiers":{"judge":{"verdicts":[0,0],"draw_cost":6.25},"short":{"verdicts":[1,1,1],"draw_cost":0.0},"odds":{"confidence":0.75,"draw_cost":0.0}})"));
    const Dataset data = read_log(path).data;
    CHECK(data.verifier_names(0) == std::vector<std::string>{"judge", "odds", "short"});
    CHECK(data.verifier_names(1).empty());
    CHECK(data.recorded_draw_costs(0)(0) == 0.125);

    // Another query is added, and the journal of the first two is gone through without a call.
    queries.push_back(live::query("3"));
    queries.back().reference = "Rome";
    CHECK(record_log(queries, models, live::verifier(), path, options).recorded == 1);
    CHECK(asked == 3 * 4);
    CHECK(record_log(queries, models, live::verifier(), path, options).known == 3);
    CHECK(asked == 3 * 4);
    // The log can be written again from the journal alone.
    const std::string log = files::read(path);
    const std::string copy = directory.path("copy.jsonl");
    (void)directory.write("copy.jsonl.calls.jsonl", files::read(path + ".calls.jsonl"));
    CHECK(record_log(queries, models, live::verifier(), copy, options).recorded == 3);
    CHECK(asked == 3 * 4);
    CHECK(files::read(copy) == log);

    const auto refuse = [&](const std::string& message) {
        CHECK_THROWS_WITH(record_log(queries, models, live::verifier(), path, options),
                          ContainsSubstring(message));
        CHECK(asked == 3 * 4);
    };
    options.record.verifiers[0].draws = 4;
    refuse("log.jsonl:1: models[0].verifiers.judge.verdicts: expected 4, as are asked, found 2");
    options.record.verifiers.erase(options.record.verifiers.begin());
    refuse(
        "log.jsonl:1: models[0].verifiers: expected short, odds, which are asked, found judge, short, odds");
}

TEST_CASE("a model does not judge its own answers in a recording", "[live]") {
    std::vector<LiveModel> models{live::model_saying("small", "Oslo", 1.0),
                                  live::model_saying("middle", "Rome", 5.0),
                                  live::model_saying("large", "Rome", 50.0)};
    const std::vector<FurtherVerifier> verifiers{
        {.name = "judge", .verifier = live::verifier(), .judge = models[1].model}};
    Query query = live::query("1");
    query.reference = "Rome";
    const auto ended = record_query(query, models, live::verifier(), {.draws = 1, .verifiers = verifiers});
    const LogRecord& log = std::get<LogRecord>(ended);
    REQUIRE(log.record.models[0].verifiers.size() == 1);
    CHECK(log.record.models[0].verifiers[0].draw_cost == 0.625);
    CHECK(log.record.models[1].verifiers.empty());
    CHECK(log.record.models[1].verdicts.size() == 1);
    CHECK(log.record.models[2].verifiers.empty());
}

TEST_CASE("a policy that asks further verifiers is replayed from a log", "[live]") {
    const files::Directory directory;
    const std::string path = directory.write(
        "log.jsonl",
        R"({"id":"a","models":[{"name":"small","answer":"Oslo","score":1,"verdicts":[1,1],"cost":1,"draw_cost":0.25,)"
        R"("verifiers":{"judge":{"verdicts":[0,null,1],"draw_cost":6}}},{"name":"large","answer":"Rome","score":1,"cost":50}]})"
        "\n");
    const LogAnswers log = LogAnswers::read(path, {"small", "large"});
    const Judged router{.shapes = shapes_with({{"judge", VerificationKind::verdicts, 3}})};
    const LiveAnswer answer = log.answer("a", router, {}, Explainer{});
    CHECK(answer.text == "Rome");
    REQUIRE(answer.models[0].further.size() == 1);
    CHECK(answer.models[0].further[0].verifier == "judge");
    CHECK(answer.models[0].further[0].verdicts == std::vector{Verdict::negative, Verdict::unparsed});
    CHECK(answer.cost() == 1.0 + 2 * 6.0 + 50.0);
    CHECK(log.answer("a", Judged{.verifier = 0}, {}, Explainer{}).cost() == 1.5);
    CHECK_THROWS_WITH(
        log.answer("a", Judged{.shapes = shapes_with({{"tests", VerificationKind::verdicts, 1}})}, {},
                   Explainer{}),
        ContainsSubstring("the policy asks the verifier \"tests\", which the log does not have"));
}
