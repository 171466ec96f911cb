// SPDX-License-Identifier: Apache-2.0
#include "stream/traffic.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/log/log.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/statistics.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/json/policy_json.hpp>
#include <automix/stream/learn.hpp>
#include <automix/stream/log/request_line.hpp>
#include <automix/stream/rehearse.hpp>
#include <automix/stream/seen_rows.hpp>
#include <automix/stream/weighted_statistics.hpp>

#include <cmath>
#include <string>
#include <variant>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

Dataset recorded(bool facts, const std::string& name = "dates", const std::string& small = "automix-base") {
    ReadOptions options;
    options.models = {small, "automix-large"};
    options.keep_facts = facts;
    return read_dataset(std::string(AUTOMIX_EXAMPLES_DIR) + "/data/" + name + ".jsonl", options);
}

Dataset part_of(const Dataset& data, Index first, Index end) {
    std::vector<Index> rows;
    for (Index row = first; row < end; ++row) rows.push_back(row);
    return data.select_rows(rows);
}

PomdpOptions without_context() {
    PomdpOptions options;
    options.context = ContextChoice{.best = false};
    return options;
}

/// The requests as a log on disk has them.
std::vector<RequestRecord> through_lines(const std::vector<RequestRecord>& requests) {
    std::vector<RequestRecord> read;
    for (const RequestRecord& request : requests)
        read.push_back(std::get<RequestRecord>(parse_request_line(request_line(request), "log")));
    return read;
}

}  // namespace

TEST_CASE("learning from a log in which everything was seen is training on it, to the bit") {
    for (const bool reads : {false, true}) {
        const Dataset data = part_of(recorded(reads), 0, 300);
        const PriceTable prices = resolve_prices(data);
        PomdpOptions options;
        if (!reads) options = without_context();
        PomdpRouter trained(options);
        const Statistics statistics = trained.collect({data, prices});
        REQUIRE(trained.train({data, prices}).feasible);

        const SeenRows rows = seen_rows(through_lines(traffic::whole(data)), trained.models());
        REQUIRE(rows.data.rows() == 300);
        const LearnedPolicy learned = learn(trained, statistics, rows, {.fresh = true});
        CHECK(learned.prices == RequestPrices::measured);
        CHECK(learned.effective_rows == 300.0);
        CHECK(learned.context_rows == (reads ? 300 : 0));
        CHECK(to_policy_text(learned.router, learned.statistics) == to_policy_text(trained, statistics));
    }
}

TEST_CASE("learning adds new rows to old ones that are forgotten by a factor") {
    const Dataset all = recorded(false);
    const Dataset before = part_of(all, 0, 250);
    const Dataset after = part_of(all, 250, 500);
    const PriceTable prices = resolve_prices(before);
    PomdpRouter policy(without_context());
    Statistics statistics = policy.collect({before, prices});
    REQUIRE(policy.train({before, prices}).feasible);
    const SeenRows rows = seen_rows(traffic::whole(after), policy.models());

    const LearnedPolicy learned =
        learn(policy, statistics, rows, {.forget = 0.5, .prices = RequestPrices::old});
    CHECK_THAT(learned.old_rows, WithinRel(125.0, 1e-12));
    const FoldStatistics total = learned.statistics.total();
    CHECK_THAT(total.weight(), WithinRel(375.0, 1e-12));
    CHECK_THAT(total.mean_score(0),
               WithinRel((0.5 * before.scores(0).sum() + after.scores(0).sum()) / 375.0, 1e-12));
    CHECK_THAT(total.answer_prices[1] / total.weight(), WithinRel(prices.answers[1].mean(), 1e-12));
    REQUIRE(learned.statistics.logs.size() == 2);

    const LearnedPolicy measured =
        learn(policy, statistics, rows, {.forget = 0.5, .prices = RequestPrices::measured});
    const FoldStatistics repriced = measured.statistics.total();
    CHECK_THAT(repriced.answer_prices[1] / repriced.weight(),
               WithinRel(after.recorded_costs(1).mean(), 1e-12));
    CHECK_THAT(repriced.draw_prices[0] / repriced.weight(),
               WithinRel(after.recorded_draw_costs(0).mean(), 1e-12));

    // The same requests a second time would count twice.
    CHECK_THROWS_AS(learn(measured.router, measured.statistics, rows, {}), DataError);
    CHECK_THROWS_WITH(
        learn(policy, statistics, rows, {.min_rows = 251.0}),
        ContainsSubstring("250 requests were seen whole and scored, which count as 250 rows; 251"));
    CHECK_THROWS_AS(learn(policy, statistics, rows, {.forget = 0.0}), ArgumentError);
}

TEST_CASE("prices that are to be measured must be logged, and far ones are told") {
    const Dataset all = recorded(false);
    const Dataset before = part_of(all, 0, 250);
    PomdpRouter policy(without_context());
    const PriceTable prices = resolve_prices(before);
    const Statistics statistics = policy.collect({before, prices});
    REQUIRE(policy.train({before, prices}).feasible);
    std::vector<RequestRecord> requests = traffic::whole(part_of(all, 250, 500));
    for (RequestRecord& request : requests) request.models[1].cost = 2.0 * *request.models[1].cost;
    const LearnedPolicy learned = learn(policy, statistics, seen_rows(requests, policy.models()));
    CHECK(learned.prices == RequestPrices::old);
    REQUIRE(learned.notes.size() == 1);
    CHECK_THAT(learned.notes.front(), ContainsSubstring("automix-large"));
    requests[3].models[1].cost.reset();
    const SeenRows gap = seen_rows(requests, policy.models());
    CHECK_THROWS_WITH(learn(policy, statistics, gap, {.prices = RequestPrices::measured}),
                      ContainsSubstring(requests[3].id) && ContainsSubstring("no cost"));
    CHECK_NOTHROW(learn(policy, statistics, gap));
}

TEST_CASE("learning from explored traffic finds the scores of all requests", "[property]") {
    // With one draw the policy by itself sees all of the requests that it routes, those of bad verdicts.
    const Dataset data = recorded(false, "moves", "automix-mini");
    const PriceTable prices = resolve_prices(data);
    PomdpOptions options = without_context();
    options.max_draws = {1};
    PomdpRouter policy(options);
    REQUIRE(policy.train({data, prices}).feasible);
    traffic::Gateway gateway(policy, data, prices);
    Random random(5);
    // The mean score in the statistics is that of a ratio estimate, so its mean over repetitions is that of the log.
    constexpr int repetitions = 200;
    double sum = 0.0;
    double squares = 0.0;
    double unweighted = 0.0;
    for (int repetition = 0; repetition < repetitions; ++repetition) {
        const SeenRows rows = seen_rows(gateway.serve_all(0.3, random), policy.models());
        const Statistics learned = weighted_statistics(rows, resolve_prices(rows.data), {.max_draws = {1}});
        const double error = learned.total().mean_score(0) - data.scores(0).mean();
        sum += error;
        squares += error * error;
        unweighted += rows.data.scores(0).mean() - data.scores(0).mean();
    }
    const double mean = sum / repetitions;
    const double se = std::sqrt((squares / repetitions - mean * mean) / repetitions);
    INFO("bias " << mean << " +- " << se << ", unweighted " << unweighted / repetitions);
    CHECK(std::abs(mean) < 3.0 * se);
    CHECK(std::abs(unweighted / repetitions) > 10.0 * se);
}

TEST_CASE("a rehearsal replays both policies on what was seen, or says that too little was") {
    const Dataset data = recorded(false);
    const PriceTable prices = resolve_prices(data);
    PomdpRouter now(without_context());
    REQUIRE(now.train({data, prices}).feasible);
    PomdpOptions better = without_context();
    better.objective = Objective::lambda(0.0);
    PomdpRouter next(better);
    REQUIRE(next.train({data, prices}).feasible);
    const SeenRows whole = seen_rows(traffic::whole(data), shapes_for_both(now.models(), next.models()));
    const Rehearsal rehearsal = rehearse(next, &now, whole);
    const Replay replayed = replay(next, data, prices);
    const Replay served = replay(now, data, prices);
    CHECK(rehearsal.effective_rows == 500.0);
    CHECK_THAT(rehearsal.next.score.mean, WithinRel(replayed.performance.mean(), 1e-12));
    CHECK_THAT(rehearsal.next.cost.mean,
               WithinRel((replayed.answer_cost + replayed.verification_cost).mean(), 1e-12));
    REQUIRE(rehearsal.gain);
    CHECK_THAT(rehearsal.gain->score.mean,
               WithinAbs(replayed.performance.mean() - served.performance.mean(), 1e-12));
    CHECK_THAT(rehearsal.now->routed.mean, WithinRel(served.routed.mean(), 1e-12));
    const double spread =
        std::sqrt((replayed.performance - replayed.performance.mean()).square().sum() / 499.0);
    CHECK_THAT(rehearsal.next.score.se, WithinRel(spread / std::sqrt(500.0), 1e-10));

    traffic::Gateway gateway(now, data, prices);
    Random random(1);
    const SeenRows few = seen_rows(gateway.serve_all(0.02, random), now.models());
    CHECK_THROWS_WITH(rehearse(next, nullptr, few, {.min_rows = 400.0}),
                      ContainsSubstring("too little was explored") && ContainsSubstring("of 500 requests"));

    std::vector<ModelShape> other = now.models();
    other[0].name = "other";
    CHECK_THROWS_AS(shapes_for_both(now.models(), other), ArgumentError);
    other = now.models();
    other[0].draws = 20;
    CHECK(shapes_for_both(now.models(), other)[0].draws == 20);
}
