// SPDX-License-Identifier: Apache-2.0
// Promises by hand, and by Monte Carlo: in how many logs is a promise broken, and what does a kept one cost.
#include "routing/tables.hpp"
#include "stream/promise_logs.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/mixer/automix.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/objective.hpp>
#include <automix/stream/promise.hpp>
#include <automix/stream/risk_bounds.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

/// Two candidates by hand: `cheap` costs 1, and the last model 10. Of 200 rows, both are right on 120, the last alone on
/// `lost`, the cheap one alone on `gained`.
PromiseRows rows_by_hand(Index lost, Index gained) {
    PromiseRows rows;
    rows.candidates.resize(2);
    for (auto& candidate : rows.candidates) {
        candidate.scores.setZero(200);
        candidate.costs.setConstant(200, 1.0);
        candidate.last.setZero(200);
    }
    PromiseRows::Candidate& cheap = rows.candidates[0];
    PromiseRows::Candidate& last = rows.candidates[1];
    last.costs.setConstant(10.0);
    last.last.setConstant(1.0);
    cheap.scores.head(120).setConstant(1.0);
    last.scores.head(120).setConstant(1.0);
    last.scores.segment(120, lost).setConstant(1.0);
    cheap.scores.segment(120 + lost, gained).setConstant(1.0);
    rows.uniforms.setLinSpaced(200, 0.0, 0.995);
    return rows;
}

/// The policies of a router on rows that logs are drawn from, and the truth on each policy of the sequence.
struct Truth {
    PromiseRows rows{};
    PromiseRows training{};
    bool binary = true;
};

Truth truth_of(const promise_logs::Halves& halves, const Objective& objective, bool facts) {
    PomdpOptions options;
    options.objective = objective;
    if (!facts) options.context = {false, {}};
    const PomdpRouter router(options);
    const TrainingData training{halves.train, halves.train_prices};
    const auto candidates = router.candidates(router.collect(training), &training);
    Truth truth{replay_candidates(candidates, {halves.rest, halves.rest_prices}),
                replay_candidates(candidates, training), true};
    for (Index model = 0; model < halves.train.models(); ++model) {
        const Column scores = halves.train.scores(model);
        truth.binary = truth.binary && (scores == 0.0 || scores == 1.0).all();
    }
    return truth;
}

/// The quality of a policy over the last model's, or its share of wrong answers, and its cost, on all rows.
struct PolicyOutcome {
    double measure = 0.0;
    double cost = 0.0;
};

PolicyOutcome outcome_of(const PromiseRows& rows, const PromisePolicy& policy, const Objective& objective) {
    const auto& cheaper = rows.candidates[policy.cheaper];
    const auto& dearer = rows.candidates[policy.dearer];
    double score = 0.0;
    double cost = 0.0;
    double accepted = 0.0;
    double wrong = 0.0;
    for (Index row = 0; row < rows.rows(); ++row) {
        const auto& used = rows.uniforms(row) < 1.0 - policy.share ? cheaper : dearer;
        score += used.scores(row);
        cost += used.costs(row);
        if (used.last(row) < 0.5) {
            accepted += 1.0;
            wrong += 1.0 - used.scores(row);
        }
    }
    const double n = static_cast<double>(rows.rows());
    if (objective.kind == ObjectiveKind::promise_error)
        return {accepted > 0.0 ? wrong / accepted : 0.0, cost / n};
    return {score / rows.candidates.back().scores.sum(), cost / n};
}

/// Draws logs and counts those whose promise is broken, and those that are cheap enough.
struct Tally {
    int logs = 0;
    int broken = 0;
    int proven = 0;
    int cheap = 0;  ///< at most 10 % dearer than the best policy with 5 % slack
    double cost = 0.0;
    double optimum = 0.0;
};

Tally draw_logs(const Truth& truth, const Objective& objective, Index rows, int logs, std::uint64_t seed) {
    const double level = 1.0 - objective.confidence;
    const bool of_error = objective.kind == ObjectiveKind::promise_error;
    PromisePlan plan = plan_promise(truth.rows.candidates.size(), truth.binary);
    begin_where_provable(plan, truth.training, objective, level, rows);
    const std::size_t last = truth.rows.candidates.size() - 1;
    std::map<std::tuple<std::size_t, std::size_t, double>, PolicyOutcome> known;
    const auto outcome = [&](const PromisePolicy& policy) -> const PolicyOutcome& {
        const auto [place, fresh] = known.try_emplace({policy.cheaper, policy.dearer, policy.share});
        if (fresh) place->second = outcome_of(truth.rows, policy, objective);
        return place->second;
    };
    Tally tally;
    tally.optimum = outcome({last, last, 1.0}).cost;
    for (const PromisePolicy& policy : plan.sequence) {
        const PolicyOutcome& found = outcome(policy);
        const bool slack =
            of_error ? found.measure <= 0.95 * objective.value : found.measure >= 1.05 * objective.value;
        if (slack) tally.optimum = std::min(tally.optimum, found.cost);
    }
    Random random(seed);
    std::vector<Index> drawn(as_size(rows));
    for (int log = 0; log < logs; ++log) {
        for (Index& row : drawn)
            row = static_cast<Index>(random.index(static_cast<std::uint64_t>(truth.rows.rows())));
        const PromiseChoice choice = choose_promised(plan, truth.rows.select_rows(drawn), objective, level);
        const PolicyOutcome& found = outcome(choice.policy);
        const bool kept = of_error ? found.measure <= objective.value : found.measure >= objective.value;
        ++tally.logs;
        tally.broken += kept ? 0 : 1;
        tally.proven += choice.certificate.proven ? 1 : 0;
        tally.cheap += choice.certificate.proven && found.cost <= 1.1 * tally.optimum ? 1 : 0;
        tally.cost += found.cost;
    }
    return tally;
}

/// Draws logs of three sizes at two levels and checks that the promise keeps its level.
void check_promise(const std::string& name, const Truth& truth, double bound, bool of_error, int logs) {
    if (const char* more = std::getenv("AUTOMIX_PROMISE_LOGS")) logs = std::max(logs, std::atoi(more));
    for (const double level : {0.05, 0.1}) {
        const Objective objective = of_error ? Objective::promise_error(bound, 1.0 - level)
                                             : Objective::promise_quality(bound, 1.0 - level);
        for (const Index rows : {Index{100}, Index{500}, Index{2000}}) {
            const Tally tally =
                draw_logs(truth, objective, rows, logs, 1000 + static_cast<std::uint64_t>(rows));
            const double n = tally.logs;
            std::cout << name << ' ' << to_string(objective) << " rows " << rows << ": broken "
                      << tally.broken / n << ", proven " << tally.proven / n << ", cheap " << tally.cheap / n
                      << ", cost " << tally.cost / n << ", optimum with slack " << tally.optimum << '\n';
            CAPTURE(name, level, rows, tally.broken, tally.proven, tally.cheap);
            CHECK(tally.broken <= n * (level + 2.0 * std::sqrt(level * (1.0 - level) / n)));
            if (rows == 2000 && !of_error) CHECK(tally.cheap >= 0.8 * n);
        }
    }
}

}  // namespace

TEST_CASE("objectives of promises are read and written") {
    const Objective quality = Objective::promise_quality(0.95, 0.9);
    CHECK(to_string(quality) == "promise:quality=0.95,confidence=0.9");
    CHECK(parse_objective(to_string(quality)) == quality);
    const Objective error = Objective::promise_error(0.05, 0.95);
    CHECK(to_string(error) == "promise:error=0.05,confidence=0.95");
    CHECK(parse_objective("promise:error=0.05,confidence=0.95") == error);
    for (const char* text :
         {"promise:quality=0.9", "promise:quality=3,confidence=0.9", "promise:error=1,confidence=0.9",
          "promise:error=0.1,confidence=1", "promise:error=0.1,confidence=0.3", "quality=0.9,confidence=0.9",
          "promise=0.9,confidence=0.9"})
        CHECK_THROWS_AS(parse_objective(text), ArgumentError);
    CHECK(quality.is_promise());
    CHECK(!Objective::quality(0.9).is_promise());
}

TEST_CASE("a sequence goes from the last model to the cheapest candidate") {
    const PromisePlan plan = plan_promise(3, true, 4);
    REQUIRE(plan.sequence.size() == 4);
    const auto is = [&](std::size_t i, std::size_t cheaper, double share) {
        CHECK(plan.sequence[i].cheaper == cheaper);
        CHECK(plan.sequence[i].dearer == cheaper + 1);
        CHECK(plan.sequence[i].share == share);
    };
    is(0, 1, 0.5);
    is(1, 1, 0.0);
    is(2, 0, 0.5);
    is(3, 0, 0.0);
}

TEST_CASE("the cheapest policy before the first that fails is chosen, with its p-value") {
    const Objective objective = Objective::promise_quality(0.9, 0.95);
    const PromisePlan plan = plan_promise(2, true, 2);
    // All rows of the cheap policy: it loses 2 of 122, so it has 0.98 of the last model's score.
    const PromiseChoice all = choose_promised(plan, rows_by_hand(2, 0), objective, 0.05);
    CHECK(all.certificate.proven);
    CHECK(all.policy.share == 0.0);
    CHECK(all.certificate.p_value == pair_p_value({2, 120, 0, 200}, 0.9, 0.05));
    CHECK(all.certificate.counted == 122);
    CHECK_THAT(all.certificate.estimate, WithinRel(120.0 / 122.0, 1e-12));
    CHECK(all.certificate.position == 2);
    CHECK(all.certificate.cost == 1.0);
    CHECK(all.certificate.last_cost == 10.0);
    // It loses 30 of 150: half of the rows, those with u up to 0.5, may go to the cheap one, for these are right.
    const PromiseChoice half = choose_promised(plan, rows_by_hand(30, 0), objective, 0.05);
    CHECK(half.certificate.proven);
    CHECK(half.policy.share == 0.5);
    CHECK(half.certificate.position == 1);
    CHECK_THAT(half.certificate.cost, WithinAbs(5.5, 0.05));
}

TEST_CASE("without a proof the last model answers, and the certificate says how many rows would do") {
    const Objective objective = Objective::promise_quality(0.999, 0.95);
    const PromiseChoice none = choose_promised(plan_promise(2, true, 1), rows_by_hand(0, 0), objective, 0.05);
    CHECK(!none.certificate.proven);
    CHECK(none.policy.cheaper == 1);
    CHECK(none.certificate.cost == 10.0);
    CHECK(none.certificate.position == 1);
    // 0.999^n falls to 0.05 after 2,995 rows on which both are right, 0.6 of all.
    REQUIRE(none.certificate.rows_needed);
    CHECK_THAT(*none.certificate.rows_needed, WithinRel(std::log(0.05) / std::log(0.999) / 0.6, 1e-9));
    CHECK_THAT(to_string(none.certificate), ContainsSubstring("every query goes to the last model"));
    const PromiseChoice never =
        choose_promised(plan_promise(2, true, 1), rows_by_hand(60, 0), objective, 0.05);
    CHECK(!never.certificate.rows_needed);
}

TEST_CASE("a promise on errors counts accepted answers alone") {
    const Objective objective = Objective::promise_error(0.3, 0.95);
    PromiseRows rows = rows_by_hand(10, 5);
    // The first 150 rows are accepted by the cheap candidate; of these 120 + 5 are right.
    rows.candidates[0].last.tail(50).setConstant(1.0);
    const PromiseChoice choice = choose_promised(plan_promise(2, true, 1), rows, objective, 0.05);
    CHECK(choice.certificate.proven);
    CHECK(choice.certificate.counted == 150);
    CHECK_THAT(choice.certificate.estimate, WithinRel(25.0 / 150.0, 1e-12));
    CHECK(choice.certificate.p_value == binomial_at_most(25, 150, 0.3));
    CHECK(choice.certificate.method == "binomial");
    PromisePlan plan = plan_promise(2, false, 1);
    CHECK(choose_promised(plan, rows, objective, 0.05).certificate.p_value ==
          hoeffding_bentkus(25.0 / 150.0, 150, 0.3));
    // Beside the last model hardly anything is accepted, so the sequence begins later.
    plan = plan_promise(2, true, 50);
    begin_where_provable(plan, rows, objective, 0.05, 200);
    CHECK(plan.sequence.size() < 50);
    CHECK(plan.sequence.front().share < 0.98);
}

TEST_CASE("scores that are neither 0 nor 1 count against a policy that was planned for these") {
    const Objective objective = Objective::promise_quality(0.9, 0.95);
    PromiseRows rows = rows_by_hand(0, 0);
    rows.candidates[0].scores(0) = 0.99;
    rows.candidates[1].scores(1) = 0.01;
    const PromiseChoice choice = choose_promised(plan_promise(2, true, 1), rows, objective, 0.05);
    CHECK(choice.certificate.p_value == pair_p_value({1, 119, 0, 200}, 0.9, 0.05));
}

TEST_CASE("a router is trained for a promise and holds its certificate") {
    const Dataset train = promise_logs::world(400, 5);
    Dataset calibration({"small", "large"});
    {
        const Dataset other = promise_logs::world(900, 6);
        for (Index row = 0; row < other.rows(); ++row) {
            Record record = other.record(row);
            record.id = "c" + record.id;
            calibration.append(record);
        }
    }
    const Prices prices{{1.0, 10.0}, {}, {0.2}, {}};
    const PriceTable train_prices = resolve_prices(train, prices);
    const PriceTable calibration_prices = resolve_prices(calibration, prices);
    PomdpOptions options;
    options.objective = Objective::promise_quality(0.95, 0.9);
    PomdpRouter router(options);
    CHECK_THROWS_AS(router.train({train, train_prices}), ArgumentError);
    const TrainingResult result =
        train_with_promise(router, {train, train_prices}, {calibration, calibration_prices});
    CHECK(result.feasible);
    CHECK(result.reason.empty());
    REQUIRE(router.report().promises.size() == 1);
    const PromiseCertificate& certificate = router.report().promises.front();
    CHECK(certificate.proven);
    CHECK(certificate.rows == 900);
    CHECK(certificate.p_value <= 0.1);
    CHECK(certificate.cost < 0.9 * certificate.last_cost);
    CHECK(certificate.estimate > 0.95);
    // The router does on the calibration rows what the certificate says.
    const Replay replayed = replay(router, calibration, calibration_prices);
    CHECK(replayed.performance.mean() > 0.0);
    REQUIRE(router.trained().report.held_out);
    CHECK_THAT(replayed.performance.mean(), WithinAbs(router.trained().report.held_out->score, 1e-9));

    CHECK_THROWS_AS(train_with_promise(router, {train, train_prices}, {train, train_prices}), DataError);
    CHECK_THROWS_AS(
        train_with_promise(router, {train, train_prices}, {Dataset({"small", "large"}), PriceTable()}),
        DataError);
    PomdpRouter base;
    CHECK_THROWS_AS(train_with_promise(base, {train, train_prices}, {calibration, calibration_prices}),
                    ArgumentError);

    Automix mixer{PomdpRouter(options), {.prices = prices}};
    CHECK(mixer.train(train, calibration).reason.empty());
    CHECK(mixer.router().report().promises.front().p_value == certificate.p_value);
    // Without calibration rows a share of the rows to train on proves the promise.
    Automix sharing{PomdpRouter(options), {.prices = prices, .calibration_share = 0.5}};
    sharing.train(calibration);
    const Index proving = sharing.router().report().promises.front().rows;
    CHECK(proving > 400);
    CHECK(proving < 500);
    CHECK_THROWS_AS(Automix{PomdpRouter()}.train(train, calibration), ArgumentError);
}

TEST_CASE("an impossible promise is an answer: the last model alone") {
    const Dataset train = promise_logs::world(300, 8);
    const Prices prices{{1.0, 10.0}, {}, {0.2}, {}};
    PomdpOptions options;
    options.objective = Objective::promise_quality(1.4, 0.95);
    Automix mixer{PomdpRouter(options), {.prices = prices}};
    const TrainingResult result = mixer.train(train);
    CHECK(result.feasible);
    CHECK_THAT(result.reason, ContainsSubstring("no policy is proven"));
    Evidence evidence(2);
    CHECK(mixer.next(evidence) == Action::route(1));
}

TEST_CASE("rows that prove a promise are a share of all, the same every time") {
    const Dataset data = promise_logs::world(2000, 9);
    const PromiseSplit split = rows_for_promise(data, 0.3, 4);
    CHECK(split.train.size() + split.calibration.size() == 2000);
    CHECK(std::abs(static_cast<double>(split.calibration.size()) - 600.0) < 80.0);
    CHECK(rows_for_promise(data, 0.3, 4).calibration == split.calibration);
    CHECK_THROWS_AS(rows_for_promise(data, 1.0), ArgumentError);
}

TEST_CASE("promises on logs of a known world are broken in at most delta of them", "[property]") {
    const promise_logs::Halves halves = promise_logs::known_world();
    const Truth truth = truth_of(halves, Objective::promise_quality(0.9, 0.95), false);
    check_promise("known world", truth, 0.9, false, 500);
    check_promise("known world", truth, 0.15, true, 500);
}

TEST_CASE("promises on logs resampled from real ones are broken in at most delta of them", "[shared]") {
    const std::vector<promise_logs::SharedLog> logs{
        {"date_cot1.jsonl", {1, 2}, {{1.0, 20.0}, {}, {0.2}, {}}, false},
        {"gsm_pot1.jsonl", {0, 2}, {{1.0, 50.0}, {}, {0.2}, {}}, false},
        {"field/mbpp_judge.jsonl", {0, 2}, {}, false},
        {"field/reasoning_gym.jsonl", {0, 1, 2}, {}, true},
        {"field/mix_k4.jsonl", {0, 1, 2, 3}, {}, true},
    };
    for (const promise_logs::SharedLog& log : logs) {
        const auto halves = promise_logs::shared_halves(log);
        if (!halves) return;
        const Truth truth = truth_of(*halves, Objective::promise_quality(0.9, 0.95), log.facts);
        check_promise(log.name, truth, 0.9, false, 300);
    }
}
