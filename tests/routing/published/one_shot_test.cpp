// SPDX-License-Identifier: Apache-2.0
// The published family and `exact` on tables worked out by hand: what they choose, cost ranges, what is infeasible, and
// what one-shot routers do step by step. Brute force on random tables is in family_test.cpp.
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/price.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/record.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/published/exact_router.hpp>
#include <automix/routing/published/greedy_pomdp.hpp>
#include <automix/routing/published/one_shot.hpp>
#include <automix/routing/published/simple_pomdp.hpp>
#include <automix/routing/published/threshold.hpp>
#include <automix/routing/published/union.hpp>
#include <automix/routing/training.hpp>

#include <cmath>
#include <string>
#include <tuple>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinRel;
using tables::confident;
using tables::record;
using tables::scored;
using tables::verified;

namespace {

/// Cost 1 and 10, verification 2. Per cell of confidence: gain and rows
///     0: +2 of 2,   1/4: -1 of 1,   1/2: +1 of 2,   1: 0 of 3
Dataset one_shot_table() {
    return tables::confidence_table({{0.0, 0, 1},
                                     {0.0, 0, 1},
                                     {0.25, 1, 0},
                                     {0.5, 0, 1},
                                     {0.5, 1, 1},
                                     {1.0, 1, 1},
                                     {1.0, 1, 1},
                                     {1.0, 0, 0}});
}

Prices hand_prices() {
    Prices prices;
    prices.answers = {1.0, 10.0};
    prices.verification = 2.0;
    return prices;
}

template <class Router>
TrainingResult train_at(Router& router, const Dataset& data, const Prices& prices = hand_prices()) {
    const PriceTable table = resolve_prices(data, prices);
    return router.train({data, table});
}

OneShotOptions options(int bins, CostRange range = {}) {
    OneShotOptions result;
    result.bins = bins;
    result.cost_range = range;
    return result;
}

Evidence verified_evidence(double confidence, Index models = 2) {
    Evidence evidence(models);
    evidence.current = 0;
    evidence.models[0].answered = true;
    evidence.models[0].drawn = evidence.models[0].parsed = 1;
    evidence.models[0].logged_confidence = confidence;
    return evidence;
}

}  // namespace

TEST_CASE("a threshold on the table by hand") {
    // t = 0: 2/(16 + 20); 1/4: 1/(16 + 30); 1/2 and 3/4: 2/(16 + 50); 1: 2/(16 + 80). The first is the best.
    ThresholdRouter router(options(4));
    const TrainingResult result = train_at(router, one_shot_table());
    CHECK(result.feasible);
    CHECK(result.candidates == 5);
    CHECK_THAT(*result.ibc, WithinRel(2.0 / 36.0, 1e-12));
    // base: (6 - 4) / 8 over a cost of 9
    CHECK_THAT(*result.ibc_lift, WithinRel((2.0 / 36.0) / (0.25 / 9.0) - 1.0, 1e-12));
    CHECK(router.rule().first == 0.0);
    CHECK(to_string(router.parameters()) == "threshold 0");
}

TEST_CASE("exact on the table by hand") {
    // mean gains 1, 1/2, 0, -1: prefixes 2/(16 + 20) = 1/18, 3/(16 + 40) = 3/56, then worse
    ExactRouter router;
    const TrainingResult result = train_at(router, one_shot_table());
    CHECK(result.candidates == 4);
    CHECK_THAT(*result.ibc, WithinRel(1.0 / 18.0, 1e-12));
    CHECK(router.rule().routed == std::vector<std::uint8_t>{1, 0, 0, 0});

    // at a verification price of 5 the second cell pays: 2/(40 + 20) = 1/30, 3/(40 + 40) = 3/80
    Prices dear = hand_prices();
    dear.verification = 5.0;
    const TrainingResult second = train_at(router, one_shot_table(), dear);
    CHECK_THAT(*second.ibc, WithinRel(3.0 / 80.0, 1e-12));
    CHECK(router.rule().routed == std::vector<std::uint8_t>{1, 0, 1, 0});
    CHECK(to_string(router.parameters()) == "route_confidences [0 0.5], cells 4");
}

TEST_CASE("the simple POMDP on the table by hand") {
    // All scores are whole: NEEDY rows are those with a gain, GOOD those with 1 and 1, HOPELESS the one of 0 and 0; (1, 0)
    // is undefined. Bins 0, 1/2, 1 of two hold (N, G, H) = (2,0,0), (1,1,0), (0,2,1); 1/4 is an open end, so in no bin.
    // Bin 0 enters at r > 200/2, bin 1 at r > 200/1, bin 2 never: candidates {}, {0}, {0, 1}.
    // At inference 1/4 falls into bin 1. Gains: 0, 2/(16 + 20), 2/(16 + 50).
    SimplePomdpRouter router(options(2));
    const TrainingResult result = train_at(router, one_shot_table());
    CHECK(result.candidates == 3);
    CHECK_THAT(*result.ibc, WithinRel(1.0 / 18.0, 1e-12));
    CHECK(to_string(router.parameters()) == "route_bins [1 0 0]");
}

TEST_CASE("the simple POMDP takes logged categories where all rows have one") {
    Dataset data({"small", "large"});
    const auto add = [&](const char* id, double confidence, double small, double large,
                         const char* category) {
        Record row = record(id, {confident(small, confidence), scored(large)});
        row.category = category;
        data.append(row);
    };
    add("a", 0.0, 0, 1, "HOPELESS");  // its scores say NEEDY
    add("b", 1.0, 0, 1, "NEEDY");
    SimplePomdpRouter router(options(1));
    CHECK(train_at(router, data).candidates == 2);  // {}, {1}
    CHECK(to_string(router.parameters()) == "route_bins [0 1]");

    add("c", 0.0, 0, 1, "");  // one row without: all are computed, and both bins are NEEDY and enter at once
    CHECK(train_at(router, data).candidates == 2);  // {}, {0, 1}
    CHECK(to_string(router.parameters()) == "route_bins [1 1]");
}

TEST_CASE("the reward loop ends at 4999") {
    // One NEEDY, G GOOD and H HOPELESS rows: the bin is routed for r > 100 (1 + G + H) - H.
    for (const auto& [good, hopeless, candidates] :
         {std::tuple{48, 0, 2}, std::tuple{47, 2, 2}, std::tuple{48, 1, 1}, std::tuple{49, 0, 1}}) {
        Dataset data({"small", "large"});
        const auto add = [&](const std::string& category) {
            Record row = record(std::to_string(data.rows()), {confident(0.0, 0.0), scored(1.0)});
            row.category = category;
            data.append(row);
        };
        add("NEEDY");
        for (int i = 0; i < good; ++i) add("GOOD");
        for (int i = 0; i < hopeless; ++i) add("HOPELESS");
        SimplePomdpRouter router(options(1));
        CHECK(train_at(router, data).candidates == candidates);
    }
}

TEST_CASE("the greedy POMDP counts in floor bins and acts on centred ones") {
    // Floor bins of two: [0, 1/2) holds gains +2 - 1 over 3 rows, [1/2, 1) 1/2, {1} 0. All prefixes by smoothed gain;
    // means 1/3, 1/2, 0 smooth to a falling sequence, so they are {0}, {0, 1}, {0, 1, 2} of the centred bins.
    GreedyPomdpRouter router(options(2));
    const TrainingResult result = train_at(router, one_shot_table());
    CHECK(result.candidates == 3);
    CHECK_THAT(*result.ibc, WithinRel(1.0 / 18.0, 1e-12));
    CHECK(to_string(router.parameters()) == "route_bins [1 0 0]");
}

TEST_CASE("of bins with equal smoothed gain the higher comes first") {
    // No gain anywhere: prefixes from the top, all with IBC 0, and the first is {2}.
    GreedyPomdpRouter router(options(2));
    const Dataset data = tables::confidence_table({{0.0, 1, 1}, {0.5, 0, 0}, {1.0, 1, 1}});
    const TrainingResult result = train_at(router, data);
    CHECK(*result.ibc == 0.0);
    CHECK(to_string(router.parameters()) == "route_bins [0 0 1]");
    CHECK_FALSE(result.ibc_lift.defined());
    CHECK(result.ibc_lift.reason() == "both models score the same");
}

TEST_CASE("the union names the member that won, the first of those that tie") {
    // Routing confidence 0 alone is the best of all four members (see above); simple POMDP offers it first.
    UnionRouter router(options(2));
    const TrainingResult result = train_at(router, one_shot_table());
    CHECK(result.candidates == 3 + 3 + 1 + 3);
    CHECK(to_string(router.parameters()) == "member simple_pomdp, route_bins [1 0 0]");
}

TEST_CASE("ties go to the first candidate") {
    // Nothing has a confidence between 1/4 and 3/4, so three of the five thresholds route the same rows.
    ThresholdRouter router(options(4));
    const Dataset data = tables::confidence_table({{0.25, 0, 1}, {1.0, 1, 1}});
    train_at(router, data);
    CHECK(router.rule().first == 0.25);
}

TEST_CASE("what differs by rounding alone is a tie") {
    // Free verification, so IBC is mean gain over price: 0.15 + 0.15 over two rows, 0.1 + 0.2 over two, and all four.
    Prices prices = hand_prices();
    prices.verification = 0.0;
    const Dataset data =
        tables::confidence_table({{0.0, 0, 0.15}, {0.0, 0, 0.15}, {0.5, 0, 0.1}, {0.5, 0, 0.2}, {1.0, 1, 1}});
    REQUIRE(0.1 + 0.2 > 0.15 + 0.15);
    DoubleThresholdRouter router(options(4));
    train_at(router, data, prices);
    CHECK(to_string(router.parameters()) == "low 0, high 0.25");
}

TEST_CASE("a cost range bounds the mean total cost, both ends included") {
    // Costs of the five thresholds: 3 + 10/8 (2, 3, 5, 5, 8 rows): 5.5, 6.75, 9.25, 9.25, 13
    const auto chosen = [](double least, double most) {
        ThresholdRouter router(options(4, {least, most}));
        train_at(router, one_shot_table());
        return router.rule().first;
    };
    CHECK(chosen(0.0, 5.5) == 0.0);
    CHECK(chosen(5.5, 13.0) == 0.0);
    CHECK(chosen(5.6, 7.0) == 0.25);
    CHECK(chosen(5.6, 13.0) == 0.5);  // 2/66 beats 1/46 and 2/96
    CHECK(chosen(13.0, 13.0) == 1.0);

    // 0.1 + 0.2 is a little above 0.3, and still at most 0.3
    Prices prices;
    prices.answers = {0.1, 0.3};
    prices.verification = 0.2;
    ThresholdRouter router(options(1, {0.0, 0.3}));
    const Dataset data = tables::confidence_table({{0.5, 0, 1}, {1.0, 0, 1}});
    const TrainingResult result = train_at(router, data, prices);
    CHECK(result.feasible);
    CHECK(router.rule().first == 0.0);
}

TEST_CASE("a cost range that nothing satisfies is an answer, and the router then has no policy") {
    ThresholdRouter router(options(4, {5.6, 6.7}));
    const TrainingResult result = train_at(router, one_shot_table());
    CHECK_FALSE(result.feasible);
    CHECK(result.candidates == 5);
    CHECK(result.reason == "infeasible: no candidate has a mean cost in [5.6, 6.7]");
    CHECK_FALSE(result.ibc.defined());
    CHECK(result.ibc.reason() == result.reason);
    CHECK(result.ibc_lift.reason() == result.reason);
    CHECK_THROWS_WITH(router.next(Evidence(2)), ContainsSubstring("threshold: infeasible"));
    CHECK_THROWS_AS(router.next(Evidence(2)), NotTrainedError);
    CHECK_THROWS_AS(router.rule(), NotTrainedError);
    CHECK_THROWS_AS(router.parameters(), NotTrainedError);
}

TEST_CASE("where nothing costs more than the small model there is no IBC and the best score is taken") {
    Prices prices = hand_prices();
    prices.verification = 0.0;
    // the one double threshold of two bins is [0, 1/2]
    DoubleThresholdRouter router(options(2));
    const TrainingResult result = train_at(router, tables::confidence_table({{0.75, 0, 1}}), prices);
    CHECK(result.feasible);
    CHECK(result.reason == "no candidate costs more than the small model, so none has an IBC");
    CHECK(result.ibc.reason() == result.reason);
    CHECK_FALSE(router.rule().routes(0.75));
    const TrainingResult one_bin = train_at(router, tables::confidence_table({{0.25, 0, 1}}), prices);
    CHECK(one_bin.feasible);
    CHECK_THAT(*one_bin.ibc, WithinRel(0.1, 1e-12));
}

TEST_CASE("where all prices are zero what gains most is routed") {
    ThresholdRouter router(options(2));
    const Dataset data = tables::confidence_table({{0.0, 0, 1}, {0.5, 0, 1}, {1.0, 1, 0}});
    const TrainingResult result = train_at(router, data, Prices{{0.0, 0.0}, 0.0, {}});
    CHECK(result.feasible);
    CHECK_FALSE(result.ibc.defined());
    CHECK(router.rule().routes(0.5));
    CHECK_FALSE(router.rule().routes(1.0));
}

TEST_CASE("a grid without candidates is infeasible, not an error") {
    DoubleThresholdRouter twice(options(1));
    TripleThresholdRouter thrice(options(2));
    CHECK_FALSE(train_at(twice, one_shot_table()).feasible);
    CHECK_FALSE(train_at(thrice, one_shot_table()).feasible);
    CHECK(train_at(thrice, one_shot_table()).candidates == 0);
}

TEST_CASE("training tells when lift is undefined, and still chooses") {
    const Dataset worse = tables::confidence_table({{0.0, 0, 1}, {1.0, 1, 0}, {1.0, 1, 0}});
    ExactRouter router;
    const TrainingResult result = train_at(router, worse);
    CHECK(result.feasible);
    CHECK_THAT(*result.ibc, WithinRel(1.0 / 16.0, 1e-12));
    CHECK(result.ibc_lift.reason() == "the last model scores no higher than the first");
}

TEST_CASE("exact routes something even where nothing gains") {
    ExactRouter router;
    CHECK(train_at(router, tables::confidence_table({{0.5, 1, 0}})).feasible);
    CHECK(router.next(verified_evidence(0.1)) == Action::route(1));
}

TEST_CASE("what cannot be trained on is an error that names the row, and the old policy stays") {
    ThresholdRouter router(options(4));
    train_at(router, one_shot_table());
    const auto message = [&](const Dataset& data) -> std::string {
        const Prices prices;
        const PriceTable table = resolve_prices(data, prices);
        try {
            router.train({data, table});
        } catch (const DataError& error) {
            return error.what();
        }
        return "no error";
    };
    CHECK_THAT(message(Dataset({"small", "large"})), ContainsSubstring("no rows"));
    Dataset alone({"small"});
    alone.append(record("a", {verified(1.0, {1})}));
    CHECK_THAT(message(alone), ContainsSubstring("at least two models"));
    Dataset unverified({"small", "large"});
    unverified.append(record("seen", {verified(1.0, {1}), scored(1.0)}));
    unverified.append(record("bare", {scored(1.0), scored(1.0)}));
    CHECK_THAT(message(unverified),
               ContainsSubstring("model \"small\": this router needs verdicts or a confidence") &&
                   ContainsSubstring("id \"bare\" has neither"));
    CHECK(router.rule().first == 0.0);
}

TEST_CASE("options that make no sense are refused") {
    CHECK_THROWS_WITH(ThresholdRouter(options(0)), ContainsSubstring("bins: expected 1 to 256, found 0"));
    CHECK_THROWS_AS(ExactRouter(options(257)), ArgumentError);
    CHECK_THROWS_AS(ThresholdRouter(options(-8)), ArgumentError);
    CHECK_THROWS_WITH(ThresholdRouter(options(8, {2.0, 1.0})),
                      ContainsSubstring("cost range") && ContainsSubstring("[2, 1]"));
    CHECK_THROWS_AS(ThresholdRouter(options(8, {std::nan(""), 1.0})), ArgumentError);
}

TEST_CASE("a one-shot router asks the small model, draws all, then decides") {
    ThresholdRouter router(options(4));
    CHECK_THROWS_WITH(router.next(Evidence(2)), "threshold: not trained");
    train_at(router, one_shot_table());
    Evidence evidence(3);
    CHECK(router.next(evidence) == Action::route(0));
    evidence.current = 0;
    CHECK(router.next(evidence) == Action::verify(all_draws));
    CHECK(router.next(verified_evidence(0.0, 3)) == Action::route(2));
    CHECK(router.next(verified_evidence(0.25, 3)) == Action::accept());
    evidence.current = 2;
    CHECK(router.next(evidence) == Action::accept());

    // Verdicts are no confidences, which this one was trained on.
    Evidence drawn(2);
    drawn.current = 0;
    drawn.models[0].drawn = drawn.models[0].parsed = 1;
    CHECK_THROWS_WITH(router.next(drawn), "threshold: trained on confidences, but verdicts were drawn");
}

TEST_CASE("verdicts none of which can be read are a confidence of 0") {
    const Dataset data = tables::verdict_table();
    const PriceTable prices = resolve_prices(data);
    ThresholdRouter router;
    router.train({data, prices});
    Evidence unparsed(2);
    unparsed.current = 0;
    unparsed.models[0].drawn = 3;
    CHECK(router.next(unparsed) == Action::route(1));
}

TEST_CASE("training uses the mean of recorded prices") {
    // The small model costs 1 and 3, the large one 10 and 30, a draw 0.5 and 1.5 with two draws and one.
    Dataset data({"small", "large"});
    const auto add = [&](const char* id, std::vector<int> verdicts, double scale, double small,
                         double large) {
        Record row = record(id, {verified(small, verdicts), scored(large)});
        row.models[0].cost = scale;
        row.models[0].draw_cost = 0.5 * scale;
        row.models[1].cost = 10.0 * scale;
        data.append(row);
    };
    add("a", {0, 0}, 1.0, 0.0, 1.0);
    add("b", {1}, 3.0, 1.0, 1.0);
    ExactRouter router;
    const TrainingResult result = train_at(router, data, Prices{});
    // mean verification (1 + 1.5) / 2, mean large price 20, one of two rows routed
    CHECK_THAT(*result.ibc, WithinRel(0.5 / (1.25 + 10.0), 1e-12));
}

TEST_CASE("a router of the published family may use the first verdicts alone") {
    // The first verdict tells right from wrong; the three behind it say the opposite of it.
    Dataset data({"small", "large"});
    for (int i = 0; i < 12; ++i) {
        const int right = i % 2;
        const int wrong = 1 - right;
        data.append(
            tables::record("q" + std::to_string(i),
                           {tables::verified(right, {right, wrong, wrong, wrong}), tables::scored(1.0)}));
    }
    const PriceTable prices = resolve_prices(data, {{1.0, 50.0}, std::nullopt, {0.5}});
    OneShotOptions options;
    options.max_draws = 1;
    ThresholdRouter router(options);
    REQUIRE(router.train(TrainingData{data, prices}).feasible);
    Evidence evidence(2);
    evidence.current = 0;
    CHECK(router.next(evidence) == Action::verify(1));
    const Replay rows = replay(router, data, prices);
    CHECK_THAT(rows.performance.mean(), WithinAbs(1.0, 1e-12));
    CHECK_THAT(rows.verification_cost.mean(), WithinAbs(0.5, 1e-12));
    CHECK_THAT(rows.routed.mean(), WithinAbs(0.5, 1e-12));
    // No more are used than every row has.
    options.max_draws = 9;
    ThresholdRouter all(options);
    all.train(TrainingData{data, prices});
    CHECK(all.next(evidence) == Action::verify(4));
    options.max_draws = 256;
    CHECK_THROWS_AS(ThresholdRouter(options), ArgumentError);
}
