// SPDX-License-Identifier: Apache-2.0
#include <automix/core/verdict.hpp>
#include <automix/live/answering.hpp>
#include "live/live.hpp"
#include "routing/reading_log.hpp"
#include "support/catch.hpp"

#include <automix/data/dataset.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/data/record.hpp>
#include <automix/data/verification.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/query.hpp>
#include <automix/model/any_model.hpp>
#include <automix/model/callable_model.hpp>
#include <automix/model/ledger.hpp>
#include <automix/model/metered_model.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/training.hpp>
#include <automix/verify/verifier.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <limits>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using live::model_saying;
using live::query;
using live::saying;
using live::verifies;

namespace {

/// Asks the small model, draws verdicts in two rounds, and routes unless all are positive.
struct Careful {
    int draws = 2;
    [[nodiscard]] Action next(const Evidence& evidence) const {
        if (!evidence.started()) return Action::route(0);
        if (evidence.current == evidence.last_model()) return Action::accept();
        const ModelEvidence& known = evidence.current_model();
        if (known.drawn < 2 * draws) return Action::verify(draws);
        return known.positive == known.drawn ? Action::accept() : Action::route(evidence.last_model());
    }
};

std::vector<LiveModel> two_models(const std::string& verdict = "Verdict: correct") {
    return {model_saying("small", "Oslo", 1.0, verdict), model_saying("large", "Rome", 50.0)};
}

LiveAnswer answer(std::vector<LiveModel> models, const Query& asked = query("1"),
                  const AnsweringOptions& options = {}) {
    const Careful router;
    return Answerer(router, std::move(models), live::verifier(), options).answer(asked);
}

void check_failed(const LiveAnswer& answer, const std::string& message) {
    CHECK(answer.failed());
    CHECK(answer.text.empty());
    CHECK(answer.model == -1);
    CHECK_FALSE(answer.degraded);
    CHECK_FALSE(answer.explanation);
    REQUIRE(answer.failure);
    CHECK_THAT(answer.failure->message, ContainsSubstring(message));
}

}  // namespace

TEST_CASE("an answer says whose it is, what was drawn and what was paid", "[live]") {
    const LiveAnswer accepted = answer(two_models());
    CHECK(accepted.id == "1");
    CHECK(accepted.text == "Oslo");
    CHECK(accepted.model == 0);
    CHECK_FALSE(accepted.failed());
    CHECK_FALSE(accepted.degraded);
    CHECK_FALSE(accepted.failure);
    CHECK(accepted.rounds == 2);
    CHECK(accepted.answer_cost() == 1.0);
    CHECK(accepted.verification_cost() == 0.5);
    CHECK(accepted.cost() == 1.5);
    REQUIRE(accepted.models.size() == 2);
    CHECK(accepted.models[0].verdicts == std::vector(4, Verdict::positive));
    CHECK_FALSE(accepted.models[1].answer);
    CHECK_FALSE(accepted.explanation);

    const LiveAnswer routed = answer(two_models("Verdict: incorrect"));
    CHECK(routed.text == "Rome");
    CHECK(routed.model == 1);
    CHECK(routed.models[0].answer == "Oslo");
    CHECK(routed.models[0].verdicts == std::vector(4, Verdict::negative));
    CHECK(routed.cost() == 1.0 + 0.5 + 50.0);
}

TEST_CASE("latency is that of the calls", "[live]") {
    const auto slow = live::model("small", [](const GenerateRequest& request) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        return saying(request, verifies(request) ? "Verdict: correct" : "a", 1.0);
    });
    CHECK(answer({slow, model_saying("large", "b", 1.0)}).latency >= std::chrono::milliseconds(60));
}

TEST_CASE("where a model fails to answer the next one is asked, or the query fails", "[live]") {
    const auto failing = [](const char* name, FailureKind kind) {
        return live::failing_model(name, "a", 1.0, Purpose::answer,
                                   {.kind = kind, .maybe_billed = true, .cost = 0.5});
    };
    const LiveModel large = model_saying("large", "b", 50.0);
    const std::vector<LiveModel> models{failing("small", FailureKind::token_limit), large};
    const LiveAnswer asked = answer(models);
    CHECK(asked.text == "b");
    CHECK(asked.model == 1);
    CHECK(asked.degraded);
    CHECK(asked.failure->kind == FailureKind::token_limit);
    CHECK(asked.failure->message == "small: out of order");
    CHECK(asked.cost() == 50.5);
    const LiveAnswer failed = answer(models, query("1"), {.on_failure = OnFailure::fail});
    check_failed(failed, "small: out of order");
    CHECK(failed.failure->kind == FailureKind::token_limit);
    CHECK(failed.cost() == 0.5);
    CHECK(failed.models.size() == 2);
    CHECK(failed.id == "1");

    // Another model cannot help if the budget or the caller is the cause. It may have an account of its own.
    for (const FailureKind kind :
         {FailureKind::budget, FailureKind::cancelled, FailureKind::missing_recording})
        check_failed(answer({failing("small", kind), large}), "small: out of order");
    for (const FailureKind kind : {FailureKind::quota, FailureKind::authentication})
        CHECK(answer({failing("small", kind), large}).text == "b");

    // What nobody sees is no answer.
    for (const char* blank : {"\xC2\xA0", "\xE2\x80\x8B", " \xEF\xBB\xBF\n"}) {
        const LiveAnswer seen = answer({model_saying("small", blank, 1.0), large});
        CHECK(seen.text == "b");
        CHECK(seen.failure->kind == FailureKind::no_answer);
    }

    // The small model answers, the next one fails, and the largest is asked in its place.
    struct Stepwise {
        [[nodiscard]] Action next(const Evidence& evidence) const {
            if (!evidence.started()) return Action::route(0);
            return evidence.current < 1 ? Action::route(1) : Action::accept();
        }
    };
    const Stepwise router;
    const auto step = [&](const LiveModel& middle, const LiveModel& last) {
        return Answerer(router, {model_saying("small", "a", 1.0), middle, last}, live::verifier())
            .answer(query("1"));
    };
    const LiveAnswer passed = step(failing("middle", FailureKind::content_filter), large);
    CHECK(passed.text == "b");
    CHECK(passed.model == 2);
    CHECK(passed.degraded);
    CHECK(passed.cost() == 51.5);
    const LiveAnswer kept =
        step(failing("middle", FailureKind::server), failing("last", FailureKind::timeout));
    CHECK(kept.text == "a");
    CHECK(kept.model == 0);
    CHECK(kept.degraded);
    CHECK(kept.failure->message == "middle: out of order; last: out of order");
    CHECK(kept.cost() == 2.0);
    check_failed(answer({failing("small", FailureKind::server), failing("last", FailureKind::timeout)}),
                 "small: out of order; last: out of order");
}

TEST_CASE("a blank answer is a failure, and a cut one is marked", "[live]") {
    const auto saying_with = [](const std::string& text, FinishReason finish) {
        return live::model("small", [=](const GenerateRequest& request) {
            GenerateReply reply = saying(request, verifies(request) ? "Verdict: correct" : text, 1.0);
            reply.completions[0].finish = finish;
            return reply;
        });
    };
    const LiveModel large = model_saying("large", "b", 50.0);
    const auto kind_of = [&](const std::string& text, FinishReason finish) {
        const LiveAnswer answered = answer({saying_with(text, finish), large});
        CHECK(answered.text == "b");
        CHECK(answered.finish == FinishReason::stop);
        CHECK_FALSE(answered.models[0].answer);
        CHECK(answered.cost() == 51.0);
        return answered.failure.value_or(LiveFailure{}).kind;
    };
    CHECK(kind_of("", FinishReason::stop) == FailureKind::no_answer);
    CHECK(kind_of(" \n", FinishReason::other) == FailureKind::no_answer);
    CHECK(kind_of("", FinishReason::length) == FailureKind::token_limit);
    CHECK(kind_of("", FinishReason::content_filter) == FailureKind::content_filter);
    const LiveAnswer cut = answer({saying_with("Os", FinishReason::length), large});
    CHECK(cut.text == "Os");
    CHECK(cut.finish == FinishReason::length);
    CHECK(cut.models[0].finish == FinishReason::length);
    CHECK(cut.models[0].cut_replies == 2);  // the first of each round
    CHECK_FALSE(cut.degraded);
}

TEST_CASE("what a verifier costs by itself is charged to the ledger, and ends with its budget", "[live]") {
    /// Asks the model once a round, at 0.125, and costs 2 a round by itself.
    struct Paid {
        [[nodiscard]] Verdicts verify(AnyModel& model, const VerificationTask& task, DrawRange range,
                                      const std::stop_token& stop) const {
            const GenerateReply reply = model.generate({.messages = {{.text = task.answer}},
                                                        .sampling = {.max_tokens = 8},
                                                        .purpose = Purpose::verification},
                                                       stop);
            return {.verdicts = std::vector(static_cast<std::size_t>(range.count), Verdict::positive),
                    .cost = reply.cost + 2.0};
        }
    };
    const Careful router;
    const auto answer_within = [&](const std::shared_ptr<Ledger>& ledger) {
        const auto metered = [&](const std::string& name, double price) {
            return LiveModel{.model = MeteredModel(CallableModel(name,
                                                                 [](const GenerateRequest& request) {
                                                                     return saying(request, "a", 0.0);
                                                                 }),
                                                   {.call = price, .verification = price / 8}, ledger),
                             .sampling = {.max_tokens = 8}};
        };
        return Answerer(router, {metered("small", 1.0), metered("large", 50.0)}, Paid{}, {.ledger = ledger})
            .answer(query("1"));
    };
    const auto ample = std::make_shared<Ledger>(100.0);
    const LiveAnswer whole = answer_within(ample);
    CHECK_FALSE(whole.failure);
    CHECK(whole.cost() == 1.0 + 2 * 2.125);
    CHECK(ample->spent() == 5.25);
    CHECK(ample->spending().at("small").verification == 4.25);

    const auto scarce = std::make_shared<Ledger>(3.0);
    const LiveAnswer stopped = answer_within(scarce);
    CHECK(stopped.text == "a");
    CHECK(stopped.degraded);
    CHECK(stopped.failure->kind == FailureKind::budget);
    CHECK(stopped.failure->message == "small: not verified: nothing remains of the budget of 3");
    CHECK(scarce->spent() == 3.125);
    CHECK(stopped.cost() == 3.125);
    check_failed(answer_within(scarce), "refused before the call");
    CHECK(scarce->spent() == 3.125);
}

TEST_CASE("where a larger model fails the answer so far stands, or the query fails", "[live]") {
    const std::vector<LiveModel> models{model_saying("small", "Oslo", 1.0, "Verdict: incorrect"),
                                        live::failing_model("large", "b", 50.0, Purpose::answer,
                                                            {.kind = FailureKind::timeout, .cost = 10.0})};
    const LiveAnswer kept = answer(models);
    CHECK(kept.text == "Oslo");
    CHECK(kept.model == 0);
    CHECK(kept.degraded);
    CHECK(kept.failure->kind == FailureKind::timeout);
    CHECK(kept.failure->message == "large: out of order");
    CHECK(kept.cost() == 1.0 + 0.5 + 10.0);
    const LiveAnswer failed = answer(models, query("1"), {.on_failure = OnFailure::fail});
    check_failed(failed, "large: out of order");
    CHECK(failed.failure->kind == FailureKind::timeout);
    CHECK(failed.cost() == 11.5);
    CHECK(failed.models[0].answer == "Oslo");
    CHECK(failed.models[0].verdicts.size() == 4);
}

TEST_CASE("where a verification fails what was drawn before is kept", "[live]") {
    int round = 0;
    const auto small = live::model("small", [&](const GenerateRequest& request) {
        if (verifies(request) && ++round == 2)
            throw ModelError("small", {.kind = FailureKind::rate_limited, .cost = 0.125}, "slow down");
        return saying(request, verifies(request) ? "Verdict: correct" : "Oslo",
                      verifies(request) ? 0.25 : 1.0);
    });
    const std::vector<LiveModel> models{small, model_saying("large", "Rome", 50.0)};
    const LiveAnswer kept = answer(models);
    CHECK(kept.text == "Oslo");
    CHECK(kept.degraded);
    CHECK(kept.failure->kind == FailureKind::rate_limited);
    CHECK(kept.models[0].verdicts == std::vector(2, Verdict::positive));
    CHECK(kept.rounds == 2);
    CHECK(kept.verification_cost() == 0.5 + 0.125);
    round = 0;
    check_failed(answer(models, query("1"), {.on_failure = OnFailure::fail}), "slow down");
}

TEST_CASE("what models throw that is no error of the library is a failure", "[live]") {
    const auto throwing = [](auto thrown) {
        return answer({live::model("small", [=](const GenerateRequest&) -> GenerateReply { throw thrown; }),
                       model_saying("large", "b", 1.0)});
    };
    check_failed(throwing(std::runtime_error("segment lost")), "segment lost");
    CHECK_FALSE(throwing(std::runtime_error("x")).failure->kind);
    check_failed(throwing(std::bad_alloc()), "bad_alloc");
    check_failed(throwing(7), "an exception of an unknown type");
    check_failed(throwing("text"), "an exception of an unknown type");
}

TEST_CASE("a router that breaks the rules or throws fails the query", "[live]") {
    struct Wrong {
        Action first{};
        [[nodiscard]] Action next(const Evidence& evidence) const {
            if (first.kind == ActionKind::verify && first.draws == 77) throw 77;
            return evidence.started() ? Action::route(0) : first;
        }
    };
    const auto fail = [](const Action& first) {
        const Wrong router{first};
        return Answerer(router, two_models(), live::verifier()).answer(query("1"));
    };
    check_failed(fail(Action::accept()), "accept before any model has answered");
    const LiveAnswer paid = fail(Action::route(1));
    check_failed(paid, "route from model 1 to model 0");
    CHECK(paid.cost() == 50.0);
    CHECK(paid.models[1].answer == "Rome");
    check_failed(fail(Action::verify(77)), "an exception of an unknown type");
}

TEST_CASE("a router that accepts pluralities needs a verifier that compares samples", "[live]") {
    struct Plural {
        [[nodiscard]] Action next(const Evidence& evidence) const {
            return evidence.started() ? Action::accept(AcceptedAnswer::plurality) : Action::route(0);
        }
    };
    const Plural router;
    const LiveAnswer failed = Answerer(router, two_models(), live::verifier()).answer(query("1"));
    check_failed(failed, "the verifier compares no samples");
    CHECK(failed.cost() == 1.0);
}

TEST_CASE("verdicts that cannot be are a failure", "[live]") {
    struct Impossible {
        Verdicts round{};
        [[nodiscard]] Verdicts verify(AnyModel& /*model*/, const VerificationTask& /*task*/,
                                      DrawRange /*range*/, const std::stop_token& /*stop*/) const {
            return round;
        }
    };
    const Careful router;
    const auto answer_with = [&](const Verdicts& round) {
        return Answerer(router, two_models(), Impossible{round}).answer(query("1"));
    };
    const LiveAnswer miscounted = answer_with({.verdicts = {Verdict::positive}, .cost = 0.25});
    CHECK(miscounted.degraded);
    CHECK(miscounted.failure->kind == FailureKind::bad_reply);
    CHECK(miscounted.cost() == 1.25);
    const std::vector<Verdict> both(2, Verdict::positive);
    check_failed(answer_with({.verdicts = both, .cost = -1.0}), "source: expected a finite cost");
    check_failed(answer_with({.verdicts = both, .samples = 2, .largest_cluster = 3}),
                 "the largest cluster holds 3");
}

TEST_CASE("a budget refuses what it might not pay", "[live]") {
    const auto ledger = std::make_shared<Ledger>(20.0);
    const auto metered = [&](const std::string& name, double price) {
        return LiveModel{.model = MeteredModel(CallableModel(name,
                                                             [](const GenerateRequest& request) {
                                                                 return saying(request, "Verdict: incorrect",
                                                                               0.0);
                                                             }),
                                               {.call = price, .verification = price / 8}, ledger),
                         .sampling = {.max_tokens = 8}};
    };
    const LiveAnswer kept = answer({metered("small", 8.0), metered("large", 50.0)});
    CHECK(kept.degraded);
    CHECK(kept.failure->kind == FailureKind::budget);
    CHECK_THAT(kept.failure->message, ContainsSubstring("large: refused before the call"));
    CHECK(kept.cost() == 12.0);
    CHECK(ledger->spent() == 12.0);
    const LiveAnswer verified = answer({metered("small", 7.5), metered("large", 50.0)});
    CHECK(verified.failure->kind == FailureKind::budget);
    CHECK(verified.cost() == 7.5);
    check_failed(answer({metered("small", 8.0), metered("large", 50.0)}), "small: refused before the call");
}

TEST_CASE("a prompt that is too long fails its query before any call", "[live]") {
    std::vector<LiveModel> models = two_models();
    models[0].limits.max_bytes = 3;
    const LiveAnswer failed = answer(models);
    check_failed(failed, "expected at most 3 bytes, found 4 without the context");
    CHECK(failed.cost() == 0.0);
}

TEST_CASE("a query is cancelled before it begins or in its middle", "[live]") {
    const Careful router;
    std::stop_source stop;
    const auto small = live::model("small", [&](const GenerateRequest& request) {
        if (verifies(request)) stop.request_stop();
        return saying(request, verifies(request) ? "Verdict: correct" : "Oslo", 1.0);
    });
    const std::vector<LiveModel> models{small, model_saying("large", "Rome", 50.0)};
    const LiveAnswer middle = Answerer(router, models, live::verifier()).answer(query("1"), stop.get_token());
    CHECK(middle.degraded);
    CHECK(middle.failure->kind == FailureKind::cancelled);
    CHECK(middle.models[0].verdicts.size() == 2);
    CHECK(middle.cost() == 1.0 + 2.0);
    const LiveAnswer before = Answerer(router, models, live::verifier()).answer(query("1"), stop.get_token());
    check_failed(before, "cancelled before the call");
    CHECK(before.cost() == 0.0);
}

TEST_CASE("all draws are as many as the options say", "[live]") {
    struct Thorough {
        [[nodiscard]] Action next(const Evidence& evidence) const {
            if (!evidence.started()) return Action::route(0);
            return evidence.current_model().verified() ? Action::accept() : Action::verify(all_draws);
        }
    };
    const Thorough router;
    for (const int draws : {1, 8, 16}) {
        const LiveAnswer answered =
            Answerer(router, two_models(), live::verifier(), {.all_draws = draws}).answer(query("1"));
        CHECK(answered.models[0].verdicts.size() == static_cast<std::size_t>(draws));
    }
}

TEST_CASE("an answerer is not made of what cannot answer", "[live]") {
    const Careful router;
    const auto make = [&](std::vector<LiveModel> models, const AnsweringOptions& options = {}) {
        return Answerer(router, std::move(models), live::verifier(), options).models().size();
    };
    CHECK(make(two_models()) == 2);
    CHECK_THROWS_WITH(make({}), "models: expected at least one, found none");
    CHECK_THROWS_WITH(make(two_models(), {.all_draws = 0}), "all_draws: expected at least 1, found 0");
    std::vector<LiveModel> models = two_models();
    models[1].sampling.max_tokens = 0;
    CHECK_THROWS_WITH(make(models), "large: max_tokens: expected at least 1, found 0");
    const std::vector<Query> queries{query("1")};
    CHECK_THROWS_WITH(
        Answerer(router, two_models(), live::verifier(), {.concurrency = 0}).answer_all(queries),
        "concurrency: expected at least 1, found 0");
    CHECK(Answerer(router, two_models(), live::verifier()).answer_all({}).empty());
}

namespace {

/// A router that knows its models, as a trained policy does.
struct Bound : Careful {
    std::vector<ModelShape> known{};
    [[nodiscard]] std::vector<ModelShape> models() const { return known; }
};

/// Gives the same probability for every answer.
struct Probable {
    static constexpr bool gives_confidence = true;
    template <model_adapter Model>
    Verdicts verify(Model&, const VerificationTask&, DrawRange, const std::stop_token&) const {
        return {.cost = 0.5, .confidence = 0.75};
    }
};

/// Routes answers below 0.8; shows what it went by.
struct ByConfidence {
    [[nodiscard]] Action next(const Evidence& evidence) const {
        if (!evidence.started()) return Action::route(0);
        if (evidence.current == evidence.last_model()) return Action::accept();
        if (!evidence.current_model().verified()) return Action::verify(1);
        return evidence.current_model().logged_confidence.value() < 0.8 ? Action::route(1) : Action::accept();
    }
    [[nodiscard]] std::vector<ModelShape> models() const {
        return {{"small", VerificationKind::confidence, 1}, {"large", VerificationKind::none, 0}};
    }
};

}  // namespace

TEST_CASE("models are those that a router was trained on, by name and number", "[live]") {
    Bound router;
    router.known = {{"small", VerificationKind::verdicts, 4}, {"large", VerificationKind::none, 0}};
    const auto make = [&](std::vector<LiveModel> models) {
        return Answerer(router, std::move(models), live::verifier()).models().size();
    };
    CHECK(make(two_models()) == 2);
    std::vector<LiveModel> turned = two_models();
    std::swap(turned[0], turned[1]);
    CHECK_THROWS_WITH(make(turned),
                      "trained on the models small, large, but asked to answer with large, small");
    CHECK_THROWS_WITH(make({two_models()[0]}),
                      "trained on the models small, large, but asked to answer with small");
    router.known.clear();
    CHECK(make(turned) == 2);
}

TEST_CASE("a policy of confidences needs a verifier that gives one, and goes by it", "[live]") {
    const ByConfidence router;
    CHECK_THROWS_WITH(
        Answerer(router, two_models(), live::verifier()),
        ContainsSubstring("trained on confidences of small, but the verifier gives verdicts alone"));
    const LiveAnswer answer = Answerer(router, two_models(), Probable{}).answer(query("1"));
    CHECK(answer.text == "Rome");
    CHECK(answer.models[0].confidence == 0.75);
    CHECK(answer.models[0].verdicts.empty());
    CHECK(answer.models[0].verification_cost == 0.5);
}

namespace {

std::vector<LiveAnswer> answer_all(const std::vector<Query>& queries, std::vector<LiveModel> models,
                                   const AnsweringOptions& options) {
    const Careful router;
    return Answerer(router, std::move(models), live::verifier(), options).answer_all(queries);
}

std::vector<Query> queries_from_0(int count) {
    std::vector<Query> queries;
    for (int i = 0; i < count; ++i) queries.push_back(query(std::to_string(i)));
    return queries;
}

/// Models of which the small one repeats the question, but fails for every query whose number ends in 7.
std::vector<LiveModel> repeating_models() {
    const auto repeat = [](const GenerateRequest& request) {
        const std::string& prompt = request.messages[0].text;
        const std::string question = prompt.substr(prompt.find('|') + 1);
        if (question.back() == '7') throw ModelError("small", {.kind = FailureKind::server}, "seven");
        return saying(request, verifies(request) ? "Verdict: correct" : question, 1.0);
    };
    return {live::model("small", repeat), model_saying("large", "Rome", 50.0)};
}

}  // namespace

TEST_CASE("many queries are answered in their order, and one that fails stops none", "[threads]") {
    const std::vector<Query> queries = queries_from_0(100);
    for (const std::size_t concurrency : {1U, 2U, 3U, 8U, 16U}) {
        std::vector<int> called(queries.size(), 0);
        std::size_t calls = 0;
        const auto answers = answer_all(queries, repeating_models(),
                                        {.on_failure = OnFailure::fail,
                                         .concurrency = concurrency,
                                         .on_answer = [&](std::size_t i, const LiveAnswer& one) {
                                             ++called[i];
                                             ++calls;
                                             CHECK(one.id == std::to_string(i));
                                         }});
        CHECK(called == std::vector<int>(queries.size(), 1));
        CHECK(calls == queries.size());
        REQUIRE(answers.size() == queries.size());
        for (std::size_t i = 0; i < answers.size(); ++i) {
            CHECK(answers[i].id == std::to_string(i));
            if (i % 10 == 7) {
                check_failed(answers[i], "seven");
            } else {
                CHECK(answers[i].text == "q " + std::to_string(i));
                CHECK(answers[i].cost() == 5.0);
            }
        }
    }
}

TEST_CASE("after a stop the queries that are left fail as cancelled, each told once", "[threads]") {
    const std::vector<Query> queries = queries_from_0(200);
    for (const std::size_t concurrency : {1U, 4U}) {
        std::stop_source stop;
        std::atomic<int> asked{0};
        const auto small = live::model("small", [&](const GenerateRequest& request) {
            if (++asked == 30) stop.request_stop();
            return saying(request, verifies(request) ? "Verdict: correct" : "a", 1.0);
        });
        std::vector<int> called(queries.size(), 0);
        const auto answers =
            answer_all(queries, {small, model_saying("large", "b", 1.0)},
                       {.concurrency = concurrency,
                        .stop = stop.get_token(),
                        .on_answer = [&](std::size_t i, const LiveAnswer&) { ++called[i]; }});
        CHECK(called == std::vector<int>(queries.size(), 1));
        std::size_t whole = 0;
        std::size_t cancelled = 0;
        for (std::size_t i = 0; i < answers.size(); ++i) {
            CHECK(answers[i].id == std::to_string(i));
            CHECK(answers[i].models.size() == 2);
            whole += answers[i].failure ? 0 : 1;
            if (answers[i].failure) {
                CHECK(answers[i].failure->kind == FailureKind::cancelled);
                ++cancelled;
            }
        }
        CHECK(whole >= 30 / 3 - concurrency);
        CHECK(whole + cancelled == queries.size());
        if (concurrency == 1) {
            CHECK(whole == 10);
            CHECK(asked == 30);
        }
    }
}

TEST_CASE("what the callback throws ends the work and is thrown on", "[threads]") {
    const std::vector<Query> queries = queries_from_0(1000);
    for (const std::size_t concurrency : {1U, 8U}) {
        std::size_t calls = 0;
        const AnsweringOptions options{.concurrency = concurrency,
                                       .on_answer = [&](std::size_t, const LiveAnswer&) {
                                           if (++calls >= 5) throw std::runtime_error("disk full");
                                       }};
        CHECK_THROWS_WITH(answer_all(queries, repeating_models(), options), "disk full");
        CHECK(calls >= 5);
        CHECK(calls <= 5 + concurrency);
    }
}

TEST_CASE("a router that reads the query answers by its facts, and warns of a question that is not there",
          "[live]") {
    const PomdpRouter router = reading_log::text_router(reading_log::rows(160));
    const auto answerer = Answerer(router, two_models(), live::verifier(), {});
    const LiveAnswer sum = answerer.answer({.id = "1", .question = reading_log::question(0)});
    CHECK(sum.model == 0);
    CHECK_FALSE(sum.models[1].answer);
    REQUIRE(sum.explanation);
    REQUIRE(sum.explanation->told.size() == 2);
    CHECK(sum.explanation->told[0].score.score > 0.6);
    const LiveAnswer proof = answerer.answer({.id = "1", .question = reading_log::question(1)});
    CHECK(proof.model == 1);
    CHECK_FALSE(proof.models[0].answer);
    CHECK(proof.explanation->told[0].score.score < 0.4);
    CHECK(proof.warning.empty());
    const LiveAnswer blank = answerer.answer({.id = "1"});
    CHECK_FALSE(blank.failed());
    CHECK(blank.warning ==
          "the policy reads text, but the query has no question: it is read as one without words");
    CHECK(blank.explanation->told[0].score.strongest.empty());
}

TEST_CASE("a prior is put in the order of the models for a router that reads it, and else ignored",
          "[live]") {
    Dataset data({"small", "large"});
    for (int i = 0; i < 120; ++i) {
        Record row;
        row.id = "q" + std::to_string(i);
        row.models.resize(2);
        row.models[0].score = i % 2 == 0 ? 1.0 : 0.0;
        row.models[1].score = 1.0;
        const std::vector<double> prior = {i % 2 == 0 ? 0.9 : 0.1, 0.8};
        QueryFacts facts;
        facts.prior = prior;
        data.append(row, {}, facts);
    }
    const PriceTable prices = resolve_prices(data);
    PomdpOptions options;
    options.context = {false, {.prior = true}};
    PomdpRouter router(options);
    REQUIRE(router.train(TrainingData{data, prices}).feasible);
    const auto answerer = Answerer(router, two_models(), live::verifier(), {});
    Query asked = query("1");
    asked.prior = {0.8, 0.9};
    asked.prior_models = {"large", "small"};
    CHECK(answerer.answer(asked).model == 0);
    asked.prior = {0.8, 0.1};
    CHECK(answerer.answer(asked).model == 1);
    asked.prior_models = {"huge", "small"};
    check_failed(answerer.answer(asked), "has no number for \"large\"");
    CHECK(answer(two_models(), asked).model == 0);
}
