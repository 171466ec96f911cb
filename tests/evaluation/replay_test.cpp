// SPDX-License-Identifier: Apache-2.0
#include "routing/reading_log.hpp"
#include "routing/scripted.hpp"
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/price.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/record.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/constant.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/loop.hpp>
#include <automix/routing/parameters.hpp>
#include <automix/routing/published/fixed_answer.hpp>
#include <automix/routing/training.hpp>

#include <cmath>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using tables::record;
using tables::scored;
using tables::verified;

namespace {

/// Accepts below 0.2, verifies one draw up to 0.5 and asks model 1, above that asks model 2 at once.
class Mixture {
 public:
    [[nodiscard]] Action next(const Evidence& evidence) const {
        const double u = evidence.u;
        if (!evidence.started()) return Action::route(u < 0.5 ? 0 : 2);
        if (evidence.current > 0 || u < 0.2) return Action::accept();
        return evidence.current_model().verified() ? Action::route(1) : Action::verify(1);
    }
};

class ExactMixture : public Mixture {
 public:
    [[nodiscard]] std::span<const double> breakpoints() const { return breakpoints_; }

 private:
    std::array<double, 2> breakpoints_{0.2, 0.5};
};

/// Random mixing that keeps its breakpoint to itself.
class SecretMix {
 public:
    [[nodiscard]] static std::string name() { return "secret"; }
    TrainingResult train(const TrainingData&) { return {}; }
    [[nodiscard]] Parameters parameters() const { return {}; }
    [[nodiscard]] Action next(const Evidence& evidence) const {
        if (evidence.started()) return Action::accept();
        return Action::route(evidence.u < 0.3 ? evidence.last_model() : 0);
    }
};

class Breaking : public Mixture {
 public:
    explicit Breaking(std::vector<double> breakpoints) : breakpoints_(std::move(breakpoints)) {}
    [[nodiscard]] std::span<const double> breakpoints() const { return breakpoints_; }

 private:
    std::vector<double> breakpoints_;
};

/// Three models at 1, 5 and 50; a draw costs 0.5.
Dataset three_models(int rows) {
    Dataset data({"small", "middle", "large"});
    for (int i = 0; i < rows; ++i) {
        data.append(record("q" + std::to_string(i), {verified(0.25 * (i % 3), {1, 0}), verified(0.5, {1}),
                                                     scored(1.0 - 0.125 * (i % 2))}));
    }
    return data;
}

Prices three_prices() {
    Prices prices;
    prices.answers = {1.0, 5.0, 50.0};
    prices.draws = {0.5};
    return prices;
}

}  // namespace

TEST_CASE("every row is charged its own recorded prices") {
    Dataset data({"small", "large"});
    for (const double scale : {1.0, 3.0}) {
        Record row = record(scale == 1.0 ? "a" : "b", {verified(0.5, {1, 1}), scored(1.0)});
        row.models[0].cost = scale;
        row.models[0].draw_cost = 0.25 * scale;
        row.models[1].cost = 20.0 * scale;
        data.append(row);
    }
    const PriceTable prices = resolve_prices(data);
    struct DrawOneThenRoute {
        [[nodiscard]] Action next(const Evidence& evidence) const {
            if (!evidence.started()) return Action::route(0);
            if (evidence.current == 1) return Action::accept();
            return evidence.current_model().verified() ? Action::route(1) : Action::verify(1);
        }
    };
    const Replay rows = replay(DrawOneThenRoute(), data, prices);
    CHECK(rows.answer_cost(0) == 21.0);
    CHECK(rows.answer_cost(1) == 63.0);
    CHECK(rows.verification_cost(0) == 0.25);
    CHECK(rows.verification_cost(1) == 0.75);
    CHECK(rows.performance(1) == 1.0);
    CHECK(rows.routed(0) == 1.0);
    CHECK(rows.draws(0) == 1.0);
    CHECK(rows.rounds(0) == 1.0);
}

TEST_CASE("ragged draws and verdicts that did not parse") {
    Dataset data({"small", "large"});
    data.append(record("a", {verified(0.0, {-1, -1, -1}), scored(1.0)}));
    data.append(record("b", {verified(1.0, {1}), scored(0.0)}));
    data.append(record("c", {verified(0.0, {-1, 0}), scored(1.0)}));
    const PriceTable prices = resolve_prices(data);
    struct HalfThreshold {
        [[nodiscard]] Action next(const Evidence& evidence) const {
            if (!evidence.started()) return Action::route(0);
            if (evidence.current == 1) return Action::accept();
            if (!evidence.current_model().verified()) return Action::verify(all_draws);
            return evidence.current_model().confidence() < 0.5 ? Action::route(1) : Action::accept();
        }
    };
    const Replay rows = replay(HalfThreshold(), data, prices);
    CHECK(rows.performance.sum() == 3.0);
    CHECK(rows.draws(0) == 3.0);
    CHECK(rows.draws(1) == 1.0);
    CHECK(rows.draws(2) == 2.0);
    CHECK((rows.verification_cost == 1.0).all());
    CHECK(rows.routed.sum() == 2.0);
}

TEST_CASE("a router that asks for more verdicts than are logged is an error that names the record") {
    const Dataset data = three_models(3);
    const PriceTable prices = resolve_prices(data, three_prices());
    struct Greedy {
        [[nodiscard]] Action next(const Evidence& evidence) const {
            return evidence.started() ? Action::verify(1) : Action::route(0);
        }
    };
    CHECK_THROWS_AS(replay(Greedy(), data, prices), DataError);
    CHECK_THROWS_WITH(replay(Greedy(), data, prices), ContainsSubstring("id \"q0\", model \"small\""));
}

TEST_CASE("what a router does wrong is told with the id of the record") {
    const Dataset data = three_models(3);
    const PriceTable prices = resolve_prices(data, three_prices());
    const auto accepts_first = [&] { return replay(scripted::Router({Action::accept()}), data, prices); };
    CHECK_THROWS_AS(accepts_first(), ProtocolError);
    CHECK_THROWS_WITH(accepts_first(), "id \"q0\": router: accept before any model has answered");
    const scripted::Router second({Action::route(0), Action::accept(), Action::route(7)});
    CHECK_THROWS_WITH(replay(second, data, prices),
                      ContainsSubstring("id \"q1\": router: route from model -1 to model 7"));
    CHECK(detail::with_model_name("model 1: odd", {"small", "large"}) == "model \"large\": odd");
    CHECK(detail::with_model_name("model 12 is odd", {"small", "large"}) == "model 12 is odd");
    CHECK(detail::with_model_name("model 0", {"small"}) == "model 0");
}

TEST_CASE("an answer that is missing is an error with its reason, never a score") {
    Outcome outcome;
    CHECK_THROWS_WITH(detail::require_answer(outcome, "q0"), "id \"q0\": no answer");
    outcome.model = 0;
    CHECK_NOTHROW(detail::require_answer(outcome, "q0"));
    outcome.failure = "timed out";
    CHECK_THROWS_WITH(detail::require_answer(outcome, "q0"), "id \"q0\": timed out");
    CHECK_THROWS_AS(detail::require_answer(outcome, "q0"), DataError);
}

TEST_CASE("prices of another data set are refused") {
    const Dataset data = three_models(3);
    PriceTable prices = resolve_prices(data, three_prices());
    prices.draws.pop_back();
    CHECK_THROWS_AS(replay(AlwaysSmallRouter(), data, prices), ArgumentError);
}

TEST_CASE("a router that randomises is replayed in exact expectation over u") {
    const Dataset data = three_models(6);
    const PriceTable prices = resolve_prices(data, three_prices());
    const Replay exact = replay(ExactMixture(), data, prices);
    for (Index row = 0; row < data.rows(); ++row) {
        const double expected =
            0.2 * data.scores(0)(row) + 0.3 * data.scores(1)(row) + 0.5 * data.scores(2)(row);
        CHECK_THAT(exact.performance(row), WithinRel(expected, 1e-12));
        CHECK_THAT(exact.answer_cost(row), WithinRel(0.2 * 1.0 + 0.3 * 6.0 + 0.5 * 50.0, 1e-12));
        CHECK_THAT(exact.verification_cost(row), WithinRel(0.3 * 0.5, 1e-12));
        CHECK_THAT(exact.routed(row), WithinRel(0.8, 1e-12));
        CHECK_THAT(exact.draws(row), WithinRel(0.3, 1e-12));
        CHECK_THAT(exact.rounds(row), WithinRel(0.3, 1e-12));
    }

    const int seeds = 4000;
    Replay sum(data.rows());
    for (int seed = 0; seed < seeds; ++seed) {
        const Replay sampled = replay(Mixture(), data, prices, static_cast<std::uint64_t>(seed));
        sum.performance += sampled.performance;
        sum.answer_cost += sampled.answer_cost;
        sum.routed += sampled.routed;
    }
    // five standard errors of a mean over 6 * 4,000 draws of u; the standard deviation of a cost is 22
    CHECK_THAT(sum.routed.mean() / seeds, WithinAbs(0.8, 5.0 * 0.4 / std::sqrt(6.0 * seeds)));
    CHECK_THAT(sum.answer_cost.mean() / seeds, WithinAbs(27.0, 5.0 * 22.5 / std::sqrt(6.0 * seeds)));
    CHECK_THAT(sum.performance.mean() / seeds,
               WithinAbs(exact.performance.mean(), 5.0 * 0.5 / std::sqrt(6.0 * seeds)));
}

TEST_CASE("without breakpoints u comes from seed and id") {
    const Dataset data = three_models(500);
    const PriceTable prices = resolve_prices(data, three_prices());
    const Replay first = replay(SecretMix(), data, prices, 1);
    const Replay again = replay(SecretMix(), data, prices, 1);
    const Replay other = replay(SecretMix(), data, prices, 2);
    CHECK((first.performance == again.performance).all());
    CHECK_FALSE((first.routed == other.routed).all());
    CHECK(((first.routed == 0.0) || (first.routed == 1.0)).all());
    CHECK_THAT(first.routed.mean(), WithinAbs(0.3, 5.0 * 0.46 / std::sqrt(500.0)));
    for (Index row = 0; row < data.rows(); ++row)
        CHECK(first.routed(row) == (uniform_of(data.id(row), 1) < 0.3 ? 1.0 : 0.0));

    // a wrapper that could name breakpoints and names none changes nothing
    const Replay any = replay(AnyRouter::of(SecretMix()), data, prices, 1);
    const Replay fixed = replay(FixedAnswerRouter<SecretMix>(), data, prices, 1);
    CHECK((any.routed == first.routed).all());
    CHECK((fixed.routed == first.routed).all());
}

TEST_CASE("random mixing is exact at every share, its ends included") {
    const Dataset data = three_models(5);
    const PriceTable prices = resolve_prices(data, three_prices());
    for (const double share : {0.0, 0.25, 1.0}) {
        const Replay rows = replay(RandomMixRouter(share), data, prices);
        CHECK_THAT(rows.routed.mean(), WithinAbs(share, 1e-12));
        CHECK_THAT(rows.answer_cost.mean(), WithinRel(1.0 + share * 49.0, 1e-12));
    }
}

TEST_CASE("breakpoints must ascend within [0, 1]") {
    const Dataset data = three_models(1);
    const PriceTable prices = resolve_prices(data, three_prices());
    for (const auto& wrong :
         {std::vector{0.5, 0.2}, std::vector{1.5}, std::vector{-0.1}, std::vector{std::nan("")}}) {
        CHECK_THROWS_WITH(replay(Breaking(wrong), data, prices),
                          ContainsSubstring("breakpoints that ascend"));
    }
    const Replay doubled = replay(Breaking({0.0, 0.2, 0.2, 0.5, 1.0}), data, prices);
    CHECK_THAT(doubled.routed(0), WithinRel(0.8, 1e-12));
}

TEST_CASE("the plurality of the accepted model's samples is scored, for any model") {
    Dataset data({"small", "middle", "large"});
    ModelRecord middle = verified(0.0, {0, 0});
    middle.clusters = {0, 1, 1};
    middle.sample_scores = {0.0, 1.0, 1.0};
    data.append(record("q0", {verified(0.5, {1, 1}), middle, scored(0.25)}));
    const PriceTable prices = resolve_prices(data, three_prices());
    const auto accepted = [&](AcceptedAnswer which) {
        const scripted::Router router({Action::route(0), Action::verify(1), Action::route(1),
                                       Action::verify(2), Action::accept(which)});
        const Replay rows = replay(router, data, prices);
        CHECK(router.seen.back().current_model().samples == 3);
        CHECK(router.seen.back().current_model().largest_cluster == 2);
        return rows.performance(0);
    };
    CHECK(accepted(AcceptedAnswer::plurality) == 1.0);
    CHECK(accepted(AcceptedAnswer::first) == 0.0);
}

TEST_CASE("an empty log replays to nothing") {
    const Dataset data({"small", "large"});
    const PriceTable prices = resolve_prices(data);
    CHECK(replay(AlwaysSmallRouter(), data, prices).performance.size() == 0);
}

TEST_CASE("a router that reads the query is not replayed on a log without what it reads") {
    const Dataset data = reading_log::rows(120);
    const PriceTable prices = resolve_prices(data);
    const PomdpRouter router = reading_log::text_router(data);
    REQUIRE(router.reads().text);
    CHECK(replay(router, data, prices).performance.mean() > 0.9);
    const Dataset blank = reading_log::rows(120, true);
    CHECK_THROWS_WITH(
        replay(router, blank, resolve_prices(blank)),
        "the policy reads text, but no row of the log has a question; log it, and read the log with "
        "keep_facts (ReadOptions)");
    CHECK_THROWS_WITH(router.next(Evidence(2)),
                      Catch::Matchers::ContainsSubstring("put it into the evidence by read_query"));
}
