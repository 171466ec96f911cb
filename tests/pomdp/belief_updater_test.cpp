// SPDX-License-Identifier: Apache-2.0
// Belief updates against the sum over all state sequences, and a model of the user's own in place of the tables.
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/pomdp/belief.hpp>
#include <automix/pomdp/belief_updater.hpp>
#include <automix/pomdp/simulate.hpp>
#include <automix/pomdp/solvers/exact_solver.hpp>
#include <automix/pomdp/solvers/point_based.hpp>
#include <automix/pomdp/solvers/sarsop.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "pomdp/models.hpp"
#include "support/catch.hpp"

using namespace automix::pomdp;
using automix::Random;
using Catch::Matchers::WithinAbs;

namespace {

struct Step {
    std::size_t action;
    int observation;
};

/// P(last state, observations | actions), by the sum over every sequence of states.
Eigen::VectorXd by_sequences(const models::Dense& dense, const std::vector<Step>& steps) {
    const auto states = static_cast<std::size_t>(dense.start.size());
    std::size_t sequences = states;
    for (std::size_t t = 0; t < steps.size(); ++t) sequences *= states;
    Eigen::VectorXd sums = Eigen::VectorXd::Zero(dense.start.size());
    for (std::size_t sequence = 0; sequence < sequences; ++sequence) {
        std::size_t left = sequence;
        auto state = static_cast<Eigen::Index>(left % states);
        double probability = dense.start(state);
        for (const Step& step : steps) {
            left /= states;
            const auto next = static_cast<Eigen::Index>(left % states);
            probability *= dense.transitions[step.action](state, next) *
                           dense.observations[step.action](next, step.observation);
            state = next;
        }
        sums(state) += probability;
    }
    return sums;
}

/// A valve that sticks and a pressure that it drives, as factors, never tabled: state 2 * valve + pressure. Observed is the
/// pressure, with noise; inspecting (action 1) costs more and shows it without.
class ValveModel {
 public:
    static constexpr int states() { return 4; }
    static constexpr int actions() { return 2; }
    static constexpr int observations() { return 2; }
    static constexpr double discount() { return 0.8; }
    static Belief start() {
        Belief belief;
        belief.push_back(0, 0.75);
        belief.push_back(2, 0.25);
        return belief;
    }
    static double reward(int state, int action) { return (state % 2 == 1 ? 2.0 : -1.0) - 0.5 * action; }
    template <class Visit>
    void for_each_successor(int state, int action, Visit visit) const {
        for (int next = 0; next < 4; ++next) {
            if (const double p = valve(state / 2, action, next / 2) * pressure(next / 2, next % 2); p > 0.0)
                visit(next, p);
        }
    }
    template <class Visit>
    void for_each_observation(int action, int next, Visit visit) const {
        const double noise = action == 1 ? 0.0 : 0.3;
        for (int seen = 0; seen < 2; ++seen) {
            if (const double p = seen == next % 2 ? 1.0 - noise : noise; p > 0.0) visit(seen, p);
        }
    }

    /// The same in tables.
    [[nodiscard]] Model tabled() const {
        models::Dense dense;
        for (int a = 0; a < actions(); ++a) {
            dense.transitions.emplace_back(Eigen::MatrixXd::Zero(4, 4));
            dense.observations.emplace_back(Eigen::MatrixXd::Zero(4, 2));
            for (int s = 0; s < states(); ++s) {
                for (int to = 0; to < 4; ++to) {
                    dense.transitions.back()(s, to) = valve(s / 2, a, to / 2) * pressure(to / 2, to % 2);
                }
                dense.observations.back()(s, s % 2) = a == 1 ? 1.0 : 0.7;
                dense.observations.back()(s, 1 - s % 2) = a == 1 ? 0.0 : 0.3;
            }
        }
        dense.rewards.resize(4, 2);
        dense.rewards << -1.0, -1.5, 2.0, 1.5, -1.0, -1.5, 2.0, 1.5;
        dense.start = Eigen::Vector4d(0.75, 0.0, 0.25, 0.0);
        dense.discount = discount();
        return dense.model();
    }

 private:
    static double valve(int from, int action, int to) {
        const double turns = action == 1 ? 0.6 : 0.1;
        return from == to ? 1.0 - turns : turns;
    }
    static double pressure(int valve, int high) {
        if (valve == 0) return high == 1 ? 0.0 : 1.0;
        return high == 1 ? 0.9 : 0.1;
    }
};
static_assert(pomdp_model<ValveModel>);
static_assert(pomdp_model<Model>);
static_assert(!pomdp_model<int>);

}  // namespace

TEST_CASE("a belief leaves zeros out") {
    const Belief belief(Eigen::Vector4d(0.25, 0.0, 0.75, 0.0));
    CHECK(belief.states == std::vector<int>{0, 2});
    CHECK(belief.probabilities == std::vector<double>{0.25, 0.75});
    CHECK(belief.size() == 2);
    CHECK_FALSE(belief.empty());
    CHECK(belief.dense(4) == Eigen::Vector4d(0.25, 0.0, 0.75, 0.0));
    CHECK(belief.mean([](int state) { return 10.0 * state; }) == 15.0);
    CHECK(belief == Belief(belief.dense(4)));
    CHECK_FALSE(belief == Belief(Eigen::Vector4d(0.75, 0.0, 0.25, 0.0)));
    CHECK(Belief().empty());
    CHECK(Belief().mean([](int) { return 1.0; }) == 0.0);
}

TEST_CASE("the tiger's beliefs by hand") {
    const Model tiger = models::tiger();
    BeliefUpdater<Model> updater(tiger);
    const Successor once = updater.update(tiger.start(), 0, 0);
    CHECK(once.observation == 0);
    CHECK_THAT(once.probability, WithinAbs(0.5, 1e-15));
    CHECK_THAT(once.belief.dense(2)(0), WithinAbs(0.85, 1e-15));
    const Successor twice = updater.update(once.belief, 0, 0);
    CHECK_THAT(twice.probability, WithinAbs(0.745, 1e-15));
    CHECK_THAT(twice.belief.dense(2)(0), WithinAbs(0.7225 / 0.745, 1e-15));
    const Successor opened = updater.update(twice.belief, 1, 1);
    CHECK_THAT(opened.probability, WithinAbs(0.5, 1e-15));
    CHECK_THAT(opened.belief.dense(2)(0), WithinAbs(0.5, 1e-15));
}

TEST_CASE("updates equal the sum over all sequences of states") {
    Random random(5);
    for (int trial = 0; trial < 300; ++trial) {
        const models::Dense dense = models::random_model(random, 0.9);
        const Model model = dense.model();
        BeliefUpdater<Model> updater(model);
        Belief belief = model.start();
        double probability = 1.0;
        std::vector<Step> steps;
        for (int t = 0; t < 5; ++t) {
            const Step step{random.index(static_cast<std::uint64_t>(model.actions())),
                            static_cast<int>(random.index(static_cast<std::uint64_t>(model.observations())))};
            steps.push_back(step);
            const Successor successor =
                updater.update(belief, static_cast<int>(step.action), step.observation);
            probability *= successor.probability;
            const Eigen::VectorXd expected = by_sequences(dense, steps);
            CAPTURE(trial, t);
            REQUIRE_THAT(probability, WithinAbs(expected.sum(), 1e-13));
            if (expected.sum() == 0.0) {
                CHECK(successor.probability == 0.0);
                CHECK(successor.belief.empty());
                break;
            }
            belief = successor.belief;
            CHECK((belief.dense(model.states()) - expected / expected.sum()).cwiseAbs().maxCoeff() < 1e-12);
        }
    }
}

TEST_CASE("an impossible observation is an outcome of probability 0 with no belief") {
    models::Dense dense;
    dense.transitions = {Eigen::MatrixXd::Identity(2, 2)};
    dense.observations = {Eigen::MatrixXd::Zero(2, 3)};
    dense.observations[0].col(2).setOnes();
    dense.rewards = Eigen::MatrixXd::Zero(2, 1);
    dense.start = Eigen::Vector2d(0.5, 0.5);
    const Model model = dense.model();
    BeliefUpdater<Model> updater(model);
    for (const int observation : {0, 1}) {
        const Successor successor = updater.update(model.start(), 0, observation);
        CHECK(successor.observation == observation);
        CHECK(successor.probability == 0.0);
        CHECK(successor.belief.empty());
    }
    const ActionOutcome outcome = updater.outcome(model.start(), 0);
    REQUIRE(outcome.successors.size() == 1);
    CHECK(outcome.successors[0].observation == 2);
    CHECK(outcome.successors[0].probability == 1.0);
    // The updater is as good as new afterwards.
    CHECK(updater.update(model.start(), 0, 2).belief == model.start());
    // Nothing follows from no belief.
    CHECK(updater.update(Belief(), 0, 2).probability == 0.0);
    CHECK(updater.outcome(Belief(), 0).successors.empty());
}

TEST_CASE("probabilities too small for a double leave no NaN") {
    models::Dense dense;
    dense.transitions = {Eigen::MatrixXd::Identity(2, 2)};
    dense.observations = {Eigen::MatrixXd(2, 2)};
    dense.observations[0] << 1.0 - 1e-300, 1e-300, 1.0, 0.0;
    dense.rewards = Eigen::MatrixXd::Zero(2, 1);
    dense.start = Eigen::Vector2d(1e-200, 1.0);
    const Model model = dense.model();
    BeliefUpdater<Model> updater(model);
    const Successor successor = updater.update(model.start(), 0, 1);
    CHECK(successor.probability == 0.0);
    CHECK(successor.belief.empty());
    const ActionOutcome outcome = updater.outcome(model.start(), 0);
    REQUIRE(outcome.successors.size() == 1);
    CHECK(outcome.successors[0].observation == 0);
}

TEST_CASE("outcomes have ascending observations, probabilities of sum 1 and the beliefs of updates") {
    Random random(6);
    for (int trial = 0; trial < 200; ++trial) {
        const models::Dense dense = models::random_model(random, 0.9);
        const Model model = dense.model();
        BeliefUpdater<Model> updater(model);
        const Belief belief(models::random_distribution(random, model.states()));
        const std::vector<ActionOutcome> outcomes = updater.outcomes(belief);
        REQUIRE(outcomes.size() == static_cast<std::size_t>(model.actions()));
        for (int a = 0; a < model.actions(); ++a) {
            CAPTURE(trial, a);
            const ActionOutcome& outcome = outcomes[static_cast<std::size_t>(a)];
            CHECK_THAT(outcome.reward,
                       WithinAbs(belief.dense(model.states()).dot(dense.rewards.col(a)), 1e-14));
            double sum = 0.0;
            Eigen::VectorXd mean = Eigen::VectorXd::Zero(model.states());
            int last = -1;
            for (const Successor& successor : outcome.successors) {
                CHECK(successor.observation > last);
                last = successor.observation;
                sum += successor.probability;
                mean += successor.probability * successor.belief.dense(model.states());
                const Successor updated = updater.update(belief, a, successor.observation);
                CHECK(updated.probability == successor.probability);
                CHECK(updated.belief == successor.belief);
            }
            CHECK_THAT(sum, WithinAbs(1.0, 1e-14));
            // Not seeing yet what is observed, one expects what is predicted.
            const Eigen::VectorXd predicted =
                dense.transitions[static_cast<std::size_t>(a)].transpose() * belief.dense(model.states());
            CHECK((mean - predicted).cwiseAbs().maxCoeff() < 1e-14);
        }
    }
}

TEST_CASE("a model of the user's own gives the beliefs of its tables") {
    const ValveModel own;
    const Model tabled = own.tabled();
    BeliefUpdater<ValveModel> own_updater(own);
    BeliefUpdater<Model> tabled_updater(tabled);
    Belief belief = ValveModel::start();
    CHECK(belief == tabled.start());
    Random random(7);
    for (int step = 0; step < 50; ++step) {
        const int action = static_cast<int>(random.index(2));
        const ActionOutcome one = own_updater.outcome(belief, action);
        const ActionOutcome other = tabled_updater.outcome(belief, action);
        CHECK_THAT(one.reward, WithinAbs(other.reward, 1e-14));
        REQUIRE(one.successors.size() == other.successors.size());
        for (std::size_t i = 0; i < one.successors.size(); ++i) {
            CHECK_THAT(one.successors[i].probability, WithinAbs(other.successors[i].probability, 1e-14));
            CHECK((one.successors[i].belief.dense(4) - other.successors[i].belief.dense(4))
                      .cwiseAbs()
                      .maxCoeff() < 1e-14);
        }
        belief = one.successors[random.index(one.successors.size())].belief;
    }
}

TEST_CASE("a model of the user's own gives the values of its tables with every solver") {
    const ValveModel own;
    const Model tabled = own.tabled();
    const auto same = [](const Solution& one, const Solution& other) {
        CHECK_THAT(one.lower, WithinAbs(other.lower, 1e-10));
        CHECK_THAT(one.upper, WithinAbs(other.upper, 1e-10));
        CHECK(one.stopped == other.stopped);
    };
    for (const int horizon : {0, 4}) {
        CAPTURE(horizon);
        SarsopOptions sarsop;
        sarsop.horizon = horizon;
        sarsop.stop.gap = 1e-4;
        same(solve_sarsop(own, sarsop), solve_sarsop(tabled, sarsop));
        PointBasedOptions points;
        points.horizon = horizon;
        points.beliefs = 30;
        same(solve_pbvi(own, points), solve_pbvi(tabled, points));
        same(solve_perseus(own, points), solve_perseus(tabled, points));
        ExactOptions exact;
        exact.horizon = horizon;
        exact.belief_limit = 300;
        same(solve_exact(own, exact), solve_exact(tabled, exact));
    }
    const Policy policy = solve_sarsop(own).policy;
    CHECK_THAT(evaluate_exactly(own, policy, 8).low,
               WithinAbs(evaluate_exactly(tabled, policy, 8).low, 1e-12));
    SimulationOptions options;
    options.episodes = 200;
    CHECK_THAT(simulate(own, policy, options).mean, WithinAbs(simulate(tabled, policy, options).mean, 1e-12));
}
