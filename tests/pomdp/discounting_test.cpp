// SPDX-License-Identifier: Apache-2.0
// Discount 1: refused by every solver where runs need not end, else the values by hand; the longest way to the end by hand.
#include <automix/core/error.hpp>
#include <automix/pomdp/detail/discounting.hpp>
#include <automix/pomdp/model.hpp>
#include <automix/pomdp/simulate.hpp>
#include <automix/pomdp/solvers/exact_solver.hpp>
#include <automix/pomdp/solvers/point_based.hpp>
#include <automix/pomdp/solvers/sarsop.hpp>
#include <automix/pomdp/sparse_rows.hpp>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "pomdp/models.hpp"
#include "support/catch.hpp"

using namespace automix::pomdp;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;

namespace {

/// A coin that is biased one way or the other (states 0, 1): look once (action 0, pays -1, right in 3 of 4 cases) at stages of
/// 0 -> 2 and 1 -> 3, then or at once guess (actions 1, 2: 8 if right, -8 if wrong) and end in state 4. Looking again in
/// states 2 and 3 ends the run, too.
models::Dense guess_once() {
    models::Dense dense;
    Eigen::MatrixXd look = Eigen::MatrixXd::Zero(5, 5);
    look(0, 2) = look(1, 3) = look(2, 4) = look(3, 4) = look(4, 4) = 1.0;
    Eigen::MatrixXd end = Eigen::MatrixXd::Zero(5, 5);
    end.col(4).setOnes();
    Eigen::MatrixXd seen = Eigen::MatrixXd::Constant(5, 2, 0.5);
    seen.row(2) << 0.75, 0.25;
    seen.row(3) << 0.25, 0.75;
    dense.transitions = {look, end, end};
    dense.observations = {seen, Eigen::MatrixXd::Constant(5, 2, 0.5), Eigen::MatrixXd::Constant(5, 2, 0.5)};
    dense.rewards.resize(5, 3);
    dense.rewards << -1.0, 8.0, -8.0,  //
        -1.0, -8.0, 8.0,               //
        -1.0, 8.0, -8.0,               //
        -1.0, -8.0, 8.0,               //
        0.0, 0.0, 0.0;
    dense.start = Eigen::VectorXd::Zero(5);
    dense.start(0) = dense.start(1) = 0.5;
    dense.discount = 1.0;
    return dense;
}

/// Looking, then guessing what was seen: -1 + 0.75 * 8 - 0.25 * 8.
constexpr double guess_value = 3.0;

template <class Check>
void with_every_solver(const Model& model, int horizon, Check check) {
    ExactOptions exact;
    exact.horizon = horizon;
    SarsopOptions sarsop;
    sarsop.horizon = horizon;
    PointBasedOptions points;
    points.horizon = horizon;
    check([=, &model] { return solve_exact(model, exact); });
    check([=, &model] { return solve_sarsop(model, sarsop); });
    check([=, &model] { return solve_pbvi(model, points); });
    check([=, &model] { return solve_perseus(model, points); });
}

}  // namespace

TEST_CASE("horizons that make sense are accepted") {
    CHECK_NOTHROW(detail::require_horizon(models::tiger(), 0));
    CHECK_NOTHROW(detail::require_horizon(models::tiger(), 5));
    CHECK_NOTHROW(detail::require_horizon(models::tiger(1.0), 5));
    CHECK_NOTHROW(detail::require_horizon(guess_once().model(), 0));
}

TEST_CASE("a negative horizon is refused") {
    CHECK_THROWS_AS(detail::require_horizon(models::tiger(), -1), automix::ArgumentError);
    CHECK_THROWS_WITH(detail::require_horizon(models::tiger(), -1),
                      ContainsSubstring("horizon") && ContainsSubstring("found -1"));
    with_every_solver(models::tiger(), -3,
                      [](auto solve) { CHECK_THROWS_AS(solve(), automix::ArgumentError); });
}

TEST_CASE("discount 1 is refused by every solver where runs need not end") {
    const Model tiger = models::tiger(1.0);
    CHECK_THROWS_WITH(detail::require_horizon(tiger, 0),
                      ContainsSubstring("discount 1 without a horizon") &&
                          ContainsSubstring("give a horizon or a discount below 1"));
    with_every_solver(tiger, 0, [](auto solve) {
        CHECK_THROWS_AS(solve(), automix::ArgumentError);
        CHECK_THROWS_WITH(solve(), ContainsSubstring("discount 1 without a horizon"));
    });
}

TEST_CASE("an end that pays is no end") {
    models::Dense dense = guess_once();
    dense.rewards(4, 1) = 0.5;
    const Model model = dense.model();
    CHECK_THROWS_AS(solve_exact(model), automix::ArgumentError);
}

TEST_CASE("discount 1 with a finite horizon has the value by hand") {
    // Listen twice, open where both agree (2.3098 with discount 0.95): -1 - 1 + 0.7225 * 10 - 0.0225 * 100 - 0.255.
    with_every_solver(models::tiger(1.0), 3, [](auto solve) {
        const Solution solution = solve();
        CHECK_THAT(solution.lower, WithinAbs(2.72, 1e-3));
        CHECK_THAT(solution.upper, WithinAbs(2.72, 1e-3));
        CHECK(solution.policy.horizon() == 3);
    });
}

TEST_CASE("discount 1 where every run ends has the value by hand") {
    const Model model = guess_once().model();
    with_every_solver(model, 0, [&](auto solve) {
        const Solution solution = solve();
        CHECK_THAT(solution.lower, WithinAbs(guess_value, 1e-3));
        CHECK_THAT(solution.upper, WithinAbs(guess_value, 1e-3));
        CHECK(solution.lower <= guess_value + 1e-12);
        CHECK(solution.upper >= guess_value - 1e-12);
        const ValueInterval reached = evaluate_exactly(model, solution.policy, 5);
        CHECK_THAT(reached.low, WithinAbs(guess_value, 1e-12));
        CHECK_THAT(reached.high, WithinAbs(guess_value, 1e-12));
        const Simulation simulation = simulate(model, solution.policy);
        CHECK(simulation.steps == 2);
        REQUIRE(simulation.interval);
        CHECK(simulation.interval->low <= guess_value);
        CHECK(simulation.interval->high >= guess_value);
    });
}

TEST_CASE("the longest way to the end by hand") {
    const auto steps = [](const std::vector<std::vector<std::vector<int>>>& ways,
                          const std::vector<int>& unpaid) {
        return detail::steps_to_end(models::graph(ways, unpaid));
    };
    CHECK(steps({{{0}}}, {0}) == 0);                              // ended from the start
    CHECK(steps({{{0}}}, {}) == std::nullopt);                    // absorbing, but it pays
    CHECK(steps({{{1}, {2}, {3}, {3}}}, {3}) == 3);               // a chain
    CHECK(steps({{{3}, {0}, {1}, {3}}}, {3}) == 3);               // a chain in another order
    CHECK(steps({{{1, 2}, {3}, {3}, {3}}}, {3}) == 2);            // a diamond
    CHECK(steps({{{1, 3}, {2}, {3}, {3}}}, {3}) == 3);            // with a longer side
    CHECK(steps({{{1}, {2}, {2}}, {{2}, {2}, {2}}}, {2}) == 2);   // the longer action counts
    CHECK(steps({{{1}, {0}, {2}}}, {2}) == std::nullopt);         // a loop of two
    CHECK(steps({{{0, 1}, {1}}}, {1}) == std::nullopt);           // a loop of one with a way out
    CHECK(steps({{{1}, {1}}, {{0}, {1}}}, {1}) == std::nullopt);  // one action loops
    CHECK(steps({{{1}, {1}}, {{1}, {0}}}, {1}) == std::nullopt);  // the end is left by one action
    CHECK(steps({{{1}, {2}, {0}, {3}}}, {3}) == std::nullopt);    // a loop of three apart from the end
    CHECK(steps({{{1, 2}, {1}, {2}}}, {1, 2}) == 1);              // two ends
    CHECK(steps({{{1, 2}, {1}, {2}}}, {1}) == std::nullopt);      // of which one pays
}

TEST_CASE("loops that no run reaches do not count") {
    // 0 -> 1, the end; 2 for ever at 1 a step.
    const Model model = models::graph({{{1}, {1}, {2}}}, {1}, 1);
    CHECK(detail::steps_to_end(model) == 1);
    CHECK_NOTHROW(detail::require_horizon(model, 0));
    with_every_solver(model, 0, [](auto solve) {
        const Solution solution = solve();
        CHECK_THAT(solution.lower, WithinAbs(0.5, 1e-12));
        CHECK_THAT(solution.upper, WithinAbs(0.5, 1e-12));
    });
}

TEST_CASE("the longest way may be long") {
    constexpr int states = 20000;
    ModelTables tables;
    tables.transitions = {SparseRows(states)};
    tables.observations = {SparseRows(1)};
    for (int s = 0; s < states; ++s) {
        tables.transitions[0].append({{std::min(s + 1, states - 1), 1.0}});
        tables.observations[0].append({{0, 1.0}});
    }
    tables.rewards = Eigen::MatrixXd::Zero(states, 1);
    tables.start = Eigen::VectorXd::Unit(states, 0);
    CHECK(detail::steps_to_end(Model(std::move(tables))) == states - 1);
}
