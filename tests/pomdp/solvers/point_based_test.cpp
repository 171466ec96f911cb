// SPDX-License-Identifier: Apache-2.0
// Point-based value iteration and Perseus: given sets, growth, seeds, and what convergence means, by backups in dense
// matrices.
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/pomdp/belief.hpp>
#include <automix/pomdp/solution.hpp>
#include <automix/pomdp/solvers/point_based.hpp>
#include <automix/pomdp/value_function.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "pomdp/models.hpp"
#include "support/catch.hpp"

using namespace automix::pomdp;
using automix::Random;
using Catch::Matchers::WithinAbs;

namespace {

/// The value of the best action at a belief, followed by the vectors.
double backed_up(const models::Dense& dense, const ValueFunction& values, const Eigen::VectorXd& belief) {
    Eigen::MatrixXd vectors(values.states(), values.size());
    for (int k = 0; k < values.size(); ++k) vectors.col(k) = values.vector(k).values;
    double best = -std::numeric_limits<double>::infinity();
    for (std::size_t a = 0; a < dense.transitions.size(); ++a) {
        double value = belief.dot(dense.rewards.col(static_cast<Eigen::Index>(a)));
        const Eigen::VectorXd reached = dense.transitions[a].transpose() * belief;
        for (Eigen::Index o = 0; o < dense.observations[a].cols(); ++o) {
            value += dense.discount *
                     (vectors.transpose() * reached.cwiseProduct(dense.observations[a].col(o))).maxCoeff();
        }
        best = std::max(best, value);
    }
    return best;
}

}  // namespace

TEST_CASE("detail: distances between sparse beliefs") {
    const auto distance = [](const Eigen::Vector3d& a, const Eigen::Vector3d& b) {
        return detail::distance(Belief(a), Belief(b));
    };
    CHECK(distance({0.5, 0.0, 0.5}, {0.5, 0.0, 0.5}) == 0.0);
    CHECK(distance({1.0, 0.0, 0.0}, {0.0, 0.0, 1.0}) == 2.0);
    CHECK(distance({0.5, 0.5, 0.0}, {0.0, 0.5, 0.5}) == 1.0);
    CHECK(distance({0.25, 0.5, 0.25}, {0.0, 1.0, 0.0}) == 1.0);
    CHECK(distance({0.0, 1.0, 0.0}, {0.25, 0.5, 0.25}) == 1.0);
}

TEST_CASE("PBVI and Perseus close the tiger problem") {
    for (const bool perseus : {false, true}) {
        PointBasedOptions options;
        options.stop.gap = 1e-4;
        const Solution solution =
            perseus ? solve_perseus(models::tiger(), options) : solve_pbvi(models::tiger(), options);
        CAPTURE(perseus);
        CHECK(solution.stopped == Stopped::gap);
        CHECK(solution.gap() <= 1e-4);
        CHECK(solution.lower <= 19.37145);
        CHECK(solution.upper >= 19.37135);
    }
}

TEST_CASE("Perseus reaches the tiger problem's value from every seed", "[property]") {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        PointBasedOptions options;
        options.seed = seed;
        CAPTURE(seed);
        const Solution solution = solve_perseus(models::tiger(), options);
        CHECK(solution.lower >= 19.36);
        CHECK(solution.lower <= 19.37145);
    }
}

TEST_CASE("given beliefs are all there are, besides the initial one") {
    PointBasedOptions options;
    options.stop.gap = 0.0;
    const Solution one = solve_pbvi(models::tiger(), {models::pair(0.5)}, options);
    CHECK(one.beliefs == 1);
    CHECK(one.stopped == Stopped::converged);
    // With even beliefs alone listening is the best that is known: -1 for ever.
    CHECK_THAT(one.lower, WithinAbs(-20.0, 1e-3));

    const Solution four =
        solve_pbvi(models::tiger(),
                   {models::pair(0.85), models::pair(0.15), models::pair(0.5), models::pair(1.0)}, options);
    CHECK(four.beliefs == 4);
    CHECK(four.stopped == Stopped::converged);
    CHECK(four.lower < 19.3714);
    CHECK(four.upper > 19.3713);
}

TEST_CASE("converged: no backup at a belief of the set gains more than the tolerance") {
    Random random(71);
    for (int trial = 0; trial < 100; ++trial) {
        const models::Dense dense = models::random_model(random, 0.5 + 0.4 * random.uniform());
        std::vector<Eigen::VectorXd> points{dense.start};
        std::vector<Belief> beliefs;
        for (int i = 0; i < 8; ++i) {
            points.push_back(models::random_distribution(random, static_cast<int>(dense.start.size())));
            beliefs.emplace_back(points.back());
        }
        PointBasedOptions options;
        options.stop.gap = 0.0;
        options.tolerance = 1e-9;
        const Solution solution = solve_pbvi(dense.model(), beliefs, options);
        CHECK(solution.stopped == Stopped::converged);
        const ValueFunction& values = solution.policy.values();
        for (std::size_t i = 0; i < points.size(); ++i) {
            CAPTURE(trial, i, dense.discount);
            const double value = values.value(Belief(points[i]));
            const double after = backed_up(dense, values, points[i]);
            CHECK(after <= value + *options.tolerance);
            CHECK(after >= value - 1e-9);
        }
    }
}

TEST_CASE("a set that grows reaches its size and no more") {
    for (const int beliefs : {1, 2, 3, 10}) {
        PointBasedOptions options;
        options.beliefs = beliefs;
        options.stop.gap = 0.0;
        const Solution solution = solve_pbvi(models::tiger(), options);
        CAPTURE(beliefs);
        CHECK(solution.beliefs == beliefs);
        CHECK(solution.stopped == Stopped::converged);
    }
}

TEST_CASE("a set grows until it holds all that can be reached, whatever the seed") {
    // Three steps of the tiger problem reach 1, then 3, then 5 beliefs.
    const double value = models::brute_force(models::dense_tiger(), Eigen::Vector2d(0.5, 0.5), 3);
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        PointBasedOptions options;
        options.horizon = 3;
        options.seed = seed;
        options.stop.gap = 1e-9;
        CAPTURE(seed);
        for (const bool perseus : {false, true}) {
            const Solution solution =
                perseus ? solve_perseus(models::tiger(), options) : solve_pbvi(models::tiger(), options);
            CHECK_THAT(solution.lower, WithinAbs(value, 1e-8));
            CHECK_THAT(solution.upper, WithinAbs(value, 1e-8));
        }
    }
}

TEST_CASE("more beliefs in time give a higher bound") {
    Random random(73);
    const models::Dense dense = models::random_model(random, 0.9);
    PointBasedOptions options;
    options.stop.gap = 0.0;
    double lower = -std::numeric_limits<double>::infinity();
    for (const int beliefs : {1, 10, 100}) {
        options.beliefs = beliefs;
        const Solution solution = solve_pbvi(dense.model(), options);
        CHECK(solution.lower >= lower - 1e-5);
        lower = solution.lower;
    }
}

TEST_CASE("equal seeds give equal answers") {
    Random random(74);
    const models::Dense dense = models::random_model(random, 0.9);
    for (const bool perseus : {false, true}) {
        PointBasedOptions options;
        options.seed = 5;
        options.beliefs = 40;
        options.stop.gap = 0.0;
        const auto solve = [&] {
            return perseus ? solve_perseus(dense.model(), options) : solve_pbvi(dense.model(), options);
        };
        const Solution one = solve();
        const Solution other = solve();
        CHECK(one.lower == other.lower);
        CHECK(one.upper == other.upper);
        CHECK(one.iterations == other.iterations);
        CHECK(one.vectors == other.vectors);
        CHECK(one.beliefs == other.beliefs);
    }
}

TEST_CASE("point-based solvers stop for all reasons") {
    PointBasedOptions options;
    options.stop.gap = 0.0;
    options.stop.time_limit = 0.0;
    CHECK(solve_pbvi(models::tiger(), options).stopped == Stopped::time);
    options.stop.time_limit = 3600.0;
    options.stop.vector_limit = 5;
    const Solution solution = solve_perseus(models::tiger(), options);
    CHECK(solution.stopped == Stopped::vectors);
    CHECK(solution.vectors == 5);
    options.stop.vector_limit = std::numeric_limits<int>::max();
    int calls = 0;
    options.stop.on_progress = [&](const Progress& now) {
        CHECK(now.iterations <= calls);  // slow steps are told more than once
        return ++calls < 4;
    };
    CHECK(solve_pbvi(models::tiger(), options).stopped == Stopped::callback);
    CHECK(calls == 4);
}

TEST_CASE("given beliefs must be the model's") {
    Belief beyond;
    beyond.push_back(2, 1.0);
    Belief half;
    half.push_back(0, 0.5);
    Belief descending;
    descending.push_back(1, 0.5);
    descending.push_back(0, 0.5);
    Belief twice;
    twice.push_back(0, 0.5);
    twice.push_back(0, 0.5);
    Belief uneven;
    uneven.states = {0, 1};
    uneven.probabilities = {1.0};
    for (const Belief& belief : {beyond, half, descending, twice, uneven, Belief()}) {
        const std::vector<Belief> given{belief};
        CHECK_THROWS_AS(solve_pbvi(models::tiger(), given), automix::ArgumentError);
        CHECK_THROWS_AS(solve_perseus(models::tiger(), given), automix::ArgumentError);
    }
}

TEST_CASE("a given set does not grow, be it empty, for Perseus as for PBVI") {
    PointBasedOptions options;
    options.stop.gap = 0.0;
    const std::vector<Belief> none;
    CHECK(solve_pbvi(models::tiger(), none, options).beliefs == 1);
    CHECK(solve_perseus(models::tiger(), none, options).beliefs == 1);
    const std::vector<Belief> given{models::pair(0.85), models::pair(0.15), models::pair(0.97)};
    const Solution perseus = solve_perseus(models::tiger(), given, options);
    CHECK(perseus.beliefs == 4);
    CHECK(perseus.stopped == Stopped::converged);
    CHECK(perseus.lower > -20.0 + 1e-3);
    CHECK(perseus.lower < 19.3714);
}

TEST_CASE("small rewards and small gaps are not taken for convergence") {
    models::Dense dense = models::dense_tiger();
    dense.rewards *= 1e-4;
    for (const bool perseus : {false, true}) {
        PointBasedOptions options;
        options.stop.gap = 1e-9;
        const Solution solution =
            perseus ? solve_perseus(dense.model(), options) : solve_pbvi(dense.model(), options);
        CAPTURE(perseus);
        CHECK(solution.stopped == Stopped::gap);
        CHECK(solution.gap() <= 1e-9);
        CHECK_THAT(solution.lower, WithinAbs(19.3714e-4, 1e-8));
    }
}
