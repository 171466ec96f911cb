// SPDX-License-Identifier: Apache-2.0
#include <automix/core/error.hpp>
#include <automix/core/verdict.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/live_source.hpp>
#include "live/live.hpp"
#include "support/catch.hpp"

#include <automix/live/query.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/loop.hpp>
#include <automix/routing/source.hpp>
#include <automix/verify/agreement_verifier.hpp>
#include <automix/verify/prompt_template.hpp>
#include <automix/verify/self_verifier.hpp>
#include <automix/verify/verifier.hpp>

#include <map>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using live::saying;
using live::verifies;

namespace {

/// Gives rounds as a test has written them down.
struct WrittenVerifier {
    std::vector<Verdict> verdicts{};
    double cost = 0.0;

    template <model_adapter Model>
    [[nodiscard]] Verdicts verify(Model& /*model*/, const VerificationTask& /*task*/, DrawRange /*range*/,
                                  const std::stop_token& /*stop*/) const {
        return {.verdicts = verdicts, .cost = cost};
    }
};

/// The failure of a first answer.
LiveFailure failure_of(const LiveModel& model, const Query& query = live::query("1")) {
    const std::vector<LiveModel> models{model};
    const SelfVerifier verifier = live::verifier();
    LiveSource source(models, verifier, query);
    const Answered answered = source.answer(0);
    REQUIRE(source.failure());
    CHECK(answered.failure == source.failure()->message);
    CHECK_FALSE(source.shares()[0].answer);
    CHECK(answered.cost == source.shares()[0].answer_cost);
    return *source.failure();
}

}  // namespace

TEST_CASE("a live source asks models and draws verdicts on their answers", "[live]") {
    std::vector<std::string> prompts;
    std::vector<GenerateRequest> requests;
    std::vector<LiveModel> models;
    models.push_back(live::model("small", [&](const GenerateRequest& request) {
        requests.push_back(request);
        if (!verifies(request)) {
            GenerateReply reply = saying(request, " Oslo \n", 1.0);
            reply.usage = Usage{9, 2};
            return reply;
        }
        GenerateReply reply = saying(request, "?", 0.125);
        if (request.samples > 1) {
            reply.completions[0].text = "verdict: correct";
            reply.completions[1].text = "verdict: incorrect";
        }
        return reply;
    }));
    models.push_back(live::model_saying("large", "Rome", 50.0));
    const SelfVerifier verifier = live::verifier();
    const Query query = live::query("1");
    LiveSource source(models, verifier, query, {.all_draws = 4});

    const Answered small = source.answer(0);
    CHECK(small.failure.empty());
    CHECK(small.cost == 1.0);
    CHECK(small.samples == 0);
    REQUIRE(requests.size() == 1);
    CHECK(requests[0].messages == std::vector<Message>{{Role::user, "c 1|q 1"}});
    CHECK(requests[0].samples == 1);
    CHECK(requests[0].purpose == Purpose::answer);
    CHECK(source.shares()[0].answer == "Oslo");
    CHECK(source.shares()[0].usage == Usage{9, 2});

    const Drawn round = source.draw(0, 3);
    CHECK(round.failure.empty());
    CHECK(round.drawn == 3);
    CHECK(round.parsed == 2);
    CHECK(round.positive == 1);
    CHECK(round.cost == 0.375);
    CHECK(round.samples == 0);
    CHECK(requests[1].messages == std::vector<Message>{{Role::user, "c 1|q 1|Oslo"}});
    CHECK(requests[1].samples == 3);
    CHECK(requests[1].purpose == Purpose::verification);
    CHECK(source.draw(0, 1).parsed == 0);
    CHECK(source.draw(0, all_draws).drawn == 4);
    CHECK(requests[3].samples == 4);

    CHECK(source.answer(1).cost == 50.0);
    const ModelShare& share = source.shares()[0];
    CHECK(share.verdicts == std::vector{Verdict::positive, Verdict::negative, Verdict::unparsed,
                                        Verdict::unparsed, Verdict::positive, Verdict::negative,
                                        Verdict::unparsed, Verdict::unparsed});
    CHECK(share.replies.size() == 8);
    CHECK(share.answer_cost == 1.0);
    CHECK(share.verification_cost == 1.0);
    CHECK(source.shares()[1].answer_cost == 50.0);
    CHECK(source.shares()[1].verdicts.empty());
    CHECK(source.accepted_text(0, AcceptedAnswer::first) == "Oslo");
    CHECK(source.accepted_text(1, AcceptedAnswer::first) == "Rome");
    CHECK_THROWS_AS(source.accepted_text(0, AcceptedAnswer::plurality), ProtocolError);
    CHECK_FALSE(source.failure());
}

TEST_CASE("prompts of a data set are asked in place of the model's", "[live]") {
    std::string prompt;
    std::vector<LiveModel> models{live::model("m", [&](const GenerateRequest& request) {
        prompt = request.messages[0].text;
        return saying(request, "a", 1.0);
    })};
    models[0].prompts_by_dataset.emplace("special", PromptTemplate::for_answer("S {question}"));
    const SelfVerifier verifier = live::verifier();
    Query query = live::query("1");
    query.dataset = "special";
    (void)LiveSource(models, verifier, query).answer(0);
    CHECK(prompt == "S q 1");
    query.dataset = "other";
    (void)LiveSource(models, verifier, query).answer(0);
    CHECK(prompt == "c 1|q 1");
}

TEST_CASE("a verifier may be chosen by model and query", "[live]") {
    struct ByModel {
        WrittenVerifier small{{Verdict::positive}, 0.5};
        WrittenVerifier large{{Verdict::negative}, 2.0};
        const WrittenVerifier& operator()(Index model, const Query& query) const {
            return model == 0 && query.id == "1" ? small : large;
        }
    };
    const std::vector<LiveModel> models{live::model_saying("a", "1", 1.0), live::model_saying("b", "2", 2.0)};
    const ByModel choice;
    const Query one = live::query("1");
    LiveSource source(models, choice, one);
    (void)source.answer(0);
    CHECK(source.draw(0, 1).positive == 1);
    (void)source.answer(1);
    CHECK(source.draw(1, 1).positive == 0);
    CHECK(source.shares()[1].verification_cost == 2.0);
    const Query two = live::query("2");
    LiveSource other(models, choice, two);
    (void)other.answer(0);
    CHECK(other.draw(0, 1).cost == 2.0);
}

TEST_CASE("a context that is cut is reported, a prompt that is too long fails", "[live]") {
    std::string prompt;
    std::vector<LiveModel> models{live::model("m", [&](const GenerateRequest& request) {
        prompt = request.messages[0].text;
        return saying(request, "a", 1.0);
    })};
    models[0].limits.max_bytes = 10;
    Query query{.id = "1", .question = "12345", .context = "0123456789"};
    const SelfVerifier verifier({.prompt = PromptTemplate::for_verification("{context}|{question}|{answer}"),
                                 .sampling = {.max_tokens = 8},
                                 .limits = {.max_bytes = 9}});
    LiveSource source(models, verifier, query);
    CHECK(source.answer(0).failure.empty());
    CHECK(prompt == "0123|12345");
    CHECK(source.shares()[0].cut_bytes == 6);
    CHECK(source.draw(0, 2).failure.empty());
    CHECK(prompt == "0|12345|a");
    CHECK(source.shares()[0].cut_bytes == 9);

    query.question = "0123456789";
    const LiveFailure failure = failure_of(models[0], query);
    CHECK_FALSE(failure.kind);
    CHECK_THAT(failure.message, ContainsSubstring("prompt: expected at most 10 bytes, found 11"));
}

TEST_CASE("a call that fails is a value, with its kind and its cost", "[live]") {
    const LiveFailure typed = failure_of(live::failing_model(
        "m", "a", 1.0, Purpose::answer, {.kind = FailureKind::timeout, .maybe_billed = true, .cost = 0.75}));
    CHECK(typed.kind == FailureKind::timeout);
    CHECK(typed.message == "m: out of order");

    const LiveFailure plain = failure_of(live::model(
        "m", [](const GenerateRequest&) -> GenerateReply { throw std::runtime_error("no memory"); }));
    CHECK_FALSE(plain.kind);
    CHECK(plain.message == "no memory");
    CHECK(failure_of(live::model("m", [](const GenerateRequest&) -> GenerateReply {
              throw std::runtime_error("");
          })).message == "failed without a reason");
    CHECK(failure_of(live::model("m", [](const GenerateRequest&) -> GenerateReply { throw 42; })).message ==
          "an exception of an unknown type");
    CHECK(failure_of(live::model("m", [](const GenerateRequest&) { return GenerateReply{}; })).kind ==
          FailureKind::bad_reply);
}

TEST_CASE("costs of what fails are kept beside what was paid before", "[live]") {
    const std::vector<LiveModel> models{live::failing_model("m", "a", 1.0, Purpose::verification,
                                                            {.kind = FailureKind::server, .cost = 0.25})};
    const SelfVerifier verifier = live::verifier();
    const Query query = live::query("1");
    LiveSource source(models, verifier, query);
    CHECK(source.answer(0).failure.empty());
    const Drawn drawn = source.draw(0, 4);
    CHECK(drawn.failure == "m: out of order");
    CHECK(drawn.drawn == 0);
    CHECK(drawn.cost == 0.25);
    CHECK(source.failure()->kind == FailureKind::server);
    CHECK(source.shares()[0].answer_cost == 1.0);
    CHECK(source.shares()[0].verification_cost == 0.25);
    CHECK(source.shares()[0].verdicts.empty());
}

TEST_CASE("a verifier that miscounts is a failure that was paid for", "[live]") {
    const std::vector<LiveModel> models{live::model_saying("m", "a", 1.0)};
    const Query query = live::query("1");
    for (const std::size_t count : {0U, 1U, 3U}) {
        const WrittenVerifier verifier{std::vector(count, Verdict::positive), 0.5};
        LiveSource source(models, verifier, query);
        (void)source.answer(0);
        const Drawn drawn = source.draw(0, 2);
        CHECK(drawn.failure == "m: asked the verifier for 2 verdicts, got " + std::to_string(count));
        CHECK(drawn.drawn == 0);
        CHECK(drawn.cost == 0.5);
        CHECK(source.failure()->kind == FailureKind::bad_reply);
        CHECK(source.shares()[0].verdicts.empty());
        CHECK(source.shares()[0].verification_cost == 0.5);
    }
}

TEST_CASE("after a stop nothing is asked", "[live]") {
    int asked = 0;
    const std::vector<LiveModel> models{live::model("m", [&](const GenerateRequest& request) {
        ++asked;
        return saying(request, "a", 1.0);
    })};
    const SelfVerifier verifier = live::verifier();
    const Query query = live::query("1");
    std::stop_source stop;
    LiveSource source(models, verifier, query, {.stop = stop.get_token()});
    (void)source.answer(0);
    stop.request_stop();
    CHECK_FALSE(source.draw(0, 1).failure.empty());
    CHECK(source.failure()->kind == FailureKind::cancelled);
    CHECK(asked == 1);
}

TEST_CASE("where samples are compared the answer is one of them", "[live]") {
    const std::map<std::string, int> expected = {{"Oslo", 1}, {"Bonn", 0}};
    for (const auto& [answer, cluster] : expected) {
        const std::vector<LiveModel> models{
            live::model("m", [&, said = answer](const GenerateRequest& request) {
                if (!verifies(request)) return saying(request, said, 1.0);
                GenerateReply reply = saying(request, "Rome", 0.5);
                reply.completions[0].text = "oslo.";
                return reply;
            })};
        const AgreementVerifier verifier({.prompt = PromptTemplate::for_answer("{context}|{question}"),
                                          .sampling = {.temperature = 0.7, .max_tokens = 8}});
        const Query query = live::query("1");
        LiveSource source(models, verifier, query);
        const Answered answered = source.answer(0);
        CHECK(answered.samples == 1);
        CHECK(answered.largest_cluster == 1);
        const Drawn first = source.draw(0, 2);
        CHECK(first.samples == 3);
        CHECK(first.positive == cluster);
        CHECK(first.largest_cluster == (cluster == 1 ? 2 : 1));
        // The next round brings oslo and Rome again.
        const Drawn next = source.draw(0, 3);
        CHECK(next.samples == 6);
        CHECK(next.largest_cluster == 3);
        CHECK(source.accepted_text(0, AcceptedAnswer::first) == answer);
        CHECK(source.accepted_text(0, AcceptedAnswer::plurality) == (cluster == 1 ? "Oslo" : "Rome"));
    }
}
