// SPDX-License-Identifier: Apache-2.0
#include "routing/scripted.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/loop.hpp>
#include <automix/routing/source.hpp>

#include <limits>
#include <utility>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinRel;
using scripted::answered;
using scripted::no_answer;
using scripted::round_of;

namespace {

/// Message of the protocol error that a run ends with; empty where there is none.
template <class Source>
std::string protocol_error(const scripted::Router& router, Source source, Index models = 2) {
    Evidence evidence(models);
    try {
        run(router, source, evidence);
    } catch (const ProtocolError& error) {
        return error.what();
    }
    return {};
}

std::string protocol_error(std::vector<Action> actions) {
    return protocol_error(scripted::Router(std::move(actions)),
                          scripted::Source({answered(1.0), answered(5.0)}, {round_of(1, 1, 1, 0.0)}));
}

std::string protocol_error(const Drawn& round) {
    return protocol_error(scripted::Router({Action::route(0), Action::verify(2), Action::accept()}),
                          scripted::Source({answered(1.0)}, {round}));
}

}  // namespace

TEST_CASE("the loop shows the router what came of each of its actions") {
    const scripted::Router router({Action::route(0), Action::verify(2), Action::verify(4), Action::route(2),
                                   Action::verify(1), Action::accept(AcceptedAnswer::plurality)});
    Drawn sampled = round_of(4, 4, 3, 0.4);
    sampled.samples = 7;
    sampled.largest_cluster = 5;
    scripted::Source source({answered(1.0, true), answered(50.0)},
                            {round_of(2, 1, 1, 0.2), sampled, round_of(1, 1, 0, 3.0)});
    Evidence evidence(3);
    evidence.reset(0.25);
    const Outcome outcome = run(router, source, evidence);

    REQUIRE(router.seen.size() == 6);
    for (const Evidence& seen : router.seen) {
        CHECK(seen.u == 0.25);
        CHECK(seen.models.size() == 3);
        CHECK_FALSE(seen.models[1].answered);
    }
    CHECK_FALSE(router.seen[0].started());
    CHECK(router.seen[1].current == 0);
    CHECK(router.seen[1].current_model().answered);
    CHECK(router.seen[1].current_model().flagged);
    CHECK_FALSE(router.seen[1].current_model().verified());
    CHECK(router.seen[1].current_model().confidence() == 0.0);
    CHECK(router.seen[2].models[0].drawn == 2);
    CHECK(router.seen[2].models[0].parsed == 1);
    CHECK(router.seen[2].models[0].positive == 1);
    CHECK(router.seen[2].models[0].confidence() == 1.0);
    CHECK(router.seen[2].models[0].samples == 0);
    CHECK(router.seen[3].models[0].drawn == 6);
    CHECK(router.seen[3].models[0].parsed == 5);
    CHECK(router.seen[3].models[0].positive == 4);
    CHECK(router.seen[3].models[0].confidence() == 0.8);
    CHECK(router.seen[3].models[0].samples == 7);
    CHECK(router.seen[3].models[0].largest_cluster == 5);
    CHECK(router.seen[4].current == 2);
    CHECK_FALSE(router.seen[4].current_model().flagged);
    CHECK(router.seen[4].models[0].drawn == 6);
    CHECK(router.seen[5].models[2].drawn == 1);
    CHECK(router.seen[5].models[2].confidence() == 0.0);
    CHECK(evidence.models[2].drawn == 1);

    CHECK(source.calls ==
          std::vector<std::string>{"answer 0", "draw 0 2", "draw 0 4", "answer 2", "draw 2 1"});
    CHECK(outcome.model == 2);
    CHECK(outcome.accepted == AcceptedAnswer::plurality);
    CHECK(outcome.answer_cost == 51.0);
    CHECK_THAT(outcome.verification_cost, WithinRel(3.6, 1e-12));
    CHECK_THAT(outcome.cost(), WithinRel(54.6, 1e-12));
    CHECK(outcome.draws == 7);
    CHECK(outcome.rounds == 3);
    CHECK(outcome.routed);
    CHECK(outcome.failure.empty());
}

TEST_CASE("a query may start at the last model") {
    scripted::Source source({answered(50.0)});
    Evidence evidence(2);
    const Outcome outcome = run(scripted::Router({Action::route(1), Action::accept()}), source, evidence);
    CHECK(outcome.model == 1);
    CHECK(outcome.cost() == 50.0);
    CHECK(outcome.routed);
    CHECK(outcome.draws == 0);
}

TEST_CASE("asking the first model alone is no routing") {
    scripted::Source source({answered(1.0)});
    Evidence evidence(1);
    const Outcome outcome = run(scripted::Router({Action::route(0), Action::accept()}), source, evidence);
    CHECK(outcome.model == 0);
    CHECK_FALSE(outcome.routed);
    CHECK(outcome.rounds == 0);
}

TEST_CASE("all draws are passed on as such, and a logged confidence is the confidence") {
    const scripted::Router router({Action::route(0), Action::verify(all_draws), Action::accept()});
    Drawn revealed = round_of(1, 1, 0, 1.0);
    revealed.logged_confidence = 0.375;
    scripted::Source source({answered(1.0)}, {revealed});
    Evidence evidence(2);
    run(router, source, evidence);
    CHECK(source.calls.back() == "draw 0 -1");
    CHECK(router.seen.back().current_model().confidence() == 0.375);
    CHECK(router.seen.back().current_model().verified());
}

TEST_CASE("evidence that is reset starts afresh") {
    Evidence evidence(2);
    for (int query = 0; query < 2; ++query) {
        const scripted::Router router({Action::route(0), Action::verify(1), Action::accept()});
        scripted::Source source({answered(1.0, true)}, {round_of(1, 1, 1, 0.0)});
        evidence.reset(0.5 * query);
        run(router, source, evidence);
        CHECK(router.seen[0].u == 0.5 * query);
        CHECK_FALSE(router.seen[0].started());
        CHECK_FALSE(router.seen[0].models[0].answered);
        CHECK_FALSE(router.seen[0].models[0].verified());
        CHECK(router.seen[2].models[0].drawn == 1);
    }
}

TEST_CASE("a router that breaks the rules of the loop gets a protocol error") {
    CHECK_THAT(protocol_error({Action::accept()}), ContainsSubstring("accept before any model has answered"));
    CHECK_THAT(protocol_error({Action::verify(1)}),
               ContainsSubstring("verify before any model has answered"));
    CHECK_THAT(protocol_error({Action::route(2)}), ContainsSubstring("route from model -1 to model 2 of 2"));
    CHECK_THAT(protocol_error({Action::route(-1)}),
               ContainsSubstring("route from model -1 to model -1 of 2"));
    CHECK_THAT(protocol_error({Action::route(-7)}), ContainsSubstring("to model -7"));
    CHECK_THAT(protocol_error({Action::route(0), Action::route(0)}),
               ContainsSubstring("from model 0 to model 0"));
    CHECK_THAT(protocol_error({Action::route(1), Action::route(0)}),
               ContainsSubstring("from model 1 to model 0"));
    CHECK_THAT(protocol_error({Action::route(0), Action::verify(0)}),
               ContainsSubstring("verify with 0 draws"));
    CHECK_THAT(protocol_error({Action::route(0), Action::verify(-2)}),
               ContainsSubstring("verify with -2 draws"));
    CHECK_THAT(protocol_error(scripted::Router({Action::route(0)}), scripted::Source({}), 0),
               ContainsSubstring("to model 0 of 0"));
    CHECK(protocol_error({Action::route(0), Action::verify(1), Action::route(1), Action::accept()}).empty());
}

TEST_CASE("a source that counts what cannot be gets a protocol error") {
    CHECK_THAT(protocol_error(round_of(0, 0, 0, 0.0)),
               ContainsSubstring("asked for 2 draws, a round brought 0 and no failure"));
    CHECK_THAT(protocol_error(round_of(1, 1, 1, 0.0)), ContainsSubstring("brought 1 and no failure"));
    CHECK_THAT(protocol_error(round_of(3, 3, 3, 0.0)), ContainsSubstring("brought 3 and no failure"));
    CHECK_THAT(protocol_error(round_of(3, 3, 3, 0.0, "lost")),
               ContainsSubstring("brought 3 and the failure \"lost\""));
    CHECK_THAT(protocol_error(round_of(-1, 0, 0, 0.0, "lost")),
               ContainsSubstring("brought -1 and the failure \"lost\""));
    CHECK_THAT(
        protocol_error(scripted::Router({Action::route(0), Action::verify(all_draws), Action::accept()}),
                       scripted::Source({answered(1.0)}, {round_of(0, 0, 0, 0.0)})),
        ContainsSubstring("asked for all draws, a round brought 0"));
    CHECK_THAT(protocol_error(round_of(2, 3, 0, 0.0)),
               ContainsSubstring("2 draws, 3 of them parsed and 0 positive"));
    CHECK_THAT(protocol_error(round_of(2, 1, 2, 0.0)), ContainsSubstring("1 of them parsed and 2 positive"));
    CHECK_THAT(protocol_error(round_of(2, 2, -1, 0.0)), ContainsSubstring("-1 positive"));
    for (const double confidence : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
        Drawn revealed = round_of(1, 1, 0, 0.0);
        revealed.logged_confidence = confidence;
        CHECK_THAT(protocol_error(revealed), ContainsSubstring("confidence in [0, 1]"));
    }
    for (const auto& [samples, largest] :
         {std::pair{3, 4}, std::pair{0, 1}, std::pair{3, -1}, std::pair{-1, 0}}) {
        Drawn sampled = round_of(2, 2, 0, 0.0);
        sampled.samples = samples;
        sampled.largest_cluster = largest;
        CHECK_THAT(protocol_error(sampled),
                   ContainsSubstring("samples are known, the largest cluster holds"));
    }
    CHECK(protocol_error(round_of(2, 0, 0, 0.0)).empty());
    CHECK(protocol_error(round_of(0, 0, 0, 0.0, "lost")).empty());
    Drawn revealed = round_of(1, 1, 0, 0.0);  // one stands for all that there is
    revealed.logged_confidence = 0.5;
    CHECK(protocol_error(revealed).empty());
}

TEST_CASE("what a source charges is a finite price of at least 0, for answers and for draws") {
    const double infinity = std::numeric_limits<double>::infinity();
    for (const double cost : {-0.5, infinity, -infinity, std::numeric_limits<double>::quiet_NaN()}) {
        CHECK_THAT(protocol_error(round_of(2, 2, 0, cost)),
                   ContainsSubstring("finite cost of at least 0, found"));
        CHECK_THAT(protocol_error(scripted::Router({Action::route(0), Action::accept()}),
                                  scripted::Source({answered(cost)})),
                   ContainsSubstring("finite cost of at least 0, found"));
        CHECK_THAT(protocol_error(scripted::Router({Action::route(0), Action::accept()}),
                                  scripted::Source({no_answer(cost, "timed out")})),
                   ContainsSubstring("finite cost of at least 0, found"));
    }
}

TEST_CASE("a router that verifies for ever is stopped") {
    struct Endless {
        [[nodiscard]] Action next(const Evidence& evidence) const {
            return evidence.started() ? Action::verify(1) : Action::route(0);
        }
    };
    struct Patient {
        int rounds = 0;
        Answered answer(Index) { return answered(1.0); }
        Drawn draw(Index, int draws) {
            ++rounds;
            return round_of(draws, draws, 0, 0.0);
        }
    };
    Patient source;
    Evidence evidence(2);
    CHECK_THROWS_WITH(run(Endless(), source, evidence),
                      ContainsSubstring("router: verify after 64 rounds on one answer"));
    CHECK(source.rounds == 64);
}

TEST_CASE("where the first model fails there is no answer, and its price is paid") {
    scripted::Source source({no_answer(0.5, "timed out")});
    Evidence evidence(2);
    const Outcome outcome = run(scripted::Router({Action::route(0), Action::accept()}), source, evidence);
    CHECK(outcome.model == -1);
    CHECK(outcome.failure == "timed out");
    CHECK(outcome.cost() == 0.5);
    CHECK_FALSE(evidence.started());
    CHECK_FALSE(evidence.models[0].answered);
}

TEST_CASE("where the second model fails the first one's answer stands") {
    scripted::Source source({answered(1.0), no_answer(2.0, "refused")}, {round_of(3, 3, 0, 0.3)});
    Evidence evidence(2);
    const scripted::Router router({Action::route(0), Action::verify(3), Action::route(1), Action::accept()});
    const Outcome outcome = run(router, source, evidence);
    CHECK(outcome.model == 0);
    CHECK(outcome.accepted == AcceptedAnswer::first);
    CHECK(outcome.failure == "refused");
    CHECK(outcome.answer_cost == 3.0);
    CHECK(outcome.verification_cost == 0.3);
    CHECK(outcome.routed);
    CHECK(router.seen.size() == 3);
    CHECK(evidence.current == 0);
}

TEST_CASE("draws that fail in the middle count as far as they came") {
    scripted::Source source({answered(1.0)},
                            {round_of(4, 3, 2, 0.4), round_of(1, 1, 1, 0.1, "connection lost")});
    Evidence evidence(2);
    const scripted::Router router({Action::route(0), Action::verify(4), Action::verify(4), Action::accept()});
    const Outcome outcome = run(router, source, evidence);
    CHECK(outcome.model == 0);
    CHECK(outcome.failure == "connection lost");
    CHECK(outcome.draws == 5);
    CHECK(outcome.rounds == 2);
    CHECK(outcome.verification_cost == 0.5);
    CHECK(evidence.models[0].drawn == 5);
    CHECK(evidence.models[0].positive == 3);
    CHECK(router.seen.size() == 3);
}

TEST_CASE("a round that fails at once brings nothing and ends the query") {
    scripted::Source source({answered(1.0)}, {round_of(0, 0, 0, 0.0, "no quota")});
    Evidence evidence(2);
    const Outcome outcome =
        run(scripted::Router({Action::route(0), Action::verify(4), Action::accept()}), source, evidence);
    CHECK(outcome.model == 0);
    CHECK(outcome.failure == "no quota");
    CHECK(outcome.draws == 0);
    CHECK_FALSE(evidence.models[0].verified());
}
