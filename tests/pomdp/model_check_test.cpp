// SPDX-License-Identifier: Apache-2.0
// What is wrong with a model of one's own is found and named before anything is computed from it.
#include <automix/core/error.hpp>
#include <automix/pomdp/belief.hpp>
#include <automix/pomdp/detail/model_check.hpp>
#include <automix/pomdp/model.hpp>
#include <automix/pomdp/simulate.hpp>
#include <automix/pomdp/value_function.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "pomdp/models.hpp"
#include "support/catch.hpp"

using namespace automix::pomdp;
using Catch::Matchers::ContainsSubstring;

namespace {

using Row = std::vector<std::pair<int, double>>;

/// Two states, two actions, three observations; every number can be spoilt.
struct Loose {
    int number_of_states = 2;
    int number_of_actions = 2;
    int number_of_observations = 3;
    double discounted = 0.5;
    Belief first = Belief(Eigen::Vector2d(0.25, 0.75));
    double rewards[2][2] = {{1.0, 2.0}, {3.0, 4.0}};  ///< state, action
    Row next[2][2] = {{{{0, 0.5}, {1, 0.5}}, {{1, 1.0}}}, {{{0, 1.0}}, {{0, 0.25}, {1, 0.75}}}};
    Row seen[2][2] = {{{{0, 1.0}}, {{1, 0.5}, {2, 0.5}}},
                      {{{2, 1.0}}, {{0, 0.5}, {2, 0.5}}}};  ///< action, state

    [[nodiscard]] int states() const { return number_of_states; }
    [[nodiscard]] int actions() const { return number_of_actions; }
    [[nodiscard]] int observations() const { return number_of_observations; }
    [[nodiscard]] double discount() const { return discounted; }
    [[nodiscard]] const Belief& start() const { return first; }
    [[nodiscard]] double reward(int state, int action) const { return rewards[state][action]; }
    template <class Visit>
    void for_each_successor(int state, int action, Visit visit) const {
        for (const auto& [to, probability] : next[state][action]) visit(to, probability);
    }
    template <class Visit>
    void for_each_observation(int action, int state, Visit visit) const {
        for (const auto& [observation, probability] : seen[action][state]) visit(observation, probability);
    }
};

struct Named : Loose {
    [[nodiscard]] std::string state_name(int state) const { return state == 0 ? "dry" : "wet"; }
    [[nodiscard]] std::string action_name(int action) const { return action == 0 ? "wait" : "mop"; }
};

template <class M, class Spoil>
void check_refused(Spoil spoil, const std::string& message) {
    M model;
    spoil(model);
    CAPTURE(message);
    CHECK_THROWS_AS(detail::require_model(model), automix::DataError);
    CHECK_THROWS_WITH(detail::require_model(model), ContainsSubstring("POMDP: " + message));
    ValueFunction values(model.states());
    values.add({Eigen::VectorXd::Zero(model.states()), 0});
    CHECK_THROWS_AS(simulate(model, Policy(values)), automix::DataError);
    CHECK_THROWS_AS(evaluate_exactly(model, Policy(values), 3), automix::DataError);
}

}  // namespace

TEST_CASE("models that make sense are accepted") {
    CHECK_NOTHROW(detail::require_model(Loose()));
    CHECK_NOTHROW(detail::require_model(Named()));
    CHECK_NOTHROW(detail::require_model(models::tiger()));
    CHECK_NOTHROW(detail::require_model(models::tiger(1.0)));
    Loose zeros;
    zeros.next[0][1] = {{0, 0.0}, {1, 1.0}};
    CHECK_NOTHROW(detail::require_model(zeros));
    Loose rounded;
    rounded.next[0][1] = {{1, 1.0 + 9e-10}};
    CHECK_NOTHROW(detail::require_model(rounded));
}

TEST_CASE("models that make no sense are refused, with state and action") {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    constexpr double infinity = std::numeric_limits<double>::infinity();
    check_refused<Loose>([](Loose& m) { m.number_of_states = 0; }, "expected at least one state, found 0");
    check_refused<Loose>([](Loose& m) { m.number_of_actions = 0; }, "expected at least one action, found 0");
    check_refused<Loose>([](Loose& m) { m.number_of_observations = 0; },
                         "expected at least one observation, found 0");
    for (const double discount : {-0.5, 1.5, nan})
        check_refused<Loose>([&](Loose& m) { m.discounted = discount; },
                             "discount: expected a number in [0, 1]");
    for (const double reward : {nan, infinity, -infinity, 1e100}) {
        check_refused<Loose>(
            [&](Loose& m) { m.rewards[1][0] = reward; },
            "rewards, action 0, row of state 1: expected a number below 1e100 in size, found ");
    }
    for (const double probability : {-0.5, nan, infinity}) {
        check_refused<Loose>([&](Loose& m) { m.next[1][1][0].second = probability; },
                             "transitions, action 1, row of state 1: expected a probability, found ");
    }
    check_refused<Loose>([](Loose& m) { m.next[0][1].clear(); },
                         "transitions, action 1, row of state 0: expected the sum 1, found 0");
    check_refused<Loose>([](Loose& m) { m.next[0][0][1].second = 0.75; },
                         "transitions, action 0, row of state 0: expected the sum 1, found 1.25");
    check_refused<Loose>([](Loose& m) { m.next[0][1][0].first = 2; },
                         "transitions, action 1, row of state 0: expected a column from 0 to 1, found 2");
    check_refused<Loose>(
        [](Loose& m) {
            m.next[0][0] = {{1, 0.5}, {0, 0.5}};
        },
        "transitions, action 0, row of state 0: expected columns ascending, found 0 after 1");
    check_refused<Loose>(
        [](Loose& m) {
            m.seen[1][1] = {{2, 0.5}, {2, 0.5}};
        },
        "observations, action 1, row of state 1: expected columns ascending, found 2 after 2");
    check_refused<Loose>([](Loose& m) { m.seen[0][1][1].first = 3; },
                         "observations, action 0, row of state 1: expected a column from 0 to 2, found 3");
    check_refused<Loose>([](Loose& m) { m.first = Belief(); }, "start: expected the sum 1, found 0");
    check_refused<Loose>(
        [](Loose& m) {
            m.first.states = {1, 0};
        },
        "start: expected columns ascending, found 0 after 1");
    check_refused<Named>([](Loose& m) { m.next[1][1].clear(); },
                         "transitions, action mop, row of state wet: expected the sum 1, found 0");
}
