// SPDX-License-Identifier: Apache-2.0
// Blind policies, MDP and the fast informed bound by hand, and between them the true value by brute force.
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/pomdp/detail/initial_bounds.hpp>
#include <automix/pomdp/reward_range.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "pomdp/models.hpp"
#include "support/catch.hpp"

using namespace automix::pomdp;
using automix::Random;
using Catch::Matchers::WithinAbs;

namespace {

void check_close(const Eigen::MatrixXd& found, const Eigen::MatrixXd& expected, double tolerance) {
    REQUIRE(found.rows() == expected.rows());
    REQUIRE(found.cols() == expected.cols());
    CAPTURE(found, expected);
    CHECK((found - expected).cwiseAbs().maxCoeff() <= tolerance);
}

/// R + gamma T V for each action, states x actions.
Eigen::MatrixXd dense_step(const models::Dense& dense, const Eigen::VectorXd& next) {
    Eigen::MatrixXd q = dense.rewards;
    for (std::size_t a = 0; a < dense.transitions.size(); ++a)
        q.col(static_cast<Eigen::Index>(a)) += dense.discount * dense.transitions[a] * next;
    return q;
}

/// The value of the best of the columns, followed whatever comes.
double best_column(const Eigen::MatrixXd& q, const Eigen::VectorXd& belief) {
    return (q.transpose() * belief).maxCoeff();
}

}  // namespace

TEST_CASE("bounds of the tiger problem by hand") {
    const Model tiger = models::tiger();
    const RewardRange range = reward_range(tiger);
    CHECK(range.least == -100.0);
    CHECK(range.greatest == 10.0);
    CHECK(range.magnitude() == 100.0);

    // Listening for ever: -1 / 0.05. Opening one door for ever: -45 a step from the second on, so -900 then.
    Eigen::MatrixXd blind(2, 3);
    blind << -20.0, -955.0, -845.0, -20.0, -845.0, -955.0;
    check_close(detail::blind_values(tiger, 1e-10), blind, 1e-7);

    // Seeing the tiger: 10 a step.
    Eigen::MatrixXd seeing(2, 3);
    seeing << 189.0, 90.0, 200.0, 189.0, 200.0, 90.0;
    check_close(detail::mdp_values(tiger, 1e-10), seeing, 1e-7);

    // Seeing it one step late: listening x = -1 + 0.95 (10 + 0.95 x) = 8.5 / 0.0975, since after opening one listens.
    const double x = 8.5 / 0.0975;
    Eigen::MatrixXd late(2, 3);
    late << x, -100.0 + 0.95 * x, 10.0 + 0.95 * x, x, 10.0 + 0.95 * x, -100.0 + 0.95 * x;
    check_close(detail::fast_informed_values(tiger, 1e-10), late, 1e-7);
}

TEST_CASE("bounds of a model with two states by hand") {
    // Staying (action 0) pays 1 in state 0 and 0 in state 1; action 1 swaps the states and pays nothing. Seen is nothing.
    models::Dense dense;
    Eigen::MatrixXd swap(2, 2);
    swap << 0.0, 1.0, 1.0, 0.0;
    dense.transitions = {Eigen::MatrixXd::Identity(2, 2), swap};
    dense.observations = {Eigen::MatrixXd::Ones(2, 1), Eigen::MatrixXd::Ones(2, 1)};
    dense.rewards.resize(2, 2);
    dense.rewards << 1.0, 0.0, 0.0, 0.0;
    dense.start = Eigen::Vector2d(0.5, 0.5);
    dense.discount = 0.5;
    const Model model = dense.model();
    Eigen::MatrixXd blind(2, 2);
    blind << 2.0, 0.0, 0.0, 0.0;
    check_close(detail::blind_values(model, 1e-12), blind, 1e-11);
    // V = (2, 1).
    Eigen::MatrixXd seeing(2, 2);
    seeing << 2.0, 0.5, 0.5, 1.0;
    check_close(detail::mdp_values(model, 1e-12), seeing, 1e-11);
    // From one state only one can be reached, so seeing nothing costs nothing.
    check_close(detail::fast_informed_values(model, 1e-12), seeing, 1e-11);
}

TEST_CASE("steps by hand") {
    const Model tiger = models::tiger();
    Eigen::MatrixXd mdp(2, 3);
    mdp << -1.0 + 0.95 * 10.0, -100.0 + 0.95 * 15.0, 10.0 + 0.95 * 15.0,  //
        -1.0 + 0.95 * 20.0, 10.0 + 0.95 * 15.0, -100.0 + 0.95 * 15.0;
    check_close(detail::mdp_step(tiger, Eigen::Vector2d(10.0, 20.0)), mdp, 1e-12);

    Eigen::MatrixXd next(2, 3);
    next << 1.0, 8.0, 3.0, 2.0, -4.0, 5.0;
    Eigen::MatrixXd blind(2, 3);
    blind << -1.0 + 0.95 * 1.0, -100.0 + 0.95 * 2.0, 10.0 + 0.95 * 4.0,  //
        -1.0 + 0.95 * 2.0, 10.0 + 0.95 * 2.0, -100.0 + 0.95 * 4.0;
    check_close(detail::blind_step(tiger, next), blind, 1e-12);

    // Listening: the state stays, so the best action of it follows (8, 5). Opening: even beliefs, whose best is 4.
    Eigen::MatrixXd informed(2, 3);
    informed << -1.0 + 0.95 * 8.0, -100.0 + 0.95 * 4.0, 10.0 + 0.95 * 4.0,  //
        -1.0 + 0.95 * 5.0, 10.0 + 0.95 * 4.0, -100.0 + 0.95 * 4.0;
    check_close(detail::fast_informed_step(tiger, next), informed, 1e-12);
}

TEST_CASE("steps of a finite horizon keep blind <= value <= FIB <= QMDP") {
    Random random(21);
    for (int trial = 0; trial < 200; ++trial) {
        const models::Dense dense =
            models::random_model(random, trial % 4 == 0 ? 1.0 : random.uniform() + 1e-6);
        const Model model = dense.model();
        Eigen::MatrixXd blind = Eigen::MatrixXd::Zero(model.states(), model.actions());
        Eigen::MatrixXd informed = blind;
        Eigen::MatrixXd seeing = blind;
        for (int steps = 1; steps <= 3; ++steps) {
            blind = detail::blind_step(model, blind);
            informed = detail::fast_informed_step(model, informed);
            seeing = detail::mdp_step(model, seeing.rowwise().maxCoeff());
            CAPTURE(trial, steps);
            CHECK((informed - seeing).maxCoeff() <= 1e-12);
            for (int i = 0; i < 3; ++i) {
                const Eigen::VectorXd belief =
                    i == 0 ? dense.start : models::random_distribution(random, model.states());
                const double value = models::brute_force(dense, belief, steps);
                CHECK(best_column(blind, belief) <= value + 1e-12);
                CHECK(value <= best_column(informed, belief) + 1e-12);
                CHECK(best_column(informed, belief) <= best_column(seeing, belief) + 1e-12);
            }
        }
    }
}

TEST_CASE("an unlimited horizon keeps blind <= value <= FIB <= QMDP <= MDP") {
    Random random(22);
    for (int trial = 0; trial < 200; ++trial) {
        const models::Dense dense = models::random_model(random, 0.1 + 0.4 * random.uniform());
        const Model model = dense.model();
        const Eigen::MatrixXd blind = detail::blind_values(model, 1e-12);
        const Eigen::MatrixXd informed = detail::fast_informed_values(model, 1e-12);
        const Eigen::MatrixXd seeing = detail::mdp_values(model, 1e-12);
        const double tail =
            std::pow(dense.discount, 4) * dense.rewards.cwiseAbs().maxCoeff() / (1.0 - dense.discount);
        CAPTURE(trial, dense.discount);
        for (int i = 0; i < 3; ++i) {
            const Eigen::VectorXd belief = models::random_distribution(random, model.states());
            const double value = models::brute_force(dense, belief, 4);
            CHECK(best_column(blind, belief) <= value + tail);
            CHECK(value - tail <= best_column(informed, belief));
            CHECK(best_column(informed, belief) <= best_column(seeing, belief) + 1e-10);
            CHECK(best_column(seeing, belief) <= belief.dot(seeing.rowwise().maxCoeff()) + 1e-12);
        }

        // The blind policies and the MDP are fixed points of their equations in dense matrices.
        for (int a = 0; a < model.actions(); ++a) {
            const Eigen::MatrixXd equations = Eigen::MatrixXd::Identity(model.states(), model.states()) -
                                              dense.discount * dense.transitions[static_cast<std::size_t>(a)];
            check_close(equations * blind.col(a), dense.rewards.col(a), 1e-11);
        }
        check_close(dense_step(dense, seeing.rowwise().maxCoeff()), seeing, 1e-11);
    }
}

TEST_CASE("iterates bound the value however early they stop") {
    Random random(23);
    for (int trial = 0; trial < 100; ++trial) {
        const models::Dense dense = models::random_model(random, 0.95);
        const Model model = dense.model();
        const Eigen::MatrixXd blind = detail::blind_values(model, 1e-12);
        const Eigen::MatrixXd informed = detail::fast_informed_values(model, 1e-12);
        for (const double tolerance : {10.0, 0.1, 1e-3}) {
            CAPTURE(trial, tolerance);
            CHECK((detail::blind_values(model, tolerance) - blind).maxCoeff() <= 1e-9);
            CHECK((informed - detail::fast_informed_values(model, tolerance)).maxCoeff() <= 1e-9);
        }
    }
}

TEST_CASE("without discount, runs that end have exact bounds") {
    // 0 -> 1 or 2, 1 -> 2, 2 the end; 1 for each step before.
    const Model model = models::graph({{{1, 2}, {2}, {2}}, {{1}, {2}, {2}}}, {2});
    Eigen::MatrixXd blind(3, 2);
    blind << 1.5, 2.0, 1.0, 1.0, 0.0, 0.0;
    check_close(detail::blind_values(model, 1e-9), blind, 0.0);
    check_close(detail::mdp_values(model, 1e-9), blind, 0.0);
    check_close(detail::fast_informed_values(model, 1e-9), blind, 0.0);
}
