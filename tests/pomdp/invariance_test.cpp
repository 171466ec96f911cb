// SPDX-License-Identifier: Apache-2.0
// What must not matter: the order of states, actions and observations, and the unit of rewards.
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/pomdp/solution.hpp>
#include <automix/pomdp/solvers/exact_solver.hpp>
#include <automix/pomdp/solvers/point_based.hpp>
#include <automix/pomdp/solvers/sarsop.hpp>

#include <cstddef>
#include <numeric>
#include <vector>

#include "pomdp/models.hpp"
#include "support/catch.hpp"

using namespace automix::pomdp;
using automix::Random;
using Catch::Matchers::WithinAbs;

namespace {

std::vector<int> shuffled(Random& random, std::size_t size) {
    std::vector<int> order(size);
    std::iota(order.begin(), order.end(), 0);
    random.shuffle(order);
    return order;
}

/// The same problem with other numbers for states, actions and observations.
models::Dense permuted(Random& random, const models::Dense& dense) {
    const auto states = shuffled(random, static_cast<std::size_t>(dense.start.size()));
    const auto actions = shuffled(random, dense.transitions.size());
    const auto observations = shuffled(random, static_cast<std::size_t>(dense.observations[0].cols()));
    models::Dense result = dense;
    for (std::size_t a = 0; a < actions.size(); ++a) {
        const auto to = static_cast<std::size_t>(actions[a]);
        for (std::size_t s = 0; s < states.size(); ++s) {
            const auto row = static_cast<Eigen::Index>(s);
            for (std::size_t next = 0; next < states.size(); ++next) {
                result.transitions[to](states[s], states[next]) =
                    dense.transitions[a](row, static_cast<Eigen::Index>(next));
            }
            for (std::size_t o = 0; o < observations.size(); ++o) {
                result.observations[to](states[s], observations[o]) =
                    dense.observations[a](row, static_cast<Eigen::Index>(o));
            }
            result.rewards(states[s], actions[a]) = dense.rewards(row, static_cast<Eigen::Index>(a));
            result.start(states[s]) = dense.start(row);
        }
    }
    return result;
}

models::Dense scaled(const models::Dense& dense, double factor) {
    models::Dense result = dense;
    result.rewards *= factor;
    return result;
}

Solution exact(const models::Dense& dense, int horizon) {
    ExactOptions options;
    options.horizon = horizon;
    return solve_exact(dense.model(), options);
}

Solution sarsop(const models::Dense& dense, double gap) {
    SarsopOptions options;
    options.stop.gap = gap;
    return solve_sarsop(dense.model(), options);
}

}  // namespace

TEST_CASE("the order of states, actions and observations does not matter to exact bounds") {
    Random random(91);
    for (int trial = 0; trial < 200; ++trial) {
        const models::Dense dense = models::random_model(random, trial % 2 == 0 ? 1.0 : 0.9);
        const models::Dense other = permuted(random, dense);
        const int horizon = 1 + static_cast<int>(random.index(4));
        CAPTURE(trial, horizon);
        CHECK_THAT(exact(dense, horizon).lower, WithinAbs(exact(other, horizon).lower, 1e-9));
        CHECK_THAT(exact(dense, horizon).upper, WithinAbs(exact(other, horizon).upper, 1e-9));
    }
}

TEST_CASE("the order of states, actions and observations does not matter to first bounds") {
    Random random(92);
    for (int trial = 0; trial < 100; ++trial) {
        const models::Dense dense = models::random_model(random, 0.95);
        const models::Dense other = permuted(random, dense);
        SarsopOptions options;
        options.stop.time_limit = 0.0;
        const Solution one = solve_sarsop(dense.model(), options);
        const Solution two = solve_sarsop(other.model(), options);
        CAPTURE(trial);
        CHECK_THAT(one.lower, WithinAbs(two.lower, 1e-9));
        CHECK_THAT(one.upper, WithinAbs(two.upper, 1e-9));
    }
}

TEST_CASE("bounds of SARSOP hold the value in every order", "[property]") {
    Random random(93);
    for (int trial = 0; trial < 50; ++trial) {
        const models::Dense dense = models::random_model(random, 0.6);
        const Solution one = sarsop(dense, 1e-4);
        const Solution two = sarsop(permuted(random, dense), 1e-4);
        CAPTURE(trial);
        CHECK(one.stopped == Stopped::gap);
        CHECK(two.stopped == Stopped::gap);
        CHECK(one.lower <= two.upper + 1e-9);
        CHECK(two.lower <= one.upper + 1e-9);
    }
}

TEST_CASE("a closed gap is closed in every order") {
    Random random(94);
    for (int trial = 0; trial < 20; ++trial) {
        const models::Dense tiger = models::dense_tiger(0.5 + 0.45 * random.uniform());
        const Solution one = sarsop(tiger, 5e-10);
        const Solution two = sarsop(permuted(random, tiger), 5e-10);
        CAPTURE(trial, tiger.discount);
        CHECK_THAT(one.lower, WithinAbs(two.lower, 1e-9));
        CHECK_THAT(one.upper, WithinAbs(two.upper, 1e-9));
    }
}

TEST_CASE("values scale with rewards") {
    Random random(95);
    for (int trial = 0; trial < 100; ++trial) {
        const models::Dense dense = models::random_model(random, 0.9);
        const int horizon = 1 + static_cast<int>(random.index(4));
        for (const double factor : {1e-6, 0.5, 1000.0, 1e9}) {
            CAPTURE(trial, horizon, factor);
            CHECK_THAT(exact(scaled(dense, factor), horizon).lower / factor,
                       WithinAbs(exact(dense, horizon).lower, 1e-9));
            CHECK_THAT(exact(scaled(dense, factor), horizon).upper / factor,
                       WithinAbs(exact(dense, horizon).upper, 1e-9));
        }
    }
}

TEST_CASE("SARSOP closes the gap of scaled rewards at the scaled value") {
    const Solution one = sarsop(models::dense_tiger(), 1e-6);
    for (const double factor : {1e-6, 0.25, 1000.0, 1e6}) {
        const Solution other = sarsop(scaled(models::dense_tiger(), factor), 1e-6 * factor);
        CAPTURE(factor);
        CHECK(other.stopped == Stopped::gap);
        CHECK_THAT(other.lower / factor, WithinAbs(one.lower, 2e-6));
        CHECK_THAT(other.upper / factor, WithinAbs(one.upper, 2e-6));
    }
}

TEST_CASE("a constant on all rewards adds its value for ever") {
    models::Dense dense = models::dense_tiger();
    const Solution one = sarsop(dense, 1e-6);
    dense.rewards.array() += 3.0;
    const Solution other = sarsop(dense, 1e-6);
    CHECK_THAT(other.lower, WithinAbs(one.lower + 60.0, 1e-5));
    CHECK_THAT(other.upper, WithinAbs(one.upper + 60.0, 1e-5));
}
