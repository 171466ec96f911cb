// SPDX-License-Identifier: Apache-2.0
// The exact solver on the tiger problem by hand and on models whose reachable beliefs are few.
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/pomdp/belief.hpp>
#include <automix/pomdp/solution.hpp>
#include <automix/pomdp/solvers/exact_solver.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "pomdp/models.hpp"
#include "support/catch.hpp"

using namespace automix::pomdp;
using automix::Random;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;

namespace {

Solution solve_steps(const Model& model, int horizon) {
    ExactOptions options;
    options.horizon = horizon;
    return solve_exact(model, options);
}

/// The optimal values where the state is seen, by value iteration in dense matrices.
Eigen::VectorXd seen_values(const models::Dense& dense) {
    Eigen::VectorXd values = Eigen::VectorXd::Zero(dense.start.size());
    for (int step = 0; step < 2000; ++step) {
        Eigen::MatrixXd q = dense.rewards;
        for (std::size_t a = 0; a < dense.transitions.size(); ++a)
            q.col(static_cast<Eigen::Index>(a)) += dense.discount * dense.transitions[a] * values;
        values = q.rowwise().maxCoeff();
    }
    return values;
}

}  // namespace

TEST_CASE("finite horizons of the tiger problem by hand") {
    const Model tiger = models::tiger();
    // One or two steps: listen. Three: listen twice, open where both agree, else listen.
    const double values[] = {-1.0, -1.95, -1.95 + 0.9025 * (0.7225 * 10.0 - 0.0225 * 100.0 - 0.255)};
    for (int horizon = 1; horizon <= 3; ++horizon) {
        CAPTURE(horizon);
        const Solution solution = solve_steps(tiger, horizon);
        const double value = values[horizon - 1];
        CHECK_THAT(solution.lower, WithinAbs(value, 1e-12));
        CHECK_THAT(solution.upper, WithinAbs(value, 1e-12));
        CHECK_THAT(models::brute_force(models::dense_tiger(), Eigen::Vector2d(0.5, 0.5), horizon),
                   WithinAbs(value, 1e-12));
        CHECK(solution.stopped == Stopped::horizon);
        CHECK(solution.policy.horizon() == horizon);
        CHECK(solution.policy.action(tiger.start(), 0) == 0);
    }
    const Solution solution = solve_steps(tiger, 3);
    CHECK(solution.policy.action(Belief(Eigen::Vector2d(0.97, 0.03)), 2) == 2);
    CHECK(solution.policy.action(Belief(Eigen::Vector2d(0.03, 0.97)), 2) == 1);
    CHECK(solution.policy.action(Belief(Eigen::Vector2d(0.5, 0.5)), 2) == 0);
}

TEST_CASE("longer horizons of the tiger problem equal brute force") {
    for (const int horizon : {4, 5, 6}) {
        const double value = models::brute_force(models::dense_tiger(), Eigen::Vector2d(0.5, 0.5), horizon);
        CHECK_THAT(solve_steps(models::tiger(), horizon).lower, WithinAbs(value, 1e-11));
        CHECK_THAT(solve_steps(models::tiger(), horizon).upper, WithinAbs(value, 1e-11));
    }
}

TEST_CASE("the tiger problem without a horizon has its published value") {
    ExactOptions options;
    options.stop.gap = 1e-9;
    const Solution solution = solve_exact(models::tiger(), options);
    CHECK(solution.gap() <= 1e-9);
    CHECK_THAT(solution.lower, WithinAbs(19.3714, 5e-5));
    CHECK_THAT(solution.upper, WithinAbs(19.3714, 5e-5));
}

TEST_CASE("where the state is seen the value is that of the MDP") {
    Random random(51);
    for (int trial = 0; trial < 30; ++trial) {
        models::Dense dense = models::random_model(random, 0.5 + 0.4 * random.uniform());
        const auto states = dense.start.size();
        for (auto& matrix : dense.observations) matrix = Eigen::MatrixXd::Identity(states, states);
        ExactOptions options;
        options.stop.gap = 0.0;
        const Solution solution = solve_exact(dense.model(), options);
        // The first action is taken before anything is seen.
        const Eigen::VectorXd after = seen_values(dense);
        double value = -std::numeric_limits<double>::infinity();
        for (std::size_t a = 0; a < dense.transitions.size(); ++a) {
            value = std::max(value, dense.start.dot(dense.rewards.col(static_cast<Eigen::Index>(a)) +
                                                    dense.discount * dense.transitions[a] * after));
        }
        CAPTURE(trial, states, dense.discount);
        CHECK_THAT(solution.lower, WithinAbs(value, 1e-10));
        CHECK_THAT(solution.upper, WithinAbs(value, 1e-10));
        CHECK((solution.stopped == Stopped::converged || solution.stopped == Stopped::gap));
        CHECK(solution.beliefs <= states + 1);
    }
}

TEST_CASE("where nothing is seen and nothing moves the best action is taken for ever") {
    models::Dense dense;
    dense.transitions = {Eigen::MatrixXd::Identity(3, 3), Eigen::MatrixXd::Identity(3, 3)};
    dense.observations = {Eigen::MatrixXd::Ones(3, 1), Eigen::MatrixXd::Ones(3, 1)};
    dense.rewards.resize(3, 2);
    dense.rewards << 1.0, 0.0, 0.0, 2.0, 1.0, 0.0;
    dense.start = Eigen::Vector3d(0.25, 0.5, 0.25);
    dense.discount = 0.9;
    ExactOptions options;
    options.stop.gap = 1e-12;
    const Solution solution = solve_exact(dense.model(), options);
    CHECK(solution.beliefs == 1);
    CHECK_THAT(solution.lower, WithinAbs(10.0, 1e-9));
    CHECK_THAT(solution.upper, WithinAbs(10.0, 1e-9));
    CHECK(solution.policy.action(Belief(dense.start)) == 1);
}

TEST_CASE("a finite horizon that reaches too many beliefs is refused") {
    ExactOptions options;
    options.horizon = 4;
    options.belief_limit = 3;
    CHECK_THROWS_AS(solve_exact(models::tiger(), options), automix::ArgumentError);
    CHECK_THROWS_WITH(solve_exact(models::tiger(), options), ContainsSubstring("exact solver") &&
                                                                 ContainsSubstring("beliefs") &&
                                                                 ContainsSubstring("horizon"));
    options.belief_limit = 1000;
    CHECK_NOTHROW(solve_exact(models::tiger(), options));
}

TEST_CASE("an unlimited horizon that reaches too many beliefs has an interval") {
    ExactOptions options;
    double lower = -std::numeric_limits<double>::infinity();
    double upper = std::numeric_limits<double>::infinity();
    options.stop.gap = 1e-8;
    for (const int limit : {1, 3, 5, 9, 100}) {
        options.belief_limit = limit;
        const Solution solution = solve_exact(models::tiger(), options);
        CAPTURE(limit);
        CHECK(solution.beliefs <= limit);
        CHECK(solution.lower <= 19.37145);
        CHECK(solution.upper >= 19.37135);
        CHECK(solution.lower >= lower - options.stop.gap);
        CHECK(solution.upper <= upper + options.stop.gap);
        lower = solution.lower;
        upper = solution.upper;
    }
    CHECK(upper - lower < 1e-4);
}

TEST_CASE("a callback that says no stops the exact solver") {
    ExactOptions options;
    options.stop.gap = 0.0;
    int calls = 0;
    options.stop.on_progress = [&](const Progress&) { return ++calls < 3; };
    const Solution solution = solve_exact(models::tiger(0.999), options);
    CHECK(solution.stopped == Stopped::callback);
    CHECK(calls == 3);
    // A call an iteration, and where that is slow more of them.
    CHECK(solution.iterations <= 2);
}

TEST_CASE("the exact solver keeps to a time limit") {
    Random random(3);
    const Model model = models::random_model(random, 0.8).model();
    ExactOptions options;
    options.stop.time_limit = 0.5;
    options.stop.gap = 0.0;
    const Solution solution = solve_exact(model, options);
    CHECK(solution.stopped == Stopped::time);
    CHECK(solution.seconds < 60.0);
}

TEST_CASE("the exact solver improves its bounds long before it has all beliefs") {
    Random random(3);
    const Model model = models::random_model(random, 0.8).model();
    ExactOptions options;
    options.stop.gap = 0.0;
    std::vector<Progress> seen;
    options.stop.on_progress = [&](const Progress& now) {
        seen.push_back(now);
        return now.beliefs < 4000;
    };
    const Solution solution = solve_exact(model, options);
    CHECK(solution.iterations >= 4);
    REQUIRE(seen.size() >= 4);
    CHECK(seen[1].beliefs <= 500);
    CHECK(seen[1].gap() < 0.5 * seen[0].gap());
    CHECK(solution.gap() < seen[1].gap());
}

TEST_CASE("the exact solver tells of a finite horizon and keeps to the vectors asked for") {
    ExactOptions options;
    options.horizon = 3;
    int calls = 0;
    options.stop.on_progress = [&](const Progress& now) {
        ++calls;
        CHECK(now.lower <= now.upper);
        return true;
    };
    CHECK(solve_exact(models::tiger(), options).stopped == Stopped::horizon);
    CHECK(calls >= 1);

    // It begins with 3 a step, and none may be added: listening for three steps is the best that is known.
    options.stop.vector_limit = 9;
    const Solution limited = solve_exact(models::tiger(), options);
    CHECK(limited.stopped == Stopped::vectors);
    CHECK(limited.vectors == 9);
    CHECK(limited.policy.vectors() == 9);
    CHECK_THAT(limited.lower, WithinAbs(-1.0 - 0.95 - 0.9025, 1e-12));
}

TEST_CASE("the exact solver can be stopped while it looks for beliefs, and within a sweep") {
    Random random(3);
    const Model model = models::random_model(random, 0.8).model();
    ExactOptions options;
    options.stop.gap = 0.0;
    options.stop.time_limit = 3600.0;  // the callback is to stop it, on slow machines too
    std::vector<Progress> seen;
    const auto stop_at = [&](std::size_t call) {
        seen.clear();
        options.stop.on_progress = [&, call](const Progress& now) {
            CHECK(now.lower <= now.upper);
            seen.push_back(now);
            return seen.size() < call;
        };
        const Solution solution = solve_exact(model, options);
        CHECK(solution.stopped == Stopped::callback);
        CHECK(solution.iterations == seen.back().iterations);
        CHECK(seen.size() == call);
    };
    stop_at(1);
    CHECK(seen.back().beliefs == 0);
    options.belief_limit = 5000;
    stop_at(25);
    // Calls between sweeps come while beliefs are looked for and within sweeps.
    bool looking = false;
    bool sweeping = false;
    for (std::size_t i = 1; i < seen.size(); ++i) {
        const bool between = seen[i].iterations == seen[i - 1].iterations;
        looking = looking || (between && seen[i].beliefs > seen[i - 1].beliefs);
        sweeping = sweeping || (between && seen[i].beliefs == seen[i - 1].beliefs);
        CHECK(seen[i].beliefs <= 5000);
    }
    CHECK(looking);
    CHECK(sweeping);
}
