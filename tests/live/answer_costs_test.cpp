// SPDX-License-Identifier: Apache-2.0
#include <automix/live/answering.hpp>
#include "live/live.hpp"
#include "support/catch.hpp"

#include <automix/core/random.hpp>
#include <automix/core/verdict.hpp>
#include <automix/live/call_journal.hpp>
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
#include <automix/model/retry.hpp>
#include <automix/model/splitting_model.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/verify/verifier.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

using namespace automix;

namespace {

/// Draws five verdicts on each answer and then asks the next model, as long as there is one.
struct Thorough {
    [[nodiscard]] Action next(const Evidence& evidence) const {
        if (!evidence.started()) return Action::route(0);
        if (evidence.current == evidence.last_model()) return Action::accept();
        return evidence.current_model().drawn < 5 ? Action::verify(5) : Action::route(evidence.current + 1);
    }
};

/// Random numbers for many threads.
struct Faults {
    std::atomic<std::uint64_t> count = 0;

    [[nodiscard]] Random next() { return Random(count++); }
};

/// A backend with the faults of models and of their owners' code.
AnyModel faulty_model(const std::string& name, const std::shared_ptr<Faults>& faults) {
    return CallableModel(name, [=](const GenerateRequest& request) {
        Random random = faults->next();
        if (random.bernoulli(0.05)) throw std::runtime_error("a bug");
        if (random.bernoulli(0.02)) throw 7;
        if (random.bernoulli(0.2)) {
            constexpr std::array kinds = {FailureKind::connection, FailureKind::content_filter,
                                          FailureKind::no_answer, FailureKind::bad_request};
            Failure failure{.kind = kinds[random.index(kinds.size())], .maybe_billed = random.bernoulli(0.5)};
            if (random.bernoulli(0.5))
                failure.usage = Usage{static_cast<std::int64_t>(random.index(90)) + 1, 3};
            throw ModelError(name, failure, "a fault");
        }
        GenerateReply reply = live::saying(request, "Verdict: correct", 0.0);
        if (random.bernoulli(0.05)) reply.completions.pop_back();
        if (random.bernoulli(0.05)) reply.completions.resize(reply.completions.size() + 1);
        if (random.bernoulli(0.05) && !reply.completions.empty()) reply.completions.front().text.clear();
        if (random.bernoulli(0.8)) reply.usage = Usage{static_cast<std::int64_t>(random.index(900)) + 1, 17};
        return reply;
    });
}

/// A verifier with costs and faults of its own.
struct FaultyVerifier {
    std::shared_ptr<Faults> faults;

    Verdicts verify(AnyModel& model, const VerificationTask& task, DrawRange range,
                    const std::stop_token& stop) const {
        Verdicts round = live::verifier().verify(model, task, range, stop);
        Random random = faults->next();
        if (random.bernoulli(0.1)) throw std::runtime_error("a bug of the verifier");
        if (random.bernoulli(0.1))
            throw ModelError("verifier", {.kind = FailureKind::server, .cost = 3e-7}, "a fault");
        if (random.bernoulli(0.05)) round.verdicts.pop_back();
        if (random.bernoulli(0.05)) round.cost = std::numeric_limits<double>::quiet_NaN();
        if (random.bernoulli(0.3)) round.cost += random.uniform() * 1e-5;
        if (random.bernoulli(0.1)) round.cost *= 1.0 + 1e-10;
        return round;
    }
};

std::vector<LiveModel> faulty_models(const std::shared_ptr<Ledger>& ledger,
                                     const std::shared_ptr<Faults>& faults,
                                     const std::shared_ptr<CallJournal>& journal) {
    constexpr std::chrono::milliseconds no_wait(0);
    std::vector<LiveModel> models;
    for (const auto& [name, price] : {std::pair("small", 0.0712345), std::pair("large", 2.1 / 3.0)}) {
        MeteredModel metered(
            faulty_model(name, faults),
            {.call = 1e-7 / 3.0, .prompt_per_million = price, .completion_per_million = 3 * price}, ledger);
        AnyModel kept = RetryingModel(std::move(metered), {.attempts = 3, .first_wait = no_wait});
        if (journal) kept = keep_calls(std::move(kept), journal);
        models.push_back(
            {.model = SplittingModel(std::move(kept), 2, 3, 64), .sampling = {.max_tokens = 100}});
    }
    return models;
}

void check_costs(const std::shared_ptr<Ledger>& ledger, const std::shared_ptr<CallJournal>& journal) {
    const auto faults = std::make_shared<Faults>();
    const Thorough router;
    const Answerer answerer(router, faulty_models(ledger, faults, journal), FaultyVerifier{faults},
                            {.ledger = ledger, .concurrency = 16});
    std::vector<Query> queries;
    // Queries with equal texts are served the replies that were kept of each other's failures.
    for (int i = 0; i < 400; ++i) {
        queries.push_back(live::query(std::to_string(i)));
        queries.back().question = "Which of " + std::to_string(i % 40) + "?";
    }
    double paid = 0.0;
    std::size_t failed = 0;
    for (const LiveAnswer& answer : answerer.answer_all(queries)) {
        paid += answer.cost();
        failed += answer.failure ? 1 : 0;
    }
    CHECK(failed > 100);
    CHECK(ledger->spent() > 0.0);
    CHECK(ledger->reserved() == 0.0);
    CHECK(std::abs(ledger->spent() - paid) <= 1e-12 * paid);
}

}  // namespace

TEST_CASE("the ledger has the sum of the costs of all answers, whatever fails", "[live][threads]") {
    check_costs(std::make_shared<Ledger>(), nullptr);
    check_costs(std::make_shared<Ledger>(0.02), nullptr);
}

TEST_CASE("a reply that cannot be recorded is part of what an answer costs", "[live]") {
    if (!std::filesystem::exists("/dev/full")) return;
    const auto ledger = std::make_shared<Ledger>();
    const auto journal = std::make_shared<CallJournal>("/dev/full");
    journal->open();
    const AnyModel metered = MeteredModel(
        live::model("small",
                    [](const GenerateRequest& request) { return live::saying(request, "Oslo", 0.0); })
            .model,
        {.call = 2.0}, ledger);
    const Thorough router;
    const Answerer answerer(router, {{.model = keep_calls(metered, journal), .sampling = {.max_tokens = 9}}},
                            live::verifier(), {.ledger = ledger});
    const LiveAnswer answer = answerer.answer(live::query("1"));
    REQUIRE(answer.failure);
    CHECK(answer.failure->kind == FailureKind::other);
    CHECK_THAT(answer.failure->message, Catch::Matchers::StartsWith("small: /dev/full: cannot be written: "));
    CHECK(answer.cost() == 2.0);
    CHECK(ledger->spent() == 2.0);
    CHECK(answerer.answer(live::query("2")).cost() == 0.0);  // nothing is asked that would be lost
    CHECK(ledger->spent() == 2.0);
}

TEST_CASE("a verification that the backend declines is blank, whatever the stack of the user", "[live]") {
    const auto ledger = std::make_shared<Ledger>();
    const auto declining = [](const GenerateRequest& request) {
        if (live::verifies(request))
            throw ModelError("small", {.kind = FailureKind::content_filter, .usage = Usage{4, 0}},
                             "filtered");
        return live::saying(request, "Oslo", 0.0);
    };
    std::vector<LiveModel> models{live::model("small", declining), live::model_saying("large", "Rome", 5.0)};
    models.front().model = MeteredModel(models.front().model,
                                        {.prompt_per_million = 1e6, .completion_per_million = 1e6}, ledger);
    const Thorough router;
    const LiveAnswer answer = Answerer(router, models, live::verifier()).answer(live::query("1"));
    CHECK_FALSE(answer.failure);
    CHECK(answer.text == "Rome");
    CHECK(answer.models[0].verdicts == std::vector(5, Verdict::unparsed));
    CHECK(answer.models[0].declined_replies == 5);
    CHECK(answer.models[0].verification_cost == 4.0);
}
