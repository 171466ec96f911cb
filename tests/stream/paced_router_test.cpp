// SPDX-License-Identifier: Apache-2.0
// Budgets over streams: steps by hand, streams of a known world in random and in the worst order, and real logs.
#include "stream/promise_logs.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/log/log.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/constant.hpp>
#include <automix/stream/e_process.hpp>
#include <automix/stream/json/stream_state_json.hpp>
#include <automix/stream/paced_router.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <numeric>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

/// The policies of a frontier: their planned costs, and what each does on the rows of a stream.
struct PacedWorld {
    std::vector<PacedPolicy> policies{};  ///< costs on the rows to train on
    std::vector<Eigen::ArrayXd> scores{};
    std::vector<Eigen::ArrayXd> costs{};
    Eigen::ArrayXd hardness{};  ///< of each row: the cheapest model's score, negative
    double dearest_call = 0.0;
};

PacedWorld paced_world(const promise_logs::Halves& halves, bool facts) {
    PomdpOptions options;
    if (!facts) options.context = {false, {}};
    PacedWorld world;
    for (const PomdpRouter& router : PomdpRouter(options).curve({halves.train, halves.train_prices})) {
        const Replay known = replay(router, halves.train, halves.train_prices);
        world.policies.push_back(
            {(known.answer_cost + known.verification_cost).mean(), router.report().lambda});
        const Replay replayed = replay(router, halves.rest, halves.rest_prices);
        world.scores.push_back(replayed.performance);
        world.costs.push_back(replayed.answer_cost + replayed.verification_cost);
    }
    world.hardness = -halves.rest.scores(0);
    for (Index model = 0; model < halves.rest.models(); ++model) {
        for (Index row = 0; row < halves.rest.rows(); ++row)
            world.dearest_call =
                std::max(world.dearest_call, halves.rest_prices.answers[as_size(model)](row));
    }
    return world;
}

/// Rows in random order, as often as it takes for that many queries.
std::vector<Index> random_order(Index rows, std::size_t queries, std::uint64_t seed) {
    Random random(seed);
    std::vector<Index> order;
    while (order.size() < queries) {
        std::vector<Index> all(as_size(rows));
        std::iota(all.begin(), all.end(), Index{0});
        random.shuffle(all);
        order.insert(order.end(), all.begin(), all.end());
    }
    order.resize(queries);
    return order;
}

struct Streamed {
    std::vector<double> scores{};
    std::vector<double> costs{};
    double dearest_share = 0.0;  ///< of queries that the dearest policy was chosen for
    [[nodiscard]] double cost() const { return std::accumulate(costs.begin(), costs.end(), 0.0); }
    [[nodiscard]] double score() const { return std::accumulate(scores.begin(), scores.end(), 0.0); }
    /// Returns the highest cost of that many queries in a row.
    [[nodiscard]] double dearest_window(std::size_t window) const {
        double sum = 0.0;
        double most = 0.0;
        for (std::size_t i = 0; i < costs.size(); ++i) {
            sum += costs[i] - (i >= window ? costs[i - window] : 0.0);
            most = std::max(most, sum);
        }
        return most;
    }
};

Streamed stream(const PacedWorld& world, const std::vector<Index>& order, double budget, std::uint64_t seed) {
    Random random(seed);
    PacedOptions options;
    options.budget = budget;
    Pacer pacer(world.policies, options);
    Streamed streamed;
    for (const Index row : order) {
        const Pacer::Choice choice = pacer.begin(random.uniform());
        streamed.scores.push_back(world.scores[choice.policy](row));
        streamed.costs.push_back(world.costs[choice.policy](row));
        if (choice.policy + 1 == world.policies.size())
            streamed.dearest_share += 1.0 / static_cast<double>(order.size());
        pacer.end(choice, streamed.costs.back());
    }
    return streamed;
}

/// Returns the sums of score and cost of each policy on rows.
std::vector<OperatingPoint> sums(const PacedWorld& world, const std::vector<Index>& rows) {
    std::vector<OperatingPoint> all;
    for (std::size_t p = 0; p < world.policies.size(); ++p) {
        OperatingPoint& sum = all.emplace_back();
        for (const Index row : rows) {
            sum.performance += world.scores[p](row);
            sum.cost += world.costs[p](row);
        }
    }
    return all;
}

/// Returns the highest score of a fixed price of quality that costs at most `budget`: of a policy, or of two neighbours
/// mixed.
double best_fixed(const std::vector<OperatingPoint>& points, double budget) {
    double best = 0.0;
    for (std::size_t p = 0; p < points.size(); ++p) {
        const OperatingPoint& a = points[p];
        if (a.cost > budget) continue;
        best = std::max(best, a.performance);
        if (p + 1 == points.size() || points[p + 1].cost <= budget) continue;
        const OperatingPoint& b = points[p + 1];
        const double share = (budget - a.cost) / (b.cost - a.cost);
        best = std::max(best, (1.0 - share) * a.performance + share * b.performance);
    }
    return best;
}

/// Checks streams of a world at three budgets, in random order and with all hard queries first. With a heavy tail a
/// single query costs hundreds of budgets, and scores depend on when it comes.
void check_streams(const std::string& name, const PacedWorld& world, bool heavy_tail = false) {
    constexpr std::size_t queries = 2000;
    constexpr std::size_t window = 500;
    const Index rows = world.hardness.size();
    const double cheapest = world.policies.front().cost;
    const double dearest = world.policies.back().cost;
    for (const double part : {0.2, 0.5, 0.8}) {
        const double budget = cheapest + part * (dearest - cheapest);
        constexpr int orders = 10;
        double worst_gap = -1.0;
        double mean_gap = 0.0;
        double mean_score = 0.0;
        double mean_cost = 0.0;
        double worst_window = 0.0;
        // Adds what the total differs from the budget by, less one call, and the dearest window, less two.
        const auto check_cost = [&](const Streamed& streamed, double weight) {
            const double due = budget * static_cast<double>(queries);
            // Nothing is left to buy where the dearest policy costs less than the budget.
            const bool bound = streamed.dearest_share < 0.25;
            const double apart = bound ? std::abs(streamed.cost() - due) : streamed.cost() - due;
            mean_cost += weight * std::max(0.0, apart - world.dearest_call) / due;
            worst_window = std::max(
                worst_window, std::max(0.0, streamed.dearest_window(window) - 2.0 * world.dearest_call) /
                                      (budget * static_cast<double>(window)) -
                                  1.0);
        };
        for (int i = 0; i < orders; ++i) {
            const auto order = random_order(rows, queries, 100 + static_cast<std::uint64_t>(i));
            const Streamed streamed = stream(world, order, budget, static_cast<std::uint64_t>(i));
            check_cost(streamed, 1.0 / orders);
            const double best = best_fixed(sums(world, order), budget * static_cast<double>(queries));
            const double gap = (best - streamed.score()) / static_cast<double>(queries);
            worst_gap = std::max(worst_gap, gap);
            mean_gap += gap / orders;
            mean_score += streamed.score() / static_cast<double>(queries) / orders;
        }
        std::cout << name << " budget " << budget << " random: cost off by " << 100.0 * mean_cost
                  << " %, dearest window " << 100.0 * worst_window << " % above, score " << mean_score
                  << ", below best fixed " << 100.0 * mean_gap << " (worst " << 100.0 * worst_gap
                  << ") points\n";
        CAPTURE(name, part);
        CHECK(mean_cost <= 0.004);
        CHECK(worst_window <= 0.05);
        if (!heavy_tail) CHECK(mean_gap <= 0.005);
        // All hard queries first; the best price of quality in hindsight at the same budget, for each 500 queries and for
        // those that are hard by themselves, since no window may borrow from the next.
        mean_cost = worst_window = 0.0;
        mean_gap = mean_score = 0.0;
        for (int i = 0; i < orders; ++i) {
            auto order = random_order(rows, queries, 200 + static_cast<std::uint64_t>(i));
            std::stable_sort(order.begin(), order.end(),
                             [&](Index a, Index b) { return world.hardness(a) > world.hardness(b); });
            const Streamed streamed = stream(world, order, budget, static_cast<std::uint64_t>(i));
            check_cost(streamed, 1.0 / orders);
            mean_score += streamed.score() / static_cast<double>(queries) / orders;
            double best = 0.0;
            for (std::size_t begin = 0; begin < queries;) {
                std::size_t end = begin + 1;
                const auto jumps = [&] {
                    return world.hardness(order[end - 1]) - world.hardness(order[end]) >= 0.5;
                };
                while (end < queries && end % window != 0 && !jumps()) ++end;
                const std::vector<Index> part_of(order.begin() + static_cast<std::ptrdiff_t>(begin),
                                                 order.begin() + static_cast<std::ptrdiff_t>(end));
                best += best_fixed(sums(world, part_of), budget * static_cast<double>(end - begin));
                begin = end;
            }
            mean_gap += (best - streamed.score()) / static_cast<double>(queries) / orders;
        }
        std::cout << name << " budget " << budget << " hard first: cost off by " << 100.0 * mean_cost
                  << " %, dearest window " << 100.0 * worst_window << " % above, score " << mean_score
                  << ", below best of windows " << 100.0 * mean_gap << " points\n";
        CHECK(worst_window <= 0.05);
        // The hindsight of each stretch is that of the best of many policies on few queries.
        if (!heavy_tail) CHECK(mean_cost <= 0.015);
        if (!heavy_tail) CHECK(mean_gap <= 0.015);
    }
}

}  // namespace

TEST_CASE("a pacer begins at its budget and makes up for what was spent") {
    const std::vector<PacedPolicy> points{{1.0, 0.1}, {5.0, 0.02}, {3.0, 0.0}};
    PacedOptions options;
    options.budget = 2.0;
    options.window = 100;
    options.tolerance = 0.1;  // differences are made up in 15 queries
    Pacer pacer(points, options);
    CHECK_THAT(pacer.lambda(), WithinRel(0.1, 1e-12));
    // The third policy costs no more than the second. A quarter of the queries is to be dear.
    const Pacer::Choice cheap = pacer.begin(0.7);
    CHECK(cheap.policy == 0);
    CHECK(cheap.planned == 1.0);
    pacer.end(cheap, 1.0);
    // One is left over: the base has risen by 1/900, and the target is 1/15 above it.
    CHECK_THAT(pacer.state().base, WithinRel(2.0 + 1.0 / 900.0, 1e-12));
    CHECK(Pacer(points, options, pacer.state()).begin(1.0 - 0.267).policy == 0);
    const Pacer::Choice dear = pacer.begin(1.0 - 0.2669);
    CHECK(dear.policy == 1);
    CHECK(pacer.state().queries == 2);
    CHECK(pacer.state().due == 4.0);
    CHECK(pacer.state().spent == 1.0);
    pacer.end(dear, 30.0);
    CHECK(pacer.state().excess == 28.0);
    CHECK(pacer.state().dearest == 30.0);
    // More than 9.2 budgets and the dearest query above: the cheapest answers, whatever u.
    const Pacer::Choice again = pacer.begin(0.999999);
    CHECK(again.policy == 1);
    pacer.end(again, 30.0);
    CHECK(pacer.begin(0.999999).policy == 0);
}

TEST_CASE("a pacer of one policy has no choice") {
    Pacer pacer({{1.0, 0.3}}, {2.0, 500, 0.05});
    CHECK(pacer.begin(0.99).policy == 0);
    CHECK(pacer.lambda() == 0.3);
}

TEST_CASE("pacers refuse impossible budgets, costs and states") {
    const std::vector<PacedPolicy> points{{1.0, 0.1}, {5.0, 0.0}};
    CHECK_THROWS_AS(Pacer({}, {2.0, 500, 0.05}), ArgumentError);
    CHECK_THROWS_AS(Pacer({{std::nan(""), 0.0}}, {2.0, 500, 0.05}), ArgumentError);
    CHECK_THROWS_AS(Pacer(points, {0.5, 500, 0.05}), ArgumentError);
    CHECK_THROWS_AS(Pacer(points, {2.0, 0, 0.05}), ArgumentError);
    CHECK_THROWS_AS(Pacer(points, {2.0, 500, 0.0}), ArgumentError);
    CHECK_THROWS_AS(Pacer(points, {2.0, 500, 0.05}, {1, -1.0, 1.0, 1.0, 0.0, 0.0}), ArgumentError);
    Pacer pacer(points, {2.0, 500, 0.05});
    CHECK_THROWS_AS(pacer.end({0, 1.0}, -1.0), ArgumentError);
    CHECK_THROWS_AS(pacer.spread(10.0, 0.0), ArgumentError);
    CHECK_THROWS_AS(PacedRouter<AlwaysSmallRouter>({AlwaysSmallRouter()}, points, {2.0, 500, 0.05}),
                    ArgumentError);
}

TEST_CASE("a total over a horizon of unknown length is spent by its end") {
    Random random(21);
    for (const int queries : {500, 3000}) {
        const std::vector<PacedPolicy> points{{1.0, 0.1}, {10.0, 0.0}};
        const double total = 4.0 * queries;
        Pacer pacer(points, {4.0, 500, 0.05});
        double spent = 0.0;
        for (int i = 0; i < queries; ++i) {
            if (i > 0 && i % 10 == 0) pacer.spread(total, static_cast<double>(i) / queries);
            const Pacer::Choice choice = pacer.begin(random.uniform());
            // The traffic costs more than planned.
            const double cost = (choice.policy == 0 ? 1.3 : 13.0);
            spent += cost;
            pacer.end(choice, cost);
        }
        CAPTURE(queries, spent);
        CHECK_THAT(spent, WithinRel(total, 0.02));
    }
}

TEST_CASE("states of streams survive a file to the bit") {
    PacedState paced{12, 0.1 + 0.2, 24.0, 2.0 / 3.0, 1e-9, 0.7};
    CHECK(parse_paced_state(to_state_text(paced), "state") == paced);
    EProcess wealth;
    CHECK(parse_e_process_state(to_state_text(wealth.state()), "state") == wealth.state());
    for (const double value : {0.1, 0.9, 0.3}) wealth.add(value);
    CHECK(parse_e_process_state(to_state_text(wealth.state()), "state") == wealth.state());
    CHECK_THROWS_AS(parse_paced_state("{}", "state"), DataError);
    CHECK_THROWS_AS(parse_paced_state(to_state_text(wealth.state()), "state"), DataError);
    CHECK_THROWS_AS(
        parse_paced_state(
            R"({"schema":"automix-paced/1","queries":-1,"spent":0,"due":0,"base":0,"excess":0,"dearest":0})",
            "state"),
        DataError);
    CHECK_THROWS_AS(
        parse_paced_state(
            R"({"schema":"automix-paced/1","queries":1,"spent":-1,"due":0,"base":0,"excess":0,"dearest":0})",
            "state"),
        DataError);
    // A pacer that goes on from a file does as the other.
    const std::vector<PacedPolicy> points{{1.0, 0.1}, {5.0, 0.0}};
    Pacer one(points, {2.0, 500, 0.05});
    one.end(one.begin(0.9), 5.0);
    Pacer other(points, {2.0, 500, 0.05}, parse_paced_state(to_state_text(one.state()), "state"));
    CHECK(one.begin(0.8).policy == other.begin(0.8).policy);
    CHECK(one.state() == other.state());
}

TEST_CASE("threads share a paced router", "[threads]") {
    PacedRouter<RandomMixRouter> paced({RandomMixRouter(0.0), RandomMixRouter(1.0)}, {{1.0, 0.1}, {5.0, 0.0}},
                                       {2.0, 500, 0.05});
    std::array<std::thread, 4> threads;
    for (std::size_t t = 0; t < threads.size(); ++t) {
        threads[t] = std::thread([&paced, t] {
            Random random(t);
            for (int i = 0; i < 500; ++i) {
                const auto turn = paced.begin(random.uniform());
                paced.end(turn, &turn.router() == &paced.frontier()[0] ? 1.0 : 5.0);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    const Pacer pacer = paced.pacer();
    CHECK(pacer.state().queries == 2000);
    CHECK_THAT(pacer.state().spent, WithinRel(4000.0, 0.01));
    const PacedRouter<RandomMixRouter> copy(paced);
    CHECK(copy.pacer().state() == pacer.state());
}

TEST_CASE("budgets hold on streams of a known world, in any order") {
    const PacedWorld world =
        paced_world(promise_logs::price({promise_logs::world(600, 1), promise_logs::world(1000, 2)},
                                        {{1.0, 10.0}, {}, {0.2}, {}}),
                    false);
    check_streams("known world", world);
}

TEST_CASE("budgets hold on streams of recorded logs, in any order") {
    const std::string folder = std::string(AUTOMIX_EXAMPLES_DIR) + "/data/";
    const Dataset log =
        read_log({folder + "moves.jsonl", folder + "dates.jsonl", folder + "clauses.jsonl"}, {}).data;
    const std::vector<std::string> pair{"automix-base", "automix-large"};
    check_streams("recorded logs", paced_world(promise_logs::price(split_by_hash(log.with_models(pair), 0.5),
                                                                   {{1.0, 50.0}, 1.0, {}, {}}),
                                               false));
}

TEST_CASE("budgets hold on streams of shared logs, in any order", "[shared]") {
    const std::vector<promise_logs::SharedLog> logs{
        {"date_cot1.jsonl", {1, 2}, {{1.0, 20.0}, {}, {0.2}, {}}, false},
        {"date_pot1.jsonl", {1, 2}, {{1.0, 20.0}, {}, {0.2}, {}}, false},
        {"field/reasoning_gym.jsonl", {0, 1, 2}, {}, true},
        {"field/mix_k4.jsonl", {0, 1, 2, 3}, {}, true},
    };
    for (const promise_logs::SharedLog& log : logs) {
        const auto halves = promise_logs::shared_halves(log);
        if (!halves) return;
        check_streams(log.name, paced_world(*halves, log.facts), log.facts);
    }
}
