// SPDX-License-Identifier: Apache-2.0
#include "pomdp/models.hpp"
#include "support/catch.hpp"

#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/pomdp/simulate.hpp>
#include <automix/pomdp/solution.hpp>
#include <automix/pomdp/solvers/exact_solver.hpp>
#include <automix/pomdp/solvers/point_based.hpp>
#include <automix/pomdp/solvers/sarsop.hpp>

#include <Eigen/LU>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

using namespace automix::pomdp;
using automix::Random;
using Catch::Matchers::WithinAbs;

namespace {

constexpr double rounding = 1e-9;

/// Solves with `solve(options)` and checks at every iteration that the bounds hold `low <= high` between them and move
/// towards one another only.
template <class Options, class Solve>
Solution solve_watched(Options options, double low, double high, Solve solve) {
    bool right = true;
    Progress before;
    bool first = true;
    options.stop.on_progress = [&](const Progress& now) {
        right =
            right && now.lower <= high + rounding && now.upper >= low - rounding && now.lower <= now.upper;
        if (!first)
            right = right && now.lower >= before.lower - rounding && now.upper <= before.upper + rounding;
        first = false;
        before = now;
        return now.iterations < 60;
    };
    Solution solution = solve(options);
    CHECK(right);
    CHECK(solution.lower <= high + rounding);
    CHECK(solution.upper >= low - rounding);
    return solution;
}

/// The value of each state where states are seen, by policy iteration: linear equations, so that any discount will do.
Eigen::VectorXd seen_value(const models::Dense& dense) {
    const Eigen::Index states = dense.start.size();
    std::vector<std::size_t> policy(static_cast<std::size_t>(states), 0);
    for (;;) {
        Eigen::MatrixXd steps = Eigen::MatrixXd::Identity(states, states);
        Eigen::VectorXd rewards(states);
        for (Eigen::Index s = 0; s < states; ++s) {
            const std::size_t action = policy[static_cast<std::size_t>(s)];
            steps.row(s) -= dense.discount * dense.transitions[action].row(s);
            rewards(s) = dense.rewards(s, static_cast<Eigen::Index>(action));
        }
        const Eigen::VectorXd value = steps.partialPivLu().solve(rewards);
        bool changed = false;
        for (std::size_t a = 0; a < dense.transitions.size(); ++a) {
            const Eigen::VectorXd other = dense.rewards.col(static_cast<Eigen::Index>(a)) +
                                          dense.discount * dense.transitions[a] * value;
            for (Eigen::Index s = 0; s < states; ++s) {
                if (other(s) <= value(s) + 1e-9 / (1.0 - dense.discount) * 1e-3) continue;
                policy[static_cast<std::size_t>(s)] = a;
                changed = true;
            }
        }
        if (!changed) return value;
    }
}

}  // namespace

TEST_CASE("finite horizons: every solver's bounds hold the value by brute force", "[property]") {
    Random random(11);
    for (int trial = 0; trial < 1500; ++trial) {
        const double discount = trial % 3 == 0 ? 1.0 : 0.3 + 0.7 * random.uniform();
        const models::Dense dense = models::random_model(random, discount);
        const Model model = dense.model();
        const int horizon = 1 + static_cast<int>(random.index(trial % 50 == 0 ? 6 : 4));
        CAPTURE(trial, discount, horizon, model.states(), model.actions(), model.observations());
        const double value = models::brute_force(dense, dense.start, horizon);

        ExactOptions exact;
        exact.horizon = horizon;
        const Solution solved = solve_exact(model, exact);
        CHECK_THAT(solved.lower, WithinAbs(value, rounding));
        CHECK_THAT(solved.upper, WithinAbs(value, rounding));
        CHECK(solved.stopped == Stopped::horizon);
        const ValueInterval reached = evaluate_exactly(model, solved.policy, horizon);
        CHECK_THAT(reached.low, WithinAbs(value, rounding));
        CHECK_THAT(reached.high, WithinAbs(value, rounding));

        SarsopOptions sarsop;
        sarsop.horizon = horizon;
        sarsop.stop.gap = 1e-7;
        const Solution sarsop_solution = solve_watched(
            sarsop, value, value, [&](const auto& options) { return solve_sarsop(model, options); });
        CHECK(evaluate_exactly(model, sarsop_solution.policy, horizon).low >=
              sarsop_solution.lower - rounding);

        PointBasedOptions points;
        points.horizon = horizon;
        points.beliefs = 30;
        points.seed = static_cast<std::uint64_t>(trial);
        points.stop.gap = 1e-7;
        for (const bool perseus : {false, true}) {
            const Solution solution = solve_watched(points, value, value, [&](const auto& options) {
                return perseus ? solve_perseus(model, options) : solve_pbvi(model, options);
            });
            CHECK(evaluate_exactly(model, solution.policy, horizon).low >= solution.lower - rounding);
        }
    }
}

TEST_CASE("unlimited horizon: bounds hold the value within the tail of brute force", "[property]") {
    Random random(12);
    for (int trial = 0; trial < 300; ++trial) {
        const double discount = 0.2 + 0.3 * random.uniform();
        const models::Dense dense = models::random_model(random, discount);
        const Model model = dense.model();
        CAPTURE(trial, discount);
        constexpr int steps = 4;
        const double tail =
            std::pow(discount, steps) * dense.rewards.cwiseAbs().maxCoeff() / (1.0 - discount);
        const double truncated = models::brute_force(dense, dense.start, steps);

        SarsopOptions sarsop;
        sarsop.stop.gap = 1e-6;
        PointBasedOptions points;
        points.beliefs = 40;
        ExactOptions exact;
        exact.belief_limit = 500;
        std::vector<Solution> solutions;
        const auto watch = [&](const auto& options, auto solve) {
            solutions.push_back(solve_watched(options, truncated - tail, truncated + tail, solve));
        };
        watch(sarsop, [&](const auto& options) { return solve_sarsop(model, options); });
        watch(points, [&](const auto& options) { return solve_pbvi(model, options); });
        watch(points, [&](const auto& options) { return solve_perseus(model, options); });
        watch(exact, [&](const auto& options) { return solve_exact(model, options); });
        for (const Solution& one : solutions) {
            for (const Solution& other : solutions) CHECK(one.lower <= other.upper + rounding);
            const ValueInterval reached = evaluate_exactly(model, one.policy, 8);
            CHECK(reached.high >= one.lower - rounding);
        }
    }
}

TEST_CASE("discounts close to 1: bounds hold what any policy is certain to reach", "[property]") {
    Random random(13);
    for (int trial = 0; trial < 24; ++trial) {
        const double discount =
            std::vector<double>{0.9, 0.99, 0.999, 0.9999}[static_cast<std::size_t>(trial % 4)];
        const models::Dense dense = models::random_model(random, discount);
        const Model model = dense.model();
        CAPTURE(trial, discount);
        // The best of the actions taken for ever bounds from below, what is seen of the state from above.
        double low = -std::numeric_limits<double>::infinity();
        const Eigen::Index states = dense.start.size();
        for (std::size_t a = 0; a < dense.transitions.size(); ++a) {
            const Eigen::MatrixXd steps =
                Eigen::MatrixXd::Identity(states, states) - discount * dense.transitions[a];
            const Eigen::VectorXd value =
                steps.partialPivLu().solve(dense.rewards.col(static_cast<Eigen::Index>(a)));
            low = std::max(low, dense.start.dot(value));
        }
        const double high = dense.start.dot(seen_value(dense));

        StopOptions stop;
        stop.gap = 0.01;
        stop.time_limit = 0.05;
        SarsopOptions sarsop{stop};
        PointBasedOptions points{stop};
        points.beliefs = 20;
        ExactOptions exact{stop};
        exact.belief_limit = 200;
        std::vector<Solution> solutions;
        const auto watch = [&](const auto& options, auto solve) {
            // Lower bounds stay below the value, and so below `high`; upper bounds above it, and so above `low`.
            solutions.push_back(solve_watched(options, low, high, solve));
        };
        watch(sarsop, [&](const auto& options) { return solve_sarsop(model, options); });
        watch(points, [&](const auto& options) { return solve_pbvi(model, options); });
        watch(points, [&](const auto& options) { return solve_perseus(model, options); });
        watch(exact, [&](const auto& options) { return solve_exact(model, options); });
        for (const Solution& one : solutions) {
            for (const Solution& other : solutions)
                CHECK(one.lower <= other.upper + rounding / (1.0 - discount));
            if (discount > 0.99) continue;  // runs would be long
            SimulationOptions runs;
            runs.episodes = 20;
            runs.tail = 1e-2;
            runs.seed = static_cast<std::uint64_t>(trial);
            const Simulation simulation = simulate(model, one.policy, runs);
            CHECK(simulation.interval->high + 3.0 * *simulation.standard_error >= one.lower);
        }
    }
}
