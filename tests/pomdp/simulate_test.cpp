// SPDX-License-Identifier: Apache-2.0
// Simulated and exact values of policies: by hand where nothing is random, by brute force over histories elsewhere.
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/pomdp/belief.hpp>
#include <automix/pomdp/simulate.hpp>
#include <automix/pomdp/solvers/exact_solver.hpp>
#include <automix/pomdp/solvers/sarsop.hpp>
#include <automix/pomdp/value_function.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "pomdp/models.hpp"
#include "support/catch.hpp"

using namespace automix::pomdp;
using automix::ArgumentError;
using automix::Random;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;

namespace {

/// A policy that is not optimal: random vectors.
ValueFunction random_vectors(Random& random, const Model& model) {
    ValueFunction values(model.states());
    for (int k = 0; k < 4; ++k) {
        values.add({Eigen::VectorXd::NullaryExpr(model.states(), [&] { return random.normal(); }),
                    static_cast<int>(random.index(static_cast<std::uint64_t>(model.actions())))});
    }
    return values;
}

/// What the policy earns in `steps` steps from a belief that need not be normalised.
double by_histories(const models::Dense& dense, const Policy& policy, const Eigen::VectorXd& belief, int step,
                    int steps) {
    if (step == steps || belief.sum() <= 0.0) return 0.0;
    const int action = policy.action(Belief(belief / belief.sum()), step);
    const auto a = static_cast<std::size_t>(action);
    double value = belief.dot(dense.rewards.col(action));
    const Eigen::VectorXd reached = dense.transitions[a].transpose() * belief;
    for (Eigen::Index o = 0; o < dense.observations[a].cols(); ++o) {
        const Eigen::VectorXd joint = reached.cwiseProduct(dense.observations[a].col(o));
        value += dense.discount * by_histories(dense, policy, joint, step + 1, steps);
    }
    return value;
}

/// One action for ever.
Policy always(int states, int action) {
    ValueFunction values(states);
    values.add({Eigen::VectorXd::Zero(states), action});
    return Policy(std::move(values));
}

bool holds(const Simulation& simulation, double value) {
    return simulation.interval && simulation.interval->low <= value && value <= simulation.interval->high;
}

/// 0 -> 1 -> 2 -> 2, which pay 5, 3 and 0.
models::Dense chain(double discount) {
    models::Dense dense;
    dense.transitions = {Eigen::MatrixXd::Zero(3, 3)};
    dense.transitions[0](0, 1) = dense.transitions[0](1, 2) = dense.transitions[0](2, 2) = 1.0;
    dense.observations = {Eigen::MatrixXd::Ones(3, 1)};
    dense.rewards = Eigen::Vector3d(5.0, 3.0, 0.0);
    dense.start = Eigen::Vector3d(1.0, 0.0, 0.0);
    dense.discount = discount;
    return dense;
}

}  // namespace

TEST_CASE("runs without chance earn what they must") {
    for (const double discount : {0.5, 1.0}) {
        const Model model = chain(discount).model();
        SimulationOptions options;
        options.episodes = 10;
        const Simulation simulation = simulate(model, always(3, 0), options);
        CHECK_THAT(simulation.mean, WithinAbs(5.0 + 3.0 * discount, 1e-12));
        CHECK(simulation.standard_error == 0.0);
        // What was cut: at most a millionth of what a run can earn.
        const double cut = discount < 1.0 ? 1e-6 * 5.0 / (1.0 - discount) : 0.0;
        REQUIRE(simulation.interval);
        CHECK_THAT(simulation.interval->low, WithinAbs(simulation.mean, cut + 1e-12));
        CHECK_THAT(simulation.interval->high, WithinAbs(simulation.mean, cut + 1e-12));
        CHECK(simulation.episodes == 10);
    }
    CHECK(simulate(chain(1.0).model(), always(3, 0)).steps == 2);
}

TEST_CASE("runs end at the horizon, or where no more than the tail is left") {
    const Policy two(std::vector<ValueFunction>{always(2, 0).values(), always(2, 0).values()});
    CHECK(simulate(models::tiger(), two).steps == 2);
    CHECK_THAT(simulate(models::tiger(), two).mean, WithinAbs(-1.95, 1e-12));
    SimulationOptions options;
    options.episodes = 2;
    for (const double tail : {0.3, 1e-3, 1e-6}) {
        options.tail = tail;
        const Simulation simulation = simulate(models::tiger(), always(2, 0), options);
        CAPTURE(tail, simulation.steps);
        CHECK(std::pow(0.95, simulation.steps) <= tail);
        CHECK(std::pow(0.95, simulation.steps - 1) > tail);
        // Listening for ever earns -20, whatever is cut.
        REQUIRE(simulation.interval);
        CHECK(simulation.interval->low <= -20.0);
        CHECK(simulation.interval->high >= -20.0);
        CHECK(simulation.interval->high - simulation.interval->low <= 2.0 * tail * 2000.0 + 1e-9);
    }
    options.tail = 1.0;
    CHECK(simulate(models::tiger(), always(2, 0), options).steps == 1);
}

TEST_CASE("a horizon of its own ends the runs of any policy") {
    SimulationOptions options;
    options.episodes = 2;
    options.horizon = 3;
    const Simulation cut = simulate(models::tiger(1.0), always(2, 0), options);
    CHECK(cut.steps == 3);
    CHECK_THAT(cut.mean, WithinAbs(-3.0, 1e-12));
    CHECK_THAT(cut.interval->high, WithinAbs(-3.0, 1e-9));
    const Policy two(std::vector<ValueFunction>{always(2, 0).values(), always(2, 0).values()});
    CHECK_THROWS_AS(simulate(models::tiger(), two, options), ArgumentError);
    CHECK_THROWS_WITH(simulate(models::tiger(), two, options),
                      ContainsSubstring("horizon: expected at most the 2 steps of the policy, found 3"));
    options.horizon = 1;
    CHECK(simulate(models::tiger(), two, options).steps == 1);
    options.horizon = -1;
    CHECK_THROWS_WITH(simulate(models::tiger(), two, options), ContainsSubstring("horizon"));
}

TEST_CASE("runs that would take too long are refused, whatever the rewards") {
    SimulationOptions options;
    options.episodes = 1;
    for (const double discount : {0.999999, 0.9999999, std::nextafter(1.0, 0.0)}) {
        CAPTURE(discount);
        CHECK_THROWS_AS(simulate(models::tiger(discount), always(2, 0), options), ArgumentError);
        CHECK_THROWS_WITH(simulate(models::tiger(discount), always(2, 0), options),
                          ContainsSubstring("give a horizon, or a greater tail"));
    }
    options.horizon = 5;
    CHECK_THAT(simulate(models::tiger(std::nextafter(1.0, 0.0)), always(2, 0), options).mean,
               WithinAbs(-5.0, 1e-9));
    options.horizon = 0;
    CHECK(simulate(models::tiger(0.999), always(2, 0), options).steps == 13809);
}

TEST_CASE("simulations that make no sense are refused") {
    SimulationOptions options;
    options.episodes = 0;
    CHECK_THROWS_AS(simulate(models::tiger(), always(2, 0), options), ArgumentError);
    CHECK_THROWS_WITH(simulate(models::tiger(), always(2, 0), options),
                      ContainsSubstring("episodes") && ContainsSubstring("found 0"));
    CHECK_THROWS_AS(simulate(models::tiger(), Policy()), ArgumentError);
    CHECK_THROWS_AS(simulate(models::tiger(1.0), always(2, 0)), ArgumentError);
}

TEST_CASE("a tail that is never reached is refused") {
    SimulationOptions options;
    for (const double tail : {0.0, -1.0, 1.5, std::nan("")}) {
        options.tail = tail;
        CAPTURE(tail);
        CHECK_THROWS_AS(simulate(models::tiger(), always(2, 0), options), ArgumentError);
    }
}

TEST_CASE("policies of another model are refused") {
    const Policy three = always(3, 0);
    CHECK_THROWS_AS(simulate(models::tiger(), three), ArgumentError);
    CHECK_THROWS_WITH(simulate(models::tiger(), three), ContainsSubstring("2 states of the model, found 3"));
    CHECK_THROWS_WITH(evaluate_exactly(models::tiger(), three, 2),
                      ContainsSubstring("2 states of the model, found 3"));
    for (const int action : {3, -1}) {
        CHECK_THROWS_AS(simulate(models::tiger(), always(2, action)), ArgumentError);
        CHECK_THROWS_WITH(evaluate_exactly(models::tiger(), always(2, action), 2),
                          ContainsSubstring("one of the 3 actions of the model, found"));
    }
    const Policy later(std::vector<ValueFunction>{always(2, 0).values(), three.values()});
    CHECK_THROWS_AS(simulate(models::tiger(), later), ArgumentError);
}

TEST_CASE("one run has no standard error and no interval") {
    SimulationOptions options;
    options.episodes = 1;
    const Simulation simulation = simulate(models::tiger(), always(2, 1), options);
    CHECK_FALSE(simulation.standard_error);
    CHECK_FALSE(simulation.interval);
}

TEST_CASE("equal seeds give equal runs, others do not") {
    const Policy policy = solve_exact(models::tiger()).policy;
    SimulationOptions options;
    options.episodes = 50;
    options.seed = 9;
    const Simulation one = simulate(models::tiger(), policy, options);
    const Simulation other = simulate(models::tiger(), policy, options);
    CHECK(one.mean == other.mean);
    CHECK(one.standard_error == other.standard_error);
    options.seed = 10;
    CHECK(simulate(models::tiger(), policy, options).mean != one.mean);
}

TEST_CASE("mean and standard error are those of the runs") {
    // One step of opening the left door at even beliefs: -100 or 10.
    const Policy once(std::vector<ValueFunction>{always(2, 1).values()});
    SimulationOptions options;
    options.episodes = 400;
    const Simulation simulation = simulate(models::tiger(), once, options);
    const double bad = (10.0 - simulation.mean) / 110.0;  // share of the runs that met the tiger
    CHECK_THAT(bad * 400.0, WithinAbs(std::round(bad * 400.0), 1e-9));
    REQUIRE(simulation.standard_error);
    REQUIRE(simulation.interval);
    const double error = *simulation.standard_error;
    CHECK_THAT(error, WithinAbs(110.0 * std::sqrt(bad * (1.0 - bad) / 399.0), 1e-9));
    CHECK_THAT(simulation.interval->high - simulation.mean, WithinAbs(1.96 * error, 1e-9));
    CHECK_THAT(simulation.mean - simulation.interval->low, WithinAbs(1.96 * error, 1e-9));
}

TEST_CASE("simulations of the tiger problem agree with its exact value", "[property]") {
    ExactOptions exact;
    exact.stop.gap = 1e-9;
    const Solution solution = solve_exact(models::tiger(), exact);
    SimulationOptions options;
    options.episodes = 400;
    options.tail = 1e-5;
    int inside = 0;
    double sum = 0.0;
    double squares = 0.0;
    constexpr int seeds = 30;
    for (int seed = 0; seed < seeds; ++seed) {
        options.seed = static_cast<std::uint64_t>(seed);
        const Simulation simulation = simulate(models::tiger(), solution.policy, options);
        if (holds(simulation, solution.lower)) ++inside;
        sum += simulation.mean;
        squares += *simulation.standard_error * *simulation.standard_error;
    }
    CHECK(inside >= 26);  // of 30 intervals of 95 %, fewer in 2 of 100 cases
    CHECK(std::abs(sum / seeds - solution.lower) <= 3.0 * std::sqrt(squares) / seeds + 2e-2);
}

TEST_CASE("exact values of policies equal brute force over histories") {
    Random random(81);
    for (int trial = 0; trial < 200; ++trial) {
        const models::Dense dense =
            models::random_model(random, trial % 3 == 0 ? 1.0 : 0.2 + 0.7 * random.uniform());
        const Model model = dense.model();
        const int horizon = 1 + static_cast<int>(random.index(4));
        std::vector<ValueFunction> steps;
        for (int step = 0; step < horizon; ++step) steps.push_back(random_vectors(random, model));
        const Policy finite(std::move(steps));
        const double value = by_histories(dense, finite, dense.start, 0, horizon);
        CAPTURE(trial, horizon, dense.discount);
        for (const int limit : {horizon, horizon + 5}) {
            const ValueInterval reached = evaluate_exactly(model, finite, limit);
            CHECK_THAT(reached.low, WithinAbs(value, 1e-12));
            CHECK_THAT(reached.high, WithinAbs(value, 1e-12));
        }
        if (dense.discount == 1.0) continue;
        const Policy unlimited(random_vectors(random, model));
        const double cut = by_histories(dense, unlimited, dense.start, 0, horizon);
        const double tail =
            std::pow(dense.discount, horizon) * dense.rewards.cwiseAbs().maxCoeff() / (1.0 - dense.discount);
        const ValueInterval reached = evaluate_exactly(model, unlimited, horizon);
        CHECK_THAT(reached.low, WithinAbs(cut - tail, 1e-11));
        CHECK_THAT(reached.high, WithinAbs(cut + tail, 1e-11));
    }
}

TEST_CASE("simulated values of policies agree with the exact ones") {
    Random random(82);
    int inside = 0;
    constexpr int trials = 60;
    for (int trial = 0; trial < trials; ++trial) {
        const models::Dense dense = models::random_model(random, 0.9);
        const Model model = dense.model();
        std::vector<ValueFunction> steps;
        for (int step = 0; step < 4; ++step) steps.push_back(random_vectors(random, model));
        const Policy policy(std::move(steps));
        SimulationOptions options;
        options.seed = static_cast<std::uint64_t>(trial);
        const Simulation simulation = simulate(model, policy, options);
        const double value = by_histories(dense, policy, dense.start, 0, 4);
        if (holds(simulation, value)) ++inside;
        CHECK(std::abs(simulation.mean - value) <= 4.0 * *simulation.standard_error + 1e-12);
    }
    CHECK(inside >= 52);  // of 60 intervals of 95 %
}

TEST_CASE("policies of solvers reach their lower bounds") {
    Random random(83);
    for (int trial = 0; trial < 20; ++trial) {
        const Model model = models::random_model(random, 0.6).model();
        SarsopOptions options;
        options.stop.gap = 0.05;
        const Solution solution = solve_sarsop(model, options);
        CAPTURE(trial);
        CHECK(evaluate_exactly(model, solution.policy, 7).high >= solution.lower - 1e-9);
        const Simulation simulation = simulate(model, solution.policy);
        CHECK(simulation.mean + 4.0 * *simulation.standard_error >= solution.lower - 1e-5);
    }
}

TEST_CASE("rewards of any size: what policies reach lies above their lower bounds within the interval") {
    // Nothing here is random, so that the interval is what the cut and rounding leave.
    for (const double scale : {1e-9, 1.0, 1e60}) {
        for (const double discount : {0.5, 0.99, 0.999}) {
            models::Dense dense = chain(discount);
            dense.rewards(2, 0) = 2.0;  // for ever
            dense.rewards *= scale;
            const Model model = dense.model();
            SarsopOptions options;
            options.stop.gap = 1e-3 * scale;
            options.stop.time_limit = 0.2;
            const Solution solution = solve_sarsop(model, options);
            SimulationOptions runs;
            runs.episodes = 2;
            const Simulation simulation = simulate(model, solution.policy, runs);
            CAPTURE(scale, discount, simulation.steps, simulation.mean, solution.lower);
            REQUIRE(simulation.interval);
            CHECK(simulation.interval->high >= solution.lower);
            CHECK(simulation.interval->low <= solution.upper);
            const double widest = 5.0 * scale / (1.0 - discount);
            CHECK(simulation.interval->high - simulation.interval->low <= 2.1e-6 * widest);
        }
    }
}

TEST_CASE("without discount, what is left of runs that end is bounded by their steps") {
    const Model model = chain(1.0).model();
    const double values[] = {0.0, 5.0, 8.0, 8.0};
    for (int steps = 0; steps < 4; ++steps) {
        const ValueInterval reached = evaluate_exactly(model, always(3, 0), steps);
        const double left = 5.0 * std::max(0, 2 - steps);
        CHECK_THAT(reached.low, WithinAbs(values[steps] - left, 1e-12));
        CHECK_THAT(reached.high, WithinAbs(values[steps] + left, 1e-12));
    }
    CHECK_THROWS_AS(evaluate_exactly(models::tiger(1.0), always(2, 0), 3), ArgumentError);
}

TEST_CASE("negative steps are refused") {
    CHECK_THROWS_AS(evaluate_exactly(models::tiger(), always(2, 0), -1), ArgumentError);
    CHECK_THROWS_WITH(evaluate_exactly(models::tiger(), always(2, 0), -1),
                      ContainsSubstring("steps") && ContainsSubstring("found -1"));
}

TEST_CASE("an evaluation that reaches too many beliefs is refused") {
    const Policy listen = always(2, 0);
    CHECK_THROWS_AS(evaluate_exactly(models::tiger(), listen, 20, 10), ArgumentError);
    CHECK_THROWS_WITH(evaluate_exactly(models::tiger(), listen, 20, 10),
                      ContainsSubstring("simulate instead"));
    const ValueInterval reached = evaluate_exactly(models::tiger(), listen, 10);
    CHECK(reached.low <= -20.0);
    CHECK(reached.high >= -20.0);
}
