// SPDX-License-Identifier: Apache-2.0
// What a model refuses, with messages that name state, action and row; expectations of rewards by hand; names.
#include <automix/core/error.hpp>
#include <automix/core/random.hpp>
#include <automix/pomdp/model.hpp>
#include <automix/pomdp/sparse_rows.hpp>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "pomdp/models.hpp"
#include "support/catch.hpp"

using namespace automix::pomdp;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Two states (dry, wet), two actions (wait, mop), three observations.
ModelTables kitchen() {
    Eigen::MatrixXd wait(2, 2);
    wait << 0.75, 0.25, 0.0, 1.0;
    Eigen::MatrixXd mop(2, 2);
    mop << 1.0, 0.0, 0.5, 0.5;
    Eigen::MatrixXd looks(2, 3);
    looks << 0.5, 0.5, 0.0, 0.25, 0.25, 0.5;
    ModelTables tables;
    tables.transitions = {SparseRows(wait), SparseRows(mop)};
    tables.observations = {SparseRows(looks), SparseRows(looks)};
    tables.rewards.resize(2, 2);
    tables.rewards << 1.0, 0.0, -2.0, -1.0;
    tables.start = Eigen::Vector2d(1.0, 0.0);
    tables.discount = 0.9;
    tables.names = {{"dry", "wet"}, {"wait", "mop"}, {"matt", "odd", "shiny"}};
    return tables;
}

SparseRows rows(int columns, std::vector<std::vector<Entry>> entries) {
    SparseRows table(columns);
    for (auto& row : entries) table.append(std::move(row));
    return table;
}

struct Refusal {
    const char* what;
    std::function<void(ModelTables&)> spoil;
    std::vector<const char*> says;
};

const std::vector<Refusal> refusals{
    {"no rewards", [](auto& t) { t.rewards.resize(0, 0); }, {"rewards", "states x actions", "found none"}},
    {"no actions", [](auto& t) { t.rewards.resize(2, 0); }, {"rewards", "states x actions", "found none"}},
    {"no transitions",
     [](auto& t) { t.transitions.clear(); },
     {"tables of transitions", "expected 2", "found 0"}},
    {"a transition table too many",
     [](auto& t) { t.transitions.push_back(t.transitions[0]); },
     {"tables of transitions", "expected 2", "found 3"}},
    {"no observations",
     [](auto& t) { t.observations.clear(); },
     {"tables of observations", "expected 2", "found 0"}},
    {"an observation table too few",
     [](auto& t) { t.observations.pop_back(); },
     {"tables of observations", "expected 2", "found 1"}},
    {"observation tables without columns",
     [](auto& t) {
         t.observations[0] = t.observations[1] = rows(0, {{}, {}});
     },
     {"at least one observation"}},
    {"transitions: a row too few",
     [](auto& t) {
         t.transitions[1] = rows(2, {{{0, 1.0}}});
     },
     {"transitions of action mop", "rows", "expected 2", "found 1"}},
    {"transitions: a column too many",
     [](auto& t) {
         t.transitions[0] = rows(3, {{{0, 1.0}}, {{0, 1.0}}});
     },
     {"transitions of action wait", "columns", "expected 2", "found 3"}},
    {"observations: a row too many",
     [](auto& t) {
         t.observations[1] = rows(3, {{{0, 1.0}}, {{0, 1.0}}, {{0, 1.0}}});
     },
     {"observations of action mop", "rows", "expected 2", "found 3"}},
    {"observations: a column too few",
     [](auto& t) {
         t.observations[1] = rows(2, {{{0, 1.0}}, {{0, 1.0}}});
     },
     {"observations of action mop", "columns", "expected 3", "found 2"}},
    {"start: a probability too many",
     [](auto& t) { t.start = Eigen::Vector3d(1.0, 0.0, 0.0); },
     {"start", "probabilities", "expected 2", "found 3"}},
    {"a name of a state too few",
     [](auto& t) { t.names.states = {"dry"}; },
     {"names of states", "expected 2", "found 1"}},
    {"a name of an action too many",
     [](auto& t) { t.names.actions.emplace_back("flee"); },
     {"names of actions", "expected 2", "found 3"}},
    {"a name of an action too few",
     [](auto& t) { t.names.actions = std::vector<std::string>{"wait"}; },
     {"names of actions", "expected 2", "found 1"}},
    {"a name of an observation too few",
     [](auto& t) { t.names.observations.pop_back(); },
     {"names of observations", "expected 3", "found 2"}},
    {"a negative discount", [](auto& t) { t.discount = -0.5; }, {"discount", "[0, 1]", "found -0.5"}},
    {"a discount above 1", [](auto& t) { t.discount = 1.25; }, {"discount", "found 1.25"}},
    {"no discount at all", [](auto& t) { t.discount = not_a_number; }, {"discount", "found nan"}},
    {"transitions: a negative probability",
     [](auto& t) {
         t.transitions[1] = rows(2, {{{0, 1.0}}, {{0, 1.5}, {1, -0.5}}});
     },
     {"transitions", "action mop", "row of state wet", "expected a probability", "found -0.5"}},
    {"transitions: not a number",
     [](auto& t) {
         t.transitions[0] = rows(2, {{{0, not_a_number}}, {{0, 1.0}}});
     },
     {"transitions", "action wait", "row of state dry", "expected a probability", "found nan"}},
    {"transitions: infinite",
     [](auto& t) {
         t.transitions[0] = rows(2, {{{0, infinity}}, {{0, 1.0}}});
     },
     {"transitions", "action wait", "row of state dry", "found inf"}},
    {"transitions: a sum below 1",
     [](auto& t) {
         t.transitions[0] = rows(2, {{{0, 1.0}}, {{0, 0.5}, {1, 0.25}}});
     },
     {"transitions", "action wait", "row of state wet", "expected the sum 1", "found 0.75"}},
    {"transitions: a sum barely above 1",
     [](auto& t) {
         t.transitions[0] = rows(2, {{{0, 1.0}}, {{0, 1.0 + 2e-9}}});
     },
     {"transitions", "action wait", "row of state wet", "expected the sum 1", "found 1.000000002"}},
    {"transitions: an empty row",
     [](auto& t) {
         t.transitions[1] = rows(2, {{}, {{0, 1.0}}});
     },
     {"transitions", "action mop", "row of state dry", "expected the sum 1", "found 0"}},
    {"observations: a negative probability",
     [](auto& t) {
         t.observations[0] = rows(3, {{{0, 1.0}}, {{0, -1.0}, {1, 2.0}}});
     },
     {"observations", "action wait", "row of state wet", "expected a probability", "found -1"}},
    {"observations: a sum above 1",
     [](auto& t) {
         t.observations[1] = rows(3, {{{0, 1.0}, {2, 0.5}}, {{0, 1.0}}});
     },
     {"observations", "action mop", "row of state dry", "expected the sum 1", "found 1.5"}},
    {"an infinite reward",
     [](auto& t) { t.rewards(1, 0) = -infinity; },
     {"rewards", "action wait", "row of state wet", "expected a number below 1e100 in size", "found -inf"}},
    {"a reward that is no number",
     [](auto& t) { t.rewards(0, 1) = not_a_number; },
     {"rewards", "action mop", "row of state dry", "expected a number below 1e100 in size", "found nan"}},
    {"start: a negative probability",
     [](auto& t) { t.start = Eigen::Vector2d(1.5, -0.5); },
     {"start", "expected a probability", "found -0.5"}},
    {"start: not a number",
     [](auto& t) { t.start(1) = not_a_number; },
     {"start", "expected a probability", "found nan"}},
    {"start: a sum below 1", [](auto& t) { t.start(0) = 0.5; }, {"start", "expected the sum 1", "found 0.5"}},
};

}  // namespace

TEST_CASE("a model refuses wrong tables, naming what is wrong") {
    REQUIRE_NOTHROW(Model(kitchen()));
    for (const Refusal& refusal : refusals) {
        CAPTURE(refusal.what);
        ModelTables tables = kitchen();
        refusal.spoil(tables);
        std::string message;
        try {
            const Model model(std::move(tables));
        } catch (const automix::DataError& error) {
            message = error.what();
        }
        CHECK_THAT(message, Catch::Matchers::StartsWith("POMDP: "));
        for (const char* part : refusal.says) CHECK_THAT(message, ContainsSubstring(part));
    }
}

TEST_CASE("a model refuses entries beyond its columns") {
    for (const int column : {2, 1000, -1}) {
        CAPTURE(column);
        ModelTables transitions = kitchen();
        transitions.transitions[0] = rows(2, {{{0, 1.0}}, {{column, 1.0}}});
        CHECK_THROWS_AS(Model(std::move(transitions)), automix::DataError);
        ModelTables observations = kitchen();
        observations.observations[1] = rows(3, {{{0, 1.0}}, {{column + (column > 0 ? 1 : 0), 1.0}}});
        CHECK_THROWS_AS(Model(std::move(observations)), automix::DataError);
    }
}

TEST_CASE("messages have numbers where there are no names") {
    ModelTables tables = kitchen();
    tables.names = {};
    tables.transitions[1] = rows(2, {{{0, 1.0}}, {{0, 0.5}}});
    CHECK_THROWS_WITH(Model(std::move(tables)),
                      ContainsSubstring("action 1") && ContainsSubstring("row of state 1"));
}

TEST_CASE("rounding in a row is no reason to refuse it") {
    ModelTables tables = kitchen();
    tables.transitions[0] = rows(2, {{{0, 1.0 + 9e-10}}, {{1, 1.0 - 9e-10}}});
    tables.start = Eigen::Vector2d(0.5 + 4e-10, 0.5 + 4e-10);
    CHECK_NOTHROW(Model(std::move(tables)));
}

TEST_CASE("a model gives what its tables hold") {
    const Model model(kitchen());
    CHECK(model.states() == 2);
    CHECK(model.actions() == 2);
    CHECK(model.observations() == 3);
    CHECK(model.discount() == 0.9);
    CHECK(model.reward(1, 0) == -2.0);
    CHECK(model.reward(1, 1) == -1.0);
    CHECK(model.start().states == std::vector<int>{0});
    CHECK(model.start().probabilities == std::vector<double>{1.0});
    CHECK(model.tables().rewards.size() == 4);
    using Visits = std::vector<std::pair<int, double>>;
    Visits visits;
    const auto visit = [&](int number, double probability) { visits.emplace_back(number, probability); };
    model.for_each_successor(0, 0, visit);
    CHECK(visits == Visits{{0, 0.75}, {1, 0.25}});
    visits.clear();
    model.for_each_successor(0, 1, visit);
    CHECK(visits == Visits{{0, 1.0}});
    visits.clear();
    model.for_each_observation(1, 0, visit);
    CHECK(visits == Visits{{0, 0.5}, {1, 0.5}});
    CHECK(model.transitions(0).entries() == 3);
    CHECK(model.observation_rows(0).entries() == 5);
}

TEST_CASE("names are the tables', else numbers") {
    ModelTables tables = kitchen();
    const Model named(tables);
    CHECK(named.state_name(1) == "wet");
    CHECK(named.action_name(1) == "mop");
    CHECK(named.observation_name(2) == "shiny");
    tables.names = {{}, {"wait", "mop"}, {}};
    const Model mixed(std::move(tables));
    CHECK(mixed.state_name(1) == "1");
    CHECK(mixed.action_name(0) == "wait");
    CHECK(mixed.observation_name(2) == "2");
}

TEST_CASE("rewards on state, action, successor and observation by hand") {
    const ModelTables tables = kitchen();
    const Eigen::MatrixXd expected = expected_rewards(
        tables.transitions, tables.observations,
        [](int s, int a, int next, int seen) { return 1000.0 * s + 100.0 * a + 10.0 * next + seen; });
    // The mean observation is 0.5 when dry and 1.25 when wet.
    // dry, wait: 0.75 (0 + 0.5) + 0.25 (10 + 1.25);  dry, mop: 100 + 0.5
    // wet, wait: 1000 + 10 + 1.25;                   wet, mop: 1100 + 0.5 * 0.5 + 0.5 (10 + 1.25)
    CHECK(expected(0, 0) == 3.1875);
    CHECK(expected(0, 1) == 100.5);
    CHECK(expected(1, 0) == 1011.25);
    CHECK(expected(1, 1) == 1105.875);
}

TEST_CASE("a reward for what cannot happen counts for nothing") {
    const ModelTables tables = kitchen();
    const Eigen::MatrixXd expected =
        expected_rewards(tables.transitions, tables.observations, [](int s, int a, int next, int seen) {
            const bool dries_by_itself = s == 1 && a == 0 && next == 0;
            const bool wets_when_mopped = s == 0 && a == 1 && next == 1;
            const bool shines_when_dry = next == 0 && seen == 2;
            return dries_by_itself || wets_when_mopped || shines_when_dry ? not_a_number : 1.0;
        });
    CHECK(expected == Eigen::MatrixXd::Ones(2, 2));
}

TEST_CASE("expected rewards equal the sum over everything on random models") {
    automix::Random random(8);
    for (int trial = 0; trial < 50; ++trial) {
        const models::Dense dense = models::random_model(random, 0.9);
        const Model model = dense.model();
        const auto reward = [](int s, int a, int next, int seen) {
            return std::sin(1.0 + s + 5.0 * a + 25.0 * next + 125.0 * seen);
        };
        const Eigen::MatrixXd expected =
            expected_rewards(model.tables().transitions, model.tables().observations, reward);
        for (int s = 0; s < model.states(); ++s) {
            for (int a = 0; a < model.actions(); ++a) {
                const auto action = static_cast<std::size_t>(a);
                double sum = 0.0;
                for (int next = 0; next < model.states(); ++next) {
                    for (int seen = 0; seen < model.observations(); ++seen) {
                        sum += dense.transitions[action](s, next) * dense.observations[action](next, seen) *
                               reward(s, a, next, seen);
                    }
                }
                CHECK_THAT(expected(s, a), WithinAbs(sum, 1e-14));
            }
        }
    }
}

TEST_CASE("no actions have no expected rewards") {
    CHECK(expected_rewards({}, {}, [](int, int, int, int) { return 1.0; }).size() == 0);
}

TEST_CASE("expected rewards of tables that do not fit are refused before they are read") {
    const auto reward = [](int, int, int, int) { return 1.0; };
    const auto check_refused = [&](const ModelTables& tables, const char* message) {
        CAPTURE(message);
        CHECK_THROWS_AS(expected_rewards(tables.transitions, tables.observations, reward),
                        automix::DataError);
        CHECK_THROWS_WITH(expected_rewards(tables.transitions, tables.observations, reward),
                          ContainsSubstring(message));
    };
    ModelTables fewer = kitchen();
    fewer.observations.pop_back();
    check_refused(fewer, "tables of observations: expected 2, found 1");
    ModelTables shorter = kitchen();
    shorter.observations[1] = rows(3, {{{0, 1.0}}});
    check_refused(shorter, "observations of action 1: rows: expected 2, found 1");
    ModelTables beyond = kitchen();
    beyond.transitions[1] = rows(2, {{{0, 1.0}}, {{7, 1.0}}});
    check_refused(beyond, "transitions of action 1: expected a column from 0 to 1, found 7");
    ModelTables unseen = kitchen();
    unseen.observations[0] = rows(3, {{{-1, 1.0}}, {{0, 1.0}}});
    check_refused(unseen, "observations of action 0: expected a column from 0 to 2, found -1");
}
