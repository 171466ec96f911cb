// SPDX-License-Identifier: Apache-2.0
// The anytime solver: why it stops, what it reports on the way, and that it reaches the gap asked for.
#include <automix/core/error.hpp>
#include <automix/core/random.hpp>
#include <automix/pomdp/belief.hpp>
#include <automix/pomdp/solution.hpp>
#include <automix/pomdp/solvers/exact_solver.hpp>
#include <automix/pomdp/solvers/point_based.hpp>
#include <automix/pomdp/solvers/sarsop.hpp>

#include <cstddef>
#include <limits>
#include <vector>

#include "pomdp/models.hpp"
#include "support/catch.hpp"

using namespace automix::pomdp;
using automix::Random;
using Catch::Matchers::WithinAbs;

namespace {

/// A gap that is not reached soon.
constexpr double never = 0.0;

/// Two states, and a probability to stay of more than 1.
struct Broken {
    [[nodiscard]] int states() const { return 2; }
    [[nodiscard]] int actions() const { return 1; }
    [[nodiscard]] int observations() const { return 1; }
    [[nodiscard]] double discount() const { return 0.9; }
    [[nodiscard]] Belief start() const { return Belief(Eigen::Vector2d(0.5, 0.5)); }
    [[nodiscard]] double reward(int, int) const { return 1.0; }
    template <class Visit>
    void for_each_successor(int state, int, Visit visit) const {
        visit(state, 1.5);
    }
    template <class Visit>
    void for_each_observation(int, int, Visit visit) const {
        visit(0, 1.0);
    }
};

/// Four states, hard enough not to be closed in a moment.
Model hard() {
    Random random(3);
    models::Dense dense = models::random_model(random, 0.99);
    while (dense.start.size() < 4) dense = models::random_model(random, 0.99);
    return dense.model();
}

}  // namespace

TEST_CASE("SARSOP stops at the gap asked for, and not before") {
    for (const double gap : {10.0, 1.0, 0.1, 1e-3, 1e-6, 1e-9}) {
        SarsopOptions options;
        options.stop.gap = gap;
        std::vector<double> gaps;
        options.stop.on_progress = [&](const Progress& now) {
            gaps.push_back(now.gap());
            return true;
        };
        const Solution solution = solve_sarsop(models::tiger(), options);
        CAPTURE(gap);
        CHECK(solution.stopped == Stopped::gap);
        CHECK(solution.gap() <= gap);
        CHECK(solution.lower <= 19.37145);
        CHECK(solution.upper >= 19.37135);
        for (const double before : gaps) CHECK(before > gap);
    }
}

TEST_CASE("SARSOP stops in time on the way back from a very deep belief") {
    Random random(3);
    const Model model = models::random_model(random, 0.99999).model();
    SarsopOptions options;
    options.stop.gap = never;
    options.stop.time_limit = 0.3;
    const Solution solution = solve_sarsop(model, options);
    CHECK(solution.stopped == Stopped::time);
    CHECK(solution.seconds < 60.0);
}

TEST_CASE("SARSOP stops after the time asked for") {
    SarsopOptions options;
    options.stop.gap = never;
    options.stop.time_limit = 0.1;
    const Solution solution = solve_sarsop(hard(), options);
    CHECK(solution.stopped == Stopped::time);
    CHECK(solution.seconds >= 0.1);
    CHECK(solution.seconds < 60.0);
    CHECK(solution.lower <= solution.upper);

    options.stop.time_limit = 0.0;
    const Solution at_once = solve_sarsop(hard(), options);
    CHECK(at_once.stopped == Stopped::time);
    CHECK(at_once.iterations == 0);
    CHECK(at_once.vectors == at_once.policy.vectors());
    CHECK(at_once.lower <= at_once.upper);
}

TEST_CASE("SARSOP stops at the number of vectors asked for") {
    SarsopOptions options;
    options.stop.gap = never;
    options.stop.vector_limit = 20;
    const Solution solution = solve_sarsop(hard(), options);
    CHECK(solution.stopped == Stopped::vectors);
    CHECK(solution.vectors == 20);
    CHECK(solution.policy.vectors() == solution.vectors);

    // It begins with one an action.
    options.stop.vector_limit = 1;
    const Solution least = solve_sarsop(models::tiger(), options);
    CHECK(least.stopped == Stopped::vectors);
    CHECK(least.iterations == 0);
    CHECK(least.vectors == 3);
    options.stop.vector_limit = 4;
    CHECK(solve_sarsop(models::tiger(), options).vectors == 4);
}

TEST_CASE("SARSOP has converged where going on would change nothing") {
    for (const double discount : {0.5, 0.9, 0.95}) {
        SarsopOptions options;
        options.stop.gap = 0.0;
        const Solution solution = solve_sarsop(models::tiger(discount), options);
        CAPTURE(discount);
        CHECK((solution.stopped == Stopped::converged || solution.stopped == Stopped::gap));
        CHECK(solution.gap() <= 1e-12);
        CHECK(solution.iterations < 2000);
    }
}

TEST_CASE("SARSOP closes problems of a discount near 1") {
    // Nothing moves and nothing is seen: 1.5 a step for ever, whatever is done.
    models::Dense dense;
    dense.transitions = {Eigen::MatrixXd::Identity(2, 2), Eigen::MatrixXd::Identity(2, 2)};
    dense.observations = {Eigen::MatrixXd::Constant(2, 2, 0.5), Eigen::MatrixXd::Constant(2, 2, 0.5)};
    dense.rewards.resize(2, 2);
    dense.rewards << 1.0, 2.0, 2.0, 1.0;
    dense.start = Eigen::Vector2d(0.5, 0.5);
    dense.discount = 0.999;
    SarsopOptions options;
    options.stop.time_limit = 3600.0;
    const Solution still = solve_sarsop(dense.model(), options);
    CHECK(still.stopped == Stopped::gap);
    CHECK_THAT(still.lower, WithinAbs(1500.0, 1e-3));
    CHECK(still.iterations < 100);
    const Solution tiger = solve_sarsop(models::tiger(0.99), options);
    CHECK(tiger.stopped == Stopped::gap);
}

TEST_CASE("SARSOP closes the tiger problem at a discount of 0.999", "[property]") {
    const Solution solution = solve_sarsop(models::tiger(0.999));
    CHECK(solution.stopped == Stopped::gap);
}

TEST_CASE("stop options that make no sense are refused by every solver") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto check_refused = [](const StopOptions& stop) {
        CHECK_THROWS_AS(require_stop(stop), automix::ArgumentError);
        CHECK_THROWS_AS(solve_sarsop(models::tiger(), {stop}), automix::ArgumentError);
        CHECK_THROWS_AS(solve_exact(models::tiger(), {stop}), automix::ArgumentError);
        CHECK_THROWS_AS(solve_pbvi(models::tiger(), {stop}), automix::ArgumentError);
        CHECK_THROWS_AS(solve_perseus(models::tiger(), {stop}), automix::ArgumentError);
    };
    for (const double wrong : {nan, -1.0, -std::numeric_limits<double>::infinity()}) {
        StopOptions stop;
        stop.gap = wrong;
        check_refused(stop);
        stop = {};
        stop.time_limit = wrong;
        check_refused(stop);
    }
    for (const int wrong : {0, -5}) {
        StopOptions stop;
        stop.vector_limit = wrong;
        check_refused(stop);
        PointBasedOptions points;
        points.beliefs = wrong;
        CHECK_THROWS_AS(solve_pbvi(models::tiger(), points), automix::ArgumentError);
        ExactOptions exact;
        exact.belief_limit = wrong;
        CHECK_THROWS_AS(solve_exact(models::tiger(), exact), automix::ArgumentError);
    }
    PointBasedOptions points;
    points.tolerance = nan;
    CHECK_THROWS_AS(solve_pbvi(models::tiger(), points), automix::ArgumentError);
    StopOptions endless;
    endless.time_limit = std::numeric_limits<double>::infinity();
    CHECK_NOTHROW(require_stop(endless));
}

TEST_CASE("every solver refuses a model that makes no sense") {
    const Broken broken;
    CHECK_THROWS_AS(solve_sarsop(broken), automix::DataError);
    CHECK_THROWS_AS(solve_exact(broken), automix::DataError);
    CHECK_THROWS_AS(solve_pbvi(broken), automix::DataError);
    CHECK_THROWS_AS(solve_perseus(broken), automix::DataError);
}

TEST_CASE("SARSOP stops when the callback says so") {
    SarsopOptions options;
    options.stop.gap = never;
    int calls = 0;
    options.stop.on_progress = [&](const Progress& now) {
        CHECK(now.iterations <= calls);  // slow steps are told more than once
        return ++calls < 5;
    };
    const Solution solution = solve_sarsop(models::tiger(), options);
    CHECK(solution.stopped == Stopped::callback);
    CHECK(calls == 5);
    CHECK(solution.iterations <= 4);
}

TEST_CASE("reasons to stop have names") {
    CHECK(to_string(Stopped::gap) == "gap");
    CHECK(to_string(Stopped::time) == "time");
    CHECK(to_string(Stopped::vectors) == "vectors");
    CHECK(to_string(Stopped::horizon) == "horizon");
    CHECK(to_string(Stopped::converged) == "converged");
    CHECK(to_string(Stopped::callback) == "callback");
}

TEST_CASE("SARSOP's bounds move towards one another only") {
    Random random(61);
    for (int trial = 0; trial < 40; ++trial) {
        const models::Dense dense = models::random_model(random, trial % 2 == 0 ? 0.95 : 0.7);
        SarsopOptions options;
        options.stop.gap = 1e-6;
        std::vector<Progress> seen;
        options.stop.on_progress = [&](const Progress& now) {
            seen.push_back(now);
            return now.iterations < 100;
        };
        const Solution solution = solve_sarsop(dense.model(), options);
        seen.push_back(solution);
        CAPTURE(trial);
        for (std::size_t i = 1; i < seen.size(); ++i) {
            CHECK(seen[i].lower >= seen[i - 1].lower);
            CHECK(seen[i].upper <= seen[i - 1].upper);
            CHECK(seen[i].lower <= seen[i].upper);
            CHECK(seen[i].beliefs >= seen[i - 1].beliefs);
            CHECK(seen[i].seconds >= seen[i - 1].seconds);
        }
        CHECK(solution.policy.value(Belief(dense.start)) >= solution.lower - 1e-12);
    }
}

TEST_CASE("SARSOP reaches its gap on random models") {
    Random random(62);
    for (int trial = 0; trial < 60; ++trial) {
        const models::Dense dense = models::random_model(random, 0.7);
        SarsopOptions options;
        options.stop.gap = 1e-3;
        CAPTURE(trial);
        CHECK(solve_sarsop(dense.model(), options).stopped == Stopped::gap);
    }
}

TEST_CASE("SARSOP goes on where no change is large", "[property]") {
    Random random(62);
    models::Dense dense;
    for (int trial = 0; trial <= 20; ++trial) dense = models::random_model(random, 0.9);
    SarsopOptions options;
    options.stop.on_progress = [](const Progress& now) { return now.gap() > 5e-3; };
    CHECK(solve_sarsop(dense.model(), options).stopped == Stopped::callback);
}

TEST_CASE("SARSOP with a finite horizon has the value by brute force") {
    for (const int horizon : {1, 2, 3, 5}) {
        SarsopOptions options;
        options.horizon = horizon;
        options.stop.gap = 1e-9;
        const Solution solution = solve_sarsop(models::tiger(), options);
        const double value = models::brute_force(models::dense_tiger(), Eigen::Vector2d(0.5, 0.5), horizon);
        CAPTURE(horizon);
        CHECK(solution.stopped == Stopped::gap);
        CHECK_THAT(solution.lower, WithinAbs(value, 2e-9));
        CHECK_THAT(solution.upper, WithinAbs(value, 2e-9));
        CHECK(solution.policy.horizon() == horizon);
    }
}

TEST_CASE("SARSOP gives the same answer every time", "[property]") {
    SarsopOptions options;
    options.stop.on_progress = [](const Progress& now) { return now.iterations < 300; };
    const Solution one = solve_sarsop(hard(), options);
    const Solution other = solve_sarsop(hard(), options);
    CHECK(one.lower == other.lower);
    CHECK(one.upper == other.upper);
    CHECK(one.iterations == other.iterations);
    CHECK(one.vectors == other.vectors);
}

TEST_CASE("a model whose rewards are all alike is solved at once") {
    models::Dense dense = models::dense_tiger();
    dense.rewards.setConstant(2.0);
    const Solution solution = solve_sarsop(dense.model());
    CHECK(solution.stopped == Stopped::gap);
    CHECK(solution.iterations == 0);
    CHECK_THAT(solution.lower, WithinAbs(40.0, 1e-3));
    dense.rewards.setZero();
    CHECK(solve_sarsop(dense.model()).gap() == 0.0);
}
