// SPDX-License-Identifier: Apache-2.0
#include "routing/reading_log.hpp"
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/price.hpp>
#include <automix/core/random.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/record.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/detail/belief_fit.hpp>
#include <automix/routing/belief/detail/belief_model.hpp>
#include <automix/routing/belief/detail/cell_values.hpp>
#include <automix/routing/belief/detail/policy_estimate.hpp>
#include <automix/routing/belief/detail/routing_solver.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/fixed_k.hpp>
#include <automix/routing/belief/pomdp_report.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/objective.hpp>
#include <automix/routing/training.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

using namespace automix;
using Catch::Matchers::Contains;
using Catch::Matchers::WithinAbs;

namespace {

/// A log of two or three models whose verdicts tell right from wrong; `told` from 0 (nothing) to 1.
Dataset make_log(std::uint64_t seed, Index rows, int draws, std::size_t models = 2, double told = 0.8) {
    std::vector<std::string> names;
    for (std::size_t m = 0; m < models; ++m) names.push_back("m" + std::to_string(m));
    Dataset data(names);
    Random random(seed);
    for (Index row = 0; row < rows; ++row) {
        Record record;
        record.id = "q" + std::to_string(row);
        record.models.resize(models);
        const double ease = random.uniform();
        for (std::size_t m = 0; m < models; ++m) {
            ModelRecord& model = record.models[m];
            const double able = 0.3 + 0.6 * static_cast<double>(m) / static_cast<double>(models - 1);
            const bool right = random.bernoulli(std::clamp(able + 0.5 * (ease - 0.5), 0.02, 0.98));
            model.score = right ? 1.0 : 0.0;
            if (m + 1 == models) break;
            const double level = 0.5 + told * ((right ? 1.0 : 0.0) - 0.5) * random.uniform();
            for (int k = 0; k < draws; ++k)
                model.verdicts.push_back(random.bernoulli(level) ? Verdict::positive : Verdict::negative);
        }
        data.append(record);
    }
    return data;
}

Prices prices_of(std::size_t models, double draw) {
    Prices prices;
    for (std::size_t m = 0; m < models; ++m) {
        prices.answers.push_back(m + 1 == models ? 50.0 : std::pow(5.0, static_cast<double>(m)));
        if (m + 1 < models) prices.draws.push_back(draw * prices.answers.back());
    }
    return prices;
}

struct Trained {
    PriceTable prices;
    PomdpRouter router;
    TrainingResult result;

    Trained(const Dataset& data, const Prices& given, const PomdpOptions& options)
        : prices(resolve_prices(data, given)),
          router(options),
          result(router.train(TrainingData{data, prices})) {}

    [[nodiscard]] double cost(const Dataset& data) const {
        const Replay rows = replay(router, data, prices);
        return (rows.answer_cost + rows.verification_cost).mean();
    }
};

PomdpOptions with(Objective objective, bool guard = true) {
    PomdpOptions options;
    options.objective = objective;
    options.guard = guard;
    return options;
}

/// The rows with verdicts in another order, row by row.
Dataset shuffled(const Dataset& data, std::uint64_t seed) {
    Dataset other(data.model_names());
    Random random(seed);
    for (Index row = 0; row < data.rows(); ++row) {
        Record record = data.record(row);
        for (ModelRecord& model : record.models) random.shuffle(model.verdicts);
        other.append(record);
    }
    return other;
}

}  // namespace

TEST_CASE("budgets are met to the last digit under the policy's own tables") {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const Dataset data = make_log(seed, 200, 6, 2 + seed % 2);
        for (const double budget : {1.5, 4.0, 12.0, 30.0}) {
            const Trained trained(data, prices_of(2 + seed % 2, 0.1), with(Objective::budget(budget), false));
            const PomdpReport& report = trained.router.report();
            INFO("seed " << seed << " budget " << budget);
            CHECK(report.expected.cost <= budget + 1e-12);
            // Less only where the best policy at any price costs less.
            if (report.share < 1.0) CHECK_THAT(report.expected.cost, WithinAbs(budget, 1e-12 * budget));
        }
    }
}

TEST_CASE("a budget below the cheapest answer is infeasible, with the reason") {
    const Dataset data = make_log(1, 100, 4);
    const Trained trained(data, prices_of(2, 0.1), with(Objective::budget(0.5)));
    CHECK_FALSE(trained.result.feasible);
    CHECK_THAT(trained.result.reason, Contains("budget 0.5 is below the price of the cheapest answer, 1"));
    CHECK_THROWS_AS(trained.router.next(Evidence(2)), NotTrainedError);
}

TEST_CASE(
    "expectation over orders is the mean of replays over shuffles, and of one order exactly with all draws") {
    const Dataset data = make_log(5, 40, 5, 3);
    const Trained trained(data, prices_of(3, 0.1), with(Objective::lambda(0.004), false));
    StatisticsOptions options;
    const FoldStatistics sums = collect_statistics(data, trained.prices, options).total();
    detail::PolicyEstimate expected;
    detail::add_rows(expected, trained.router.mixture(), sums, mean_prices(sums),
                     {{0.0, 0.0, 0.0}, 0.0, 0.0});
    double score = 0.0;
    double cost = 0.0;
    constexpr int orders = 4000;
    for (int i = 0; i < orders; ++i) {
        const Dataset other = shuffled(data, static_cast<std::uint64_t>(i));
        const Replay rows = replay(trained.router, other, trained.prices);
        score += rows.performance.mean() / orders;
        cost += (rows.answer_cost + rows.verification_cost).mean() / orders;
    }
    CHECK_THAT(expected.mean().score, WithinAbs(score, 5.0 * 0.05 / std::sqrt(orders)));
    CHECK_THAT(expected.mean().cost, WithinAbs(cost, 5.0 * 3.0 / std::sqrt(orders)));
}

TEST_CASE("rows in another order, rows split in halves and other names change no policy") {
    const Dataset data = make_log(7, 150, 5, 3);
    const PriceTable prices = resolve_prices(data, prices_of(3, 0.1));
    const Statistics statistics = collect_statistics(data, prices);
    PomdpRouter router(with(Objective::lambda(0.005), false));
    router.train(statistics);

    std::vector<Index> order;
    for (Index row = data.rows(); row-- > 0;) order.push_back(row);
    const Dataset reversed = data.select_rows(order);
    PomdpRouter other(with(Objective::lambda(0.005), false));
    other.train(collect_statistics(reversed, prices.select_rows(order)));
    CHECK(other.mixture().front().policy.cells() == router.mixture().front().policy.cells());

    Statistics halves = statistics;
    halves *= 0.5;
    halves.logs.clear();  // it is merged with itself on purpose
    halves += halves;
    other.train(halves);
    CHECK(other.mixture().front().policy.cells() == router.mixture().front().policy.cells());
    CHECK_THAT(other.report().expected.score, WithinAbs(router.report().expected.score, 1e-12));

    Statistics renamed = statistics;
    renamed.models[1].name = "another";
    other.train(renamed);
    CHECK(other.mixture().front().policy.cells() == router.mixture().front().policy.cells());
}

TEST_CASE("statistics of parts add up to those of the whole, and subtract") {
    const Dataset data = make_log(9, 120, 4);
    const PriceTable prices = resolve_prices(data, prices_of(2, 0.1));
    std::vector<Index> first;
    std::vector<Index> second;
    for (Index row = 0; row < data.rows(); ++row) (row % 3 == 0 ? first : second).push_back(row);
    const Statistics whole = collect_statistics(data, prices);
    Statistics parts = collect_statistics(data.select_rows(first), prices.select_rows(first));
    const Statistics rest = collect_statistics(data.select_rows(second), prices.select_rows(second));
    const auto same = [](const Statistics& a, const Statistics& b) {
        REQUIRE(a.models == b.models);
        for (std::size_t f = 0; f < a.folds.size(); ++f) {
            REQUIRE(a.folds[f].cells.size() == b.folds[f].cells.size());
            for (std::size_t c = 0; c < a.folds[f].cells.size(); ++c) {
                const EvidenceCell& x = a.folds[f].cells[c];
                const EvidenceCell& y = b.folds[f].cells[c];
                CHECK(x.evidence == y.evidence);
                CHECK_THAT(x.weight, WithinAbs(y.weight, 1e-9));
                for (std::size_t m = 0; m < x.scores.size(); ++m)
                    CHECK_THAT(x.scores[m], WithinAbs(y.scores[m], 1e-9));
                for (std::size_t m = 0; m < x.products.size(); ++m)
                    CHECK_THAT(x.products[m], WithinAbs(y.products[m], 1e-9));
            }
            CHECK_THAT(a.folds[f].answer_prices[1], WithinAbs(b.folds[f].answer_prices[1], 1e-9));
        }
    };
    const Statistics before = parts;
    parts += rest;
    same(parts, whole);
    parts -= rest;
    same(parts, before);
    Statistics other = rest;
    other.models[0].name = "other";
    CHECK_THROWS_WITH(parts += other, Contains("models differ: m0, m1 and other, m1"));
}

TEST_CASE("fixed k: projected counts are those of all subsets, and the best prefix is found") {
    Dataset data({"small", "large"});
    const auto add = [&](const std::string& id, std::vector<int> verdicts, double small, double large) {
        Record record;
        record.id = id;
        record.models.resize(2);
        for (const int v : verdicts)
            record.models[0].verdicts.push_back(v == 1 ? Verdict::positive : Verdict::negative);
        record.models[0].score = small;
        record.models[1].score = large;
        data.append(record);
    };
    add("a", {1, 1, 0}, 1.0, 1.0);
    add("b", {0, 0, 1}, 0.0, 1.0);
    add("c", {0, 0, 0}, 0.0, 1.0);
    const FoldStatistics sums = collect_statistics(data, resolve_prices(data, prices_of(2, 0.0))).total();
    const ProjectedCells one = project(sums, 1);
    CHECK_THAT(one.weight[0], WithinAbs(1.0 / 3.0 + 2.0 / 3.0 + 1.0, 1e-12));
    CHECK_THAT(one.gain[0], WithinAbs(2.0 / 3.0 + 1.0, 1e-12));
    CHECK_THAT(one.gain[1], WithinAbs(1.0 / 3.0, 1e-12));
    // Draws are free. Three tell all: counts 0 and 1 gain 1 each and cost 1/2; two leave b and a alike at count 1.
    const FixedDraws best = best_fixed_draws(sums, {{1.0, 50.0}, {0.0, 0.0}, 0.0}, 3, 0.01);
    CHECK(best.draws == 3);
    CHECK(best.routed == std::vector<std::uint8_t>{1, 1, 0, 0});
    CHECK_THAT(best.net, WithinAbs(1.0 / 3.0, 1e-12));
    // At two, count 0 holds 4/3 of a row that gain 4/3, and count 1 as much that gains 2/3, just what it costs; at one,
    // count 0 holds 2 that gain 5/3. Both gain 2/3 after costs, and ties go to fewer draws.
    const FixedDraws two = best_fixed_draws(sums, {{1.0, 50.0}, {0.0, 0.0}, 0.0}, 2, 0.01);
    CHECK(two.draws == 1);
    CHECK_THAT(two.net, WithinAbs(2.0 / 9.0, 1e-12));
}

TEST_CASE("under its own tables a policy is never below accept all, route all or a fixed number of draws",
          "[property]") {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        const Dataset data = make_log(seed, 150, 6, 2, 0.9);
        const Prices given = prices_of(2, seed % 2 == 0 ? 0.125 : 1.0);
        const Trained trained(data, given, with(Objective::base(), false));
        const PomdpReport& report = trained.router.report();
        if (!report.base_slope) continue;
        const detail::RoutingTree& tree = *trained.router.trained().tree;
        const RoutingPrices& prices = trained.router.trained().prices;
        const double lambda = *report.base_slope;
        const double value = detail::net_value(report.expected, lambda, prices);
        INFO("seed " << seed);
        for (const int first : {0, 1})
            CHECK(value >=
                  detail::net_value(detail::accept_at_once(tree, prices, first).value, lambda, prices) -
                      1e-12);
        // Fixed k: draw k at once, then the better of accepting and routing in each cell.
        const double price = prices.draws.front();
        const detail::BeliefChain chain(*tree.belief);
        const detail::LevelBelief start = chain.arrive({}, 0);
        const Eigen::VectorXd z = chain.likelihood(0) * start.levels;
        for (int k = 0; k <= 6; ++k) {
            double fixed = -lambda * (prices.answers[0] + k * price);
            double ways = 1.0;
            for (int c = 0; c <= k; ++c) {
                const Index state = first_count(k) + c;
                const Index cell = tree.layout->node(0).first_cell + state;
                fixed += ways * z(state) *
                         std::max(tree.current(cell), tree.last(cell) - lambda * prices.answers[1]);
                ways *= static_cast<double>(k - c) / static_cast<double>(c + 1);
            }
            CHECK(value >= fixed - 1e-12);
        }
    }
}

TEST_CASE("gains by the number of positives are made monotone by pooling neighbours") {
    // Means 3, 1, 2, 0 of 1, 1, 3, 1 rows fall but for the second: 1 and 2 pool to (1 + 6) / 4.
    const ProjectedCells fallen = monotone_gains({{1.0, 1.0, 3.0, 1.0}, {3.0, 1.0, 6.0, 0.0}});
    CHECK(fallen.weight == std::vector<double>{1.0, 1.0, 3.0, 1.0});
    CHECK(fallen.gain == std::vector<double>{3.0, 1.75, 5.25, 0.0});
    // Turned round they rise.
    const ProjectedCells risen = monotone_gains({{1.0, 3.0, 1.0, 1.0}, {0.0, 6.0, 1.0, 3.0}});
    CHECK(risen.gain == std::vector<double>{0.0, 5.25, 1.75, 3.0});
    CHECK(monotone_gains({{2.0}, {1.0}}).gain == std::vector<double>{1.0});
}

TEST_CASE("a larger model that is no better: the router says so and accepts") {
    Dataset data({"small", "large"});
    Random random(1);
    for (int row = 0; row < 60; ++row) {
        Record record;
        record.id = std::to_string(row);
        record.models.resize(2);
        record.models[0].score = random.bernoulli(0.7) ? 1.0 : 0.0;
        record.models[0].verdicts = {Verdict::positive, Verdict::negative};
        record.models[1].score = random.bernoulli(0.3) ? 1.0 : 0.0;
        data.append(record);
    }
    for (const Objective& objective : {Objective::base(), Objective::max_ibc()}) {
        const Trained trained(data, prices_of(2, 0.1), with(objective));
        CHECK(trained.result.feasible);
        CHECK_THAT(trained.router.report().fallback, Contains("no model scores higher than \"small\""));
        CHECK_THAT(trained.cost(data), WithinAbs(1.0, 1e-12));
    }
}

TEST_CASE("a most expensive model that is dominated: the base slope is that of the best model") {
    Dataset data({"m0", "m1", "m2"});
    const Dataset log = make_log(3, 400, 6, 3, 1.0);
    Random random(5);
    for (Index row = 0; row < log.rows(); ++row) {
        Record record = log.record(row);
        record.models[2].score = random.bernoulli(0.2) ? 1.0 : 0.0;
        data.append(record);
    }
    const Trained trained(data, prices_of(3, 0.05), with(Objective::base()));
    const PomdpReport& report = trained.router.report();
    const double slope = (data.scores(1).mean() - data.scores(0).mean()) / 4.0;
    CHECK_THAT(report.base_slope.value(), WithinAbs(slope, 1e-12));
    CHECK(report.guard.passed);
    CHECK(report.fallback.empty());
    CHECK(trained.cost(data) < 6.0);
    // What no policy can reach comes closest with the best model, not with the dominated one.
    const Trained quality(shuffled(data, 1), prices_of(3, 50.0), with(Objective::quality(1.5)));
    CHECK_THAT(
        Trained(data, prices_of(3, 50.0), with(Objective::budget(50.0))).router.report().expected.score,
        WithinAbs(data.scores(1).mean(), 0.1));
    CHECK(quality.router.report().expected.cost < 50.0);
}

TEST_CASE("models at the same price: every objective uses the better one") {
    const Dataset data = make_log(7, 200, 4);
    Prices same;
    same.answers = {2.0, 2.0};
    same.draws = {1.0};
    for (const Objective& objective : {Objective::base(), Objective::lambda(0.01), Objective::budget(2.0),
                                       Objective::quality(0.9), Objective::max_ibc()}) {
        CAPTURE(to_string(objective));
        const Trained trained(data, same, with(objective));
        CHECK_THAT(trained.router.report().expected.score, WithinAbs(data.scores(1).mean(), 1e-12));
        CHECK_THAT(trained.cost(data), WithinAbs(2.0, 1e-12));
    }
}

TEST_CASE("a larger model that is no better on average still answers what the small one cannot") {
    Dataset data({"small", "large"});
    Random random(9);
    for (int row = 0; row < 400; ++row) {
        const bool right = random.bernoulli(0.7);
        std::vector<int> verdicts;
        for (int k = 0; k < 3; ++k) verdicts.push_back(random.bernoulli(right ? 0.95 : 0.05) ? 1 : 0);
        const double large = random.bernoulli(0.6) ? 1.0 : 0.0;
        data.append(tables::record(std::to_string(row),
                                   {tables::verified(right ? 1.0 : 0.0, verdicts), tables::scored(large)}));
    }
    Prices given;
    given.answers = {1.0, 5.0};
    given.draws = {0.1};
    for (const Objective& objective : {Objective::budget(3.0), Objective::lambda(0.01)}) {
        CAPTURE(to_string(objective));
        const Trained trained(data, given, with(objective));
        CHECK(trained.router.report().fallback.empty());
        CHECK(trained.result.guard->passed);
        // Right of either model: 0.7 + 0.3 * 0.6 = 0.88, less what the verdicts get wrong.
        CHECK(trained.router.report().expected.score > 0.82);
        CHECK(trained.cost(data) <= 3.0);
    }
    // Verdicts that tell nothing gain nothing over the small model, the best alone.
    Dataset useless({"small", "large"});
    for (Index row = 0; row < data.rows(); ++row) {
        Record record = data.record(row);
        for (Verdict& verdict : record.models[0].verdicts)
            verdict = random.bernoulli(0.5) ? Verdict::positive : Verdict::negative;
        useless.append(record);
    }
    const Trained trained(useless, given, with(Objective::lambda(0.01)));
    CHECK_THAT(trained.router.report().fallback, Contains("no router beats the best model alone"));
    CHECK_THAT(trained.cost(useless), WithinAbs(1.0, 1e-12));
}

TEST_CASE("verdicts that tell nothing do not pass the guard, whatever the objective") {
    const Dataset data = make_log(11, 400, 6, 2, 0.0);
    for (const Objective& objective : {Objective::base(), Objective::max_ibc()}) {
        const Trained trained(data, prices_of(2, 1.0), with(objective));
        CHECK_FALSE(trained.result.guard->passed);
        CHECK_THAT(trained.router.report().fallback, Contains("no router beats mixing on this log"));
        CHECK_THAT(trained.cost(data), WithinAbs(1.0, 1e-12));
    }
    const double small = data.scores(0).mean();
    const double large = data.scores(1).mean();
    // A price of quality below the base slope asks for the large model, above it for the small one.
    const double slope = (large - small) / 49.0;
    CHECK_THAT(Trained(data, prices_of(2, 1.0), with(Objective::lambda(0.5 * slope))).cost(data),
               WithinAbs(50.0, 1e-12));
    CHECK_THAT(Trained(data, prices_of(2, 1.0), with(Objective::lambda(2.0 * slope))).cost(data),
               WithinAbs(1.0, 1e-12));
    // Budget: both ends mixed so that it is met.
    CHECK_THAT(Trained(data, prices_of(2, 1.0), with(Objective::budget(20.0))).cost(data),
               WithinAbs(20.0, 1e-9));
    // Quality: as much of the large model as it takes, and the margin.
    const Trained quality(data, prices_of(2, 1.0), with(Objective::quality(0.9)));
    CHECK(replay(quality.router, data, quality.prices).performance.mean() >= 0.9 * large);
    CHECK(quality.cost(data) < 50.0);
}

TEST_CASE("a quality of all is the large model, more than any choice of answers reaches is refused") {
    const Dataset data = make_log(13, 300, 6);
    CHECK(Trained(data, prices_of(2, 0.1), with(Objective::quality(1.0))).router.report().fallback.empty());
    // Scores are 0 or 1, so the better answer of each row is what two models reach at most.
    const double highest = data.scores(0).max(data.scores(1)).mean();
    const double large = data.scores(1).mean();
    const Trained within(data, prices_of(2, 0.1), with(Objective::quality(0.999 * highest / large)));
    CHECK(within.result.feasible);
    CHECK_THAT(within.router.report().fallback, Contains("no policy reaches"));
    const Trained beyond(data, prices_of(2, 0.1), with(Objective::quality(1.001 * highest / large)));
    CHECK_FALSE(beyond.result.feasible);
    CHECK_THAT(beyond.result.reason, Contains("but the answers of these rows reach at most"));
}

TEST_CASE("fixed draws at one price: the better model alone, as there is no base slope") {
    const Dataset data = make_log(7, 200, 4);
    Prices same;
    same.answers = {2.0, 2.0};
    same.draws = {1.0};
    FixedKRouter router;
    const PriceTable prices = resolve_prices(data, same);
    const TrainingResult result = router.train({data, prices});
    CHECK(result.feasible);
    CHECK_THAT(result.reason, Contains("costs no more than"));
    const Replay rows = replay(router, data, prices);
    CHECK_THAT(rows.performance.mean(), WithinAbs(data.scores(1).mean(), 1e-12));
    CHECK_THAT(rows.answer_cost.mean(), WithinAbs(2.0, 1e-12));
    // If the first model is the better one, its answers are kept.
    Dataset worse({"m0", "m1"});
    for (Index row = 0; row < data.rows(); ++row) {
        Record record = data.record(row);
        record.models[1].score = 0.0;
        worse.append(record);
    }
    FixedKRouter first;
    const PriceTable worse_prices = resolve_prices(worse, same);
    first.train({worse, worse_prices});
    CHECK_THAT(replay(first, worse, worse_prices).performance.mean(),
               WithinAbs(data.scores(0).mean(), 1e-12));
}

TEST_CASE("an inverted verifier is as good as an upright one") {
    const Dataset data = make_log(15, 300, 6, 2, 1.0);
    Dataset flipped(data.model_names());
    for (Index row = 0; row < data.rows(); ++row) {
        Record record = data.record(row);
        for (Verdict& verdict : record.models[0].verdicts)
            verdict = verdict == Verdict::positive ? Verdict::negative : Verdict::positive;
        record.models[0].confidence.reset();
        flipped.append(record);
    }
    const Trained upright(data, prices_of(2, 0.1), with(Objective::base()));
    const Trained inverted(flipped, prices_of(2, 0.1), with(Objective::base()));
    CHECK(upright.result.guard->passed);
    CHECK(inverted.result.guard->passed);
    CHECK(inverted.router.report().guard.mean > 0.9 * upright.router.report().guard.mean);
}

TEST_CASE("a lone confidence is seen at once, at its whole price") {
    Dataset data({"small", "large"});
    Random random(2);
    for (int row = 0; row < 200; ++row) {
        Record record;
        record.id = std::to_string(row);
        record.models.resize(2);
        const bool right = random.bernoulli(0.5);
        record.models[0].score = right ? 1.0 : 0.0;
        record.models[0].confidence = right ? 0.5 + 0.5 * random.uniform() : 0.6 * random.uniform();
        record.models[1].score = 1.0;
        data.append(record);
    }
    Prices given;
    given.answers = {1.0, 50.0};
    given.verification = 2.0;
    const Trained trained(data, given, with(Objective::base()));
    CHECK(trained.router.next(Evidence(2)) == Action::route(0));
    const Replay rows = replay(trained.router, data, trained.prices);
    CHECK_THAT(rows.verification_cost.mean(), WithinAbs(2.0, 1e-12));
    CHECK_THAT(rows.draws.mean(), WithinAbs(1.0, 1e-12));
    CHECK(rows.performance.mean() > 0.85);
    CHECK(rows.routed.mean() < 0.6);

    // A verdict is not read as a confidence of 0 or 1.
    Evidence evidence(2);
    evidence.current = 0;
    evidence.models[0].answered = true;
    evidence.models[0].drawn = evidence.models[0].parsed = evidence.models[0].positive = 1;
    CHECK_THROWS_WITH(trained.router.next(evidence),
                      "model 0: the policy was trained on confidences, but verdicts were drawn");
    evidence.models[0].logged_confidence = 0.9;
    CHECK(trained.router.next(evidence) == Action::accept());
}

TEST_CASE("a middle model without verdicts may be routed to") {
    Dataset data({"small", "middle", "large"});
    Random random(4);
    for (int row = 0; row < 300; ++row) {
        Record record;
        record.id = std::to_string(row);
        record.models.resize(3);
        const bool right = random.bernoulli(0.4);
        record.models[0].score = right ? 1.0 : 0.0;
        for (int k = 0; k < 5; ++k)
            record.models[0].verdicts.push_back(random.bernoulli(right ? 0.95 : 0.05) ? Verdict::positive
                                                                                      : Verdict::negative);
        record.models[1].score = random.bernoulli(0.93) ? 1.0 : 0.0;
        record.models[2].score = random.bernoulli(0.95) ? 1.0 : 0.0;
        data.append(record);
    }
    Prices given;
    given.answers = {1.0, 3.0, 50.0};
    given.draws = {0.05, 0.0};
    const Trained trained(data, given, with(Objective::lambda(0.01), false));
    // Verdicts that all say no: the middle model is nearly as good as the large one at a fraction of its price.
    Evidence evidence(3);
    evidence.current = 0;
    evidence.models[0].answered = true;
    evidence.models[0].drawn = evidence.models[0].parsed = 5;
    Action action = trained.router.next(evidence);
    CHECK(action == Action::route(1));
    evidence.current = 1;
    evidence.models[1].answered = true;
    action = trained.router.next(evidence);
    CHECK(action == Action::accept());
}

TEST_CASE("more draws than are logged are refused, naming the row") {
    const Dataset data = make_log(17, 30, 4);
    PomdpOptions options;
    options.max_draws = {6};
    PomdpRouter router(options);
    const PriceTable prices = resolve_prices(data, prices_of(2, 0.1));
    CHECK_THROWS_WITH(router.train(TrainingData{data, prices}),
                      Contains("model \"m0\", id \"q0\": 4 verdicts are logged, 6 are needed; log more, or "
                               "lower max_draws to 4"));
}

TEST_CASE("rows known before count as a prior") {
    const Dataset data = make_log(19, 10, 4);
    const Dataset known = make_log(20, 500, 4);
    const PriceTable prices = resolve_prices(data, prices_of(2, 0.1));
    PomdpOptions options = with(Objective::base(), false);
    options.prior = collect_statistics(known, resolve_prices(known, prices_of(2, 0.1)));
    PomdpRouter router(options);
    router.train(TrainingData{data, prices});
    const double alone =
        detail::fit_belief(collect_statistics(data, prices).total(), collect_statistics(data, prices).models)
            .levels.front()
            .weight.dot(Eigen::VectorXd::Ones(20));
    CHECK_THAT(alone, WithinAbs(1.0, 1e-12));
    Statistics both = collect_statistics(data, prices);
    both.add(*options.prior, Overlap::allow);  // both name their rows alike
    const detail::BeliefModel expected = detail::fit_belief(both.total(), both.models);
    CHECK((router.trained().tree->belief->levels.front().weight - expected.levels.front().weight).norm() <
          1e-12);
}

TEST_CASE("evidence that no query can have is refused, by tables and by alpha vectors") {
    const Dataset data = make_log(21, 60, 4);
    PomdpOptions vectors = with(Objective::lambda(0.004), false);
    vectors.max_cells = 0.0;
    for (const PomdpOptions& options : {with(Objective::lambda(0.004), false), vectors}) {
        const Trained trained(data, prices_of(2, 0.1), options);
        const auto answered = [](int drawn, int parsed, int positive) {
            Evidence evidence(2);
            evidence.current = 0;
            evidence.models[0].answered = true;
            evidence.models[0].drawn = drawn;
            evidence.models[0].parsed = parsed;
            evidence.models[0].positive = positive;
            return evidence;
        };
        CHECK_NOTHROW(trained.router.next(answered(4, 3, 3)));
        constexpr int most = std::numeric_limits<int>::max();
        for (const auto& [drawn, parsed, positive] : std::vector<std::array<int, 3>>{{1, 9, 0},
                                                                                     {1, 1, 2},
                                                                                     {4, 2, 3},
                                                                                     {2, 2, -1},
                                                                                     {2, -1, -1},
                                                                                     {-1, -1, -1},
                                                                                     {5, 4, 1},
                                                                                     {1, most, most},
                                                                                     {most, most, most}}) {
            INFO(drawn << " drawn " << parsed << " parsed " << positive << " positive");
            CHECK_THROWS_AS(trained.router.next(answered(drawn, parsed, positive)), ProtocolError);
        }
        Evidence unanswered(2);
        unanswered.current = 0;
        CHECK_THROWS_AS(trained.router.next(unanswered), ProtocolError);
        unanswered.current = 2;
        CHECK_THROWS_AS(trained.router.next(unanswered), ProtocolError);
        for (const Index models : {1, 3})
            CHECK_THROWS_AS(trained.router.next(Evidence(models)), ProtocolError);
    }
}

TEST_CASE("draws that cannot be read are expected and paid for: the mean over all orders of the verdicts") {
    const Dataset data = make_log(23, 200, 4, 2, 0.9);
    const Trained trained(data, prices_of(2, 0.1), with(Objective::lambda(0.004), false));
    constexpr Verdict no = Verdict::negative;
    constexpr Verdict yes = Verdict::positive;
    constexpr Verdict none = Verdict::unparsed;
    for (const std::array<Verdict, 4>& verdicts :
         std::vector<std::array<Verdict, 4>>{{no, yes, none, none},
                                             {none, yes, yes, yes},
                                             {none, none, none, no},
                                             {none, none, none, none},
                                             {no, yes, yes, no}}) {
        Dataset row({"m0", "m1"});
        Dataset orders({"m0", "m1"});
        std::array<std::size_t, 4> order{0, 1, 2, 3};
        do {
            Record record;
            record.id = "q" + std::to_string(orders.rows());
            record.models.resize(2);
            for (const std::size_t i : order) record.models[0].verdicts.push_back(verdicts[i]);
            record.models[1].score = 1.0;
            if (row.rows() == 0) row.append(record);
            orders.append(record);
        } while (std::next_permutation(order.begin(), order.end()));
        const PriceTable prices = resolve_prices(orders, prices_of(2, 0.1));
        const Replay replayed = replay(trained.router, orders, prices);
        const FoldStatistics sums = collect_statistics(row, resolve_prices(row, prices_of(2, 0.1))).total();
        detail::PolicyEstimate expected;
        detail::add_rows(expected, trained.router.mixture(), sums, mean_prices(sums), {{0.0, 0.0}, 0.0, 0.0});
        CHECK_THAT(expected.mean().draws, WithinAbs(replayed.draws.mean(), 1e-12));
        CHECK_THAT(expected.mean().rounds, WithinAbs(replayed.rounds.mean(), 1e-12));
        CHECK_THAT(expected.mean().score, WithinAbs(replayed.performance.mean(), 1e-12));
        CHECK_THAT(expected.mean().cost,
                   WithinAbs((replayed.answer_cost + replayed.verification_cost).mean(), 1e-12));
        CHECK_THAT(expected.routed, WithinAbs(replayed.routed.mean(), 1e-12));
    }
    // Of 3 x 4 draws 2 + 3 + 1 can be read: each takes two.
    EvidenceCell cell;
    FoldStatistics sums(2);
    for (const int parsed : {2, 3, 1}) {
        cell.evidence = {{parsed, 0, 0.0}};
        cell.weight = 1.0;
        cell.scores = {0.0, 0.0};
        cell.products = {0.0, 0.0, 0.0, 0.0};
        sums.cells.push_back(cell);
    }
    CHECK(mean_draws_per_verdict(sums, {{"a", VerificationKind::verdicts, 4},
                                        {"b", VerificationKind::none, 0}}) == std::vector<double>{2.0, 1.0});
}

TEST_CASE("a policy whose verdicts can be read half the time expects to pay for twice as many draws") {
    const Dataset readable = make_log(25, 400, 6, 2, 1.0);
    Dataset half(readable.model_names());
    for (Index row = 0; row < readable.rows(); ++row) {
        Record record = readable.record(row);
        record.models[0].confidence.reset();
        std::vector<Verdict> verdicts;
        for (const Verdict verdict : record.models[0].verdicts) {
            verdicts.push_back(verdict);
            verdicts.push_back(Verdict::unparsed);
        }
        record.models[0].verdicts = verdicts;
        half.append(record);
    }
    const PomdpOptions options = with(Objective::lambda(0.004), false);
    const Trained whole(readable, prices_of(2, 4.0), options);
    const Trained halves(half, prices_of(2, 2.0), options);
    // A readable verdict costs the same, so what is best is, too, as long as fewer than six of them are enough.
    CHECK_THAT(halves.router.trained().prices.draws_per_verdict.front(), WithinAbs(2.0, 1e-12));
    const double spent = halves.router.report().expected.draws;
    CHECK(spent > 1.0);
    CHECK_THAT(spent, WithinAbs(2.0 * whole.router.report().expected.draws, 0.2));
    const double replayed = replay(halves.router, shuffled(half, 1), halves.prices).draws.mean();
    CHECK(std::abs(replayed / spent - 1.0) < 0.15);
}

TEST_CASE("the highest IBC of three models: the share that is routed is the one of replays") {
    const Dataset data = make_log(27, 300, 4, 3);
    const Trained trained(data, prices_of(3, 0.1), with(Objective::max_ibc(), false));
    REQUIRE(trained.router.report().ibc);
    const IbcSupport& ibc = *trained.router.report().ibc;
    double routed = 0.0;
    constexpr int orders = 400;
    for (int i = 0; i < orders; ++i)
        routed += replay(trained.router, shuffled(data, static_cast<std::uint64_t>(i)), trained.prices)
                      .routed.mean() /
                  orders;
    CHECK_THAT(ibc.routed, WithinAbs(routed, 0.01));
    CHECK_THAT(ibc.routed_rows, WithinAbs(ibc.routed * 300.0, 1e-9));
}

TEST_CASE("a fallback keeps to the budget where the first model is the dearer one") {
    const Dataset data = make_log(29, 200, 4, 2, 0.0);
    Prices given;
    given.answers = {50.0, 1.0};
    given.draws = {0.1};
    const Trained trained(data, given, with(Objective::budget(2.0)));
    CHECK(trained.result.feasible);
    CHECK_THAT(trained.router.report().fallback, Contains("no router beats the best model alone"));
    CHECK_THAT(trained.router.report().expected.cost, WithinAbs(1.0, 1e-12));
    CHECK_THAT(trained.cost(data), WithinAbs(1.0, 1e-12));
}

TEST_CASE("one row is too few to judge by, and says so") {
    const Trained trained(make_log(31, 1, 4), prices_of(2, 0.1), with(Objective::base()));
    const PomdpReport& report = trained.router.report();
    CHECK_FALSE(report.guard.passed);
    CHECK_FALSE(report.fallback.empty());
    CHECK(report.fallback.find("standard error") == std::string::npos);
}

TEST_CASE("options that make no sense are refused, however they came about") {
    CHECK_THROWS_AS(PomdpRouter(with({ObjectiveKind::lambda, -5.0})), ArgumentError);
    CHECK_THROWS_AS(PomdpRouter(with({ObjectiveKind::quality, 0.0})), ArgumentError);
    PomdpOptions options;
    options.max_cells = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS_AS(PomdpRouter(options), ArgumentError);
}

TEST_CASE("where there is no table other objectives and curves are refused at once, with what to do") {
    const Dataset data = make_log(33, 100, 4);
    for (const Objective& objective :
         {Objective::budget(3.0), Objective::quality(0.9), Objective::max_ibc()}) {
        PomdpOptions options = with(objective);
        options.max_cells = 0.0;
        const Trained trained(data, prices_of(2, 0.1), options);
        CHECK_FALSE(trained.result.feasible);
        CHECK_THAT(trained.result.reason,
                   Contains("needs the exact solution") && Contains("lower max_draws"));
        CHECK_THROWS_AS(trained.router.curve(TrainingData{data, trained.prices}), DataError);
    }
}

TEST_CASE("the better answer without samples is the first, with a warning") {
    PomdpOptions options;
    options.accept = AcceptRule::best;
    const Trained trained(make_log(35, 100, 4), prices_of(2, 0.1), options);
    REQUIRE(trained.result.warnings.size() == 1);
    CHECK_THAT(trained.result.warnings.front(), Contains("accept = best: first answers are accepted"));
}

TEST_CASE("more draws than a table is made for are refused") {
    Statistics statistics =
        collect_statistics(make_log(37, 20, 4), resolve_prices(make_log(37, 20, 4), prices_of(2, 0.1)));
    statistics.models[0].draws = 2'000'000'000;
    PomdpRouter router;
    CHECK_THROWS_WITH(router.train(statistics),
                      Contains("models[0].draws: expected 1 to 255, found 2000000000"));
}

TEST_CASE("pluralities that hurt on held-out rows are warned of") {
    // The first answer is right in nine of ten rows; two further samples agree on a wrong one.
    Dataset data({"small", "large"});
    Random random(41);
    for (int row = 0; row < 120; ++row) {
        Record record;
        record.id = "q" + std::to_string(row);
        record.models.resize(2);
        ModelRecord& small = record.models[0];
        small.score = row % 10 == 0 ? 0.0 : 1.0;
        small.verdicts = {random.bernoulli(0.5) ? Verdict::positive : Verdict::negative,
                          random.bernoulli(0.5) ? Verdict::positive : Verdict::negative};
        small.clusters = {0, 1, 1};
        small.sample_scores = {small.score, 0.0, 0.0};
        record.models[1].score = 1.0;
        data.append(record);
    }
    PomdpOptions options;
    options.accept = AcceptRule::plurality;
    const Trained plurality(data, prices_of(2, 0.01), options);
    const auto warns = [](const TrainingResult& result) {
        return std::any_of(result.warnings.begin(), result.warnings.end(), [](const std::string& warning) {
            return warning.starts_with("accept = plurality: on held-out rows the plurality gains");
        });
    };
    options.accept = AcceptRule::first;
    const Trained first(data, prices_of(2, 0.01), options);
    CHECK(plurality.result.guard->mean < first.result.guard->mean);
    CHECK(warns(plurality.result));
    CHECK_FALSE(warns(first.result));
}

TEST_CASE("a router is trained on statistics with rows that teach what queries tell") {
    const Dataset data = reading_log::rows(160);
    const PriceTable prices = resolve_prices(data);
    PomdpOptions options;
    options.context = {false, {.text = true}};
    PomdpRouter of_log(options);
    REQUIRE(of_log.train(TrainingData{data, prices}).feasible);
    const Statistics statistics = of_log.collect({data, prices});
    PomdpRouter of_both(options);
    REQUIRE(of_both.train(statistics, TrainingData{data, prices}).feasible);
    CHECK(*of_both.trained().reader == *of_log.trained().reader);
    CHECK(of_both.report().guard.mean == of_log.report().guard.mean);
    CHECK(of_both.report().lambda == of_log.report().lambda);
    // Statistics of more rows give the belief; the rows still teach the forecasts.
    Statistics more = statistics;
    const Dataset others = reading_log::rows(400, true, 5);
    more.add(of_log.collect({others, resolve_prices(others)}),
             Overlap::allow);  // ids are those of the other log
    REQUIRE(of_both.train(more, TrainingData{data, prices}).feasible);
    CHECK(of_both.reads().text);
    CHECK(*of_both.trained().reader == *of_log.trained().reader);
    // Statistics alone teach no context.
    REQUIRE(of_both.train(more).feasible);
    CHECK_FALSE(of_both.reads().any());
    const Dataset other({"small", "huge"});
    CHECK_THROWS_WITH(of_both.train(statistics, TrainingData{other, prices}),
                      "rows: expected the models of the statistics, small, large, found small, huge");
}
