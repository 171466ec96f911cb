// SPDX-License-Identifier: Apache-2.0
#include "routing/routing_models.hpp"
#include "support/catch.hpp"

#include <automix/context/query_forecast.hpp>
#include <automix/core/error.hpp>
#include <automix/core/random.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/detail/backward_induction.hpp>
#include <automix/routing/belief/detail/belief_model.hpp>
#include <automix/routing/belief/detail/cell_values.hpp>
#include <automix/routing/belief/detail/forecast_strata.hpp>
#include <automix/routing/belief/detail/query_belief.hpp>
#include <automix/routing/belief/detail/query_solver.hpp>
#include <automix/routing/belief/detail/query_trees.hpp>
#include <automix/routing/belief/detail/routing_layout.hpp>
#include <automix/routing/belief/detail/routing_solution.hpp>
#include <automix/routing/belief/detail/routing_solver.hpp>
#include <automix/routing/belief/detail/routing_tree.hpp>
#include <automix/routing/belief/detail/solve_rule.hpp>
#include <automix/routing/belief/policy.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/evidence.hpp>

#include <cstdint>
#include <memory>
#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;

namespace {

/// A random problem of two or three models, and the forecast of a query.
struct QueryProblem {
    detail::BeliefModel belief;
    RoutingPrices prices;
    detail::SolveRule rule;
    QueryForecast forecast;
    std::vector<double> means;  ///< of the forecasts

    QueryProblem(std::uint64_t seed, Index models) {
        Random random(seed);
        belief = test::random_belief(random, models, models == 2 ? 4 : 2, models == 2 ? 5 : 3);
        prices = test::random_prices(random, models);
        if (random.bernoulli(0.5)) {
            prices.round = 0.05 * random.uniform();
            rule.batches = {1, 2, 4};
        }
        rule.lambda = 0.2 * random.uniform() * random.uniform();
        for (Index m = 0; m < models; ++m) forecast.scores.push_back(0.02 + 0.96 * random.uniform());
        for (Index m = 0; m < models; ++m) means.push_back(0.2 + 0.6 * random.uniform());
        const RoutingPrices of_query = test::random_prices(random, models);
        forecast.answer_prices = of_query.answers;
        forecast.draw_prices = of_query.draws;
        for (double& price : forecast.draw_prices) price *= 0.2;
    }

    [[nodiscard]] detail::QuerySolver solver() const {
        return {detail::make_tree(belief, 1e6), prices, rule, means};
    }
};

}  // namespace

TEST_CASE(
    "a query's policy is the best one at the query's belief and prices: all actions after all verdicts") {
    const Index models = GENERATE(2, 3);
    int drawn = 0;
    int later = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        INFO("models " << models << ", seed " << seed);
        const QueryProblem problem(seed, models);
        const detail::SolvedTree solution = problem.solver().solve(problem.forecast);
        const detail::BeliefModel belief =
            detail::belief_of_query(problem.belief, problem.forecast, problem.means);
        const RoutingPrices prices = detail::prices_of_query(problem.prices, problem.forecast);
        const double best = test::BruteForce(belief, prices, problem.rule).value();
        CHECK_THAT(detail::net_value(solution.value, problem.rule.lambda, prices), WithinAbs(best, 1e-9));
        drawn += solution.value.draws > 0.0 ? 1 : 0;
        later += solution.first_model > 0 ? 1 : 0;
    }
    // The problems differ in what is best.
    CHECK(drawn > 1);
    CHECK(later > 5);
}

TEST_CASE("a policy that reads the query acts as the policy of its forecast") {
    const QueryProblem problem(7, 2);
    const RoutingPolicy policy(std::make_shared<const detail::QuerySolver>(problem.solver()));
    CHECK(policy.reads_query());
    CHECK(policy.models().size() == 2);
    Evidence evidence(2);
    CHECK_THROWS_AS(policy.next(evidence), ProtocolError);
    evidence.forecast = problem.forecast;
    const RoutingPolicy table = policy.at(problem.forecast);
    CHECK_FALSE(table.reads_query());
    CHECK(table.at(problem.forecast).cells() == table.cells());
    CHECK(policy.next(evidence) == table.next(evidence));
    evidence.current = 0;
    evidence.models[0].answered = true;
    for (int parsed = 0; parsed <= 4; ++parsed) {
        for (int positive = 0; positive <= parsed; ++positive) {
            evidence.models[0].drawn = evidence.models[0].parsed = parsed;
            evidence.models[0].positive = positive;
            CHECK(policy.next(evidence) == table.next(evidence));
        }
    }
}

TEST_CASE(
    "a query that is surely answered by the first model is accepted, and one that is not goes to the last") {
    const QueryProblem problem(3, 2);
    detail::SolveRule rule;
    rule.lambda = 0.05;
    const detail::QuerySolver solver(detail::make_tree(problem.belief, 1e6), problem.prices, rule,
                                     problem.means);
    const auto first = [&](double small, double large) {
        return RoutingPolicy(std::make_shared<const detail::QuerySolver>(solver))
            .at({{small, large}, {1.0, 4.0}, {0.5, 0.0}});
    };
    CHECK(first(0.999, 0.999).first_model() == 0);
    Evidence answered(2);
    answered.current = 0;
    answered.models[0].answered = true;
    CHECK(first(0.999, 0.999).next(answered) == Action::accept());
    CHECK(first(0.01, 0.99).first_model() == 1);
}

TEST_CASE("equal forecasts of the mean give the policy of all queries") {
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        INFO("seed " << seed);
        const QueryProblem problem(seed, 3);
        QueryForecast mean{{}, problem.prices.answers, problem.prices.draws};
        mean.scores = problem.means;
        const detail::RoutingTree tree = detail::make_tree(problem.belief, 1e6);
        const detail::RoutingSolution all = detail::solve_routing(tree, problem.prices, problem.rule);
        const detail::SolvedTree query =
            detail::QuerySolver(tree, problem.prices, problem.rule, problem.means).solve(mean);
        CHECK_THAT(query.value.score, WithinAbs(all.value.score, 1e-9));
        CHECK_THAT(query.value.cost, WithinAbs(all.value.cost, 1e-9));
        CHECK(query.first_model == all.policy.first_model());
    }
}

TEST_CASE(
    "a policy that draws no verdict is the same on the tree without verdicts, and acts on verdicts known") {
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        INFO("seed " << seed);
        QueryProblem problem(seed, 3);
        problem.rule.verify = false;
        const detail::QuerySolver solver = problem.solver();
        const detail::SolvedTree full = solver.solve(problem.forecast);
        const auto short_tree = solver.solved(problem.forecast);
        CHECK(short_tree->cells.size() < full.cells.size());
        CHECK(short_tree->first_model == full.first_model);
        CHECK_THAT(short_tree->value.score, WithinAbs(full.value.score, 1e-12));
        CHECK_THAT(short_tree->value.cost, WithinAbs(full.value.cost, 1e-12));
        const RoutingPolicy policy(std::make_shared<const detail::QuerySolver>(solver));
        const RoutingPolicy table(solver.tree().layout, full.cells, full.first_model);
        Evidence evidence(3);
        evidence.forecast = problem.forecast;
        CHECK(policy.next(evidence) == table.next(evidence));
        evidence.current = 0;
        evidence.models[0].answered = true;
        CHECK(policy.next(evidence) == table.next(evidence));
        evidence.models[0].drawn = evidence.models[0].parsed = 2;
        for (evidence.models[0].positive = 0; evidence.models[0].positive <= 2; ++evidence.models[0].positive)
            CHECK(policy.next(evidence) == table.next(evidence));
    }
}

TEST_CASE("what is remembered of a query is what is solved again") {
    const QueryProblem problem(11, 2);
    const detail::QuerySolver solver = problem.solver();
    Random random(3);
    for (int round = 0; round < 200; ++round) {
        QueryForecast forecast = problem.forecast;
        forecast.scores[0] = 0.1 + 0.08 * static_cast<double>(random.index(10));
        const auto remembered = solver.solved(forecast);
        const detail::SolvedTree again = problem.solver().solve(forecast);
        CHECK(remembered->cells == again.cells);
        CHECK(remembered->value.score == again.value.score);
    }
    CHECK(solver.solved(problem.forecast) == solver.solved(problem.forecast));
}

TEST_CASE("a query of a stratum is solved at the stratum's mean") {
    const QueryProblem problem(5, 2);
    detail::ForecastStrata strata;
    strata.price = detail::price_unit(problem.prices);
    QueryForecast low = problem.forecast;
    QueryForecast high = problem.forecast;
    low.scores[0] = 0.2;
    high.scores[0] = 0.8;
    strata.means = {low, high};
    const detail::QuerySolver by_strata(
        std::make_shared<const detail::QueryTrees>(detail::make_tree(problem.belief, 1e6), problem.prices,
                                                   problem.means, strata),
        problem.rule);
    const detail::QuerySolver each = problem.solver();
    for (const double score : {0.05, 0.3, 0.6, 0.95}) {
        QueryForecast forecast = problem.forecast;
        forecast.scores[0] = score;
        CHECK(by_strata.solve(forecast).cells == each.solve(score < 0.5 ? low : high).cells);
        CHECK(by_strata.solved(forecast)->cells == each.solve(score < 0.5 ? low : high).cells);
    }
}

TEST_CASE("a tree is kept small by fewer draws") {
    const QueryProblem problem(5, 3);  // two models of two draws: 6 + 6 * 6 + 6 cells
    const auto cells = [](const detail::BeliefModel& belief) {
        return detail::RoutingLayout::count_cells(detail::routed_models(belief));
    };
    CHECK(cells(problem.belief) == 48.0);
    CHECK(cells(detail::limit_cells(problem.belief, 48.0)) == 48.0);
    // One draw: 3 + 3 * 3 + 3; none: 1 + 1 + 1.
    CHECK(cells(detail::limit_cells(problem.belief, 47.0)) == 15.0);
    CHECK(cells(detail::limit_cells(problem.belief, 14.0)) == 3.0);
    CHECK(cells(detail::limit_draws(problem.belief, 0)) == 3.0);
}
