// SPDX-License-Identifier: Apache-2.0
// A POMDP as tables: T(s' | s, a), O(o | a, s'), expected rewards R(s, a), initial belief and discount; reward is
// maximised. Tables are sparse, so that a problem costs what its entries cost. Checked on construction; messages name
// state, action and row. Rewards on (s, a, s', o) are reduced to their expectation, which loses nothing:
//     R(s, a) = sum_s' T(s' | s, a) sum_o O(o | a, s') R(s, a, s', o)
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/pomdp/belief.hpp>
#include <automix/pomdp/sparse_rows.hpp>

#include <Eigen/Core>

#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace automix::pomdp {

/// Names for messages, files and people; empty: the numbers serve.
struct Names {
    std::vector<std::string> states{};
    std::vector<std::string> actions{};
    std::vector<std::string> observations{};
};

/// What a model is made of.
struct ModelTables {
    std::vector<SparseRows> transitions{};   ///< for each action: states x states
    std::vector<SparseRows> observations{};  ///< for each action: states (reached) x observations
    Eigen::MatrixXd rewards{};               ///< states x actions
    Eigen::VectorXd start{};                 ///< one probability a state
    double discount = 0.95;
    Names names{};
};

/// R(s, a) from `reward(state, action, next, observation)`. O(entries of transitions * observations).
template <class Reward>
Eigen::MatrixXd expected_rewards(const std::vector<SparseRows>& transitions,
                                 const std::vector<SparseRows>& observations, Reward reward) {
    const auto actions = static_cast<int>(transitions.size());
    const int states = actions == 0 ? 0 : transitions.front().rows();
    Eigen::MatrixXd expected = Eigen::MatrixXd::Zero(states, actions);
    for (int a = 0; a < actions; ++a) {
        for (int s = 0; s < states; ++s) {
            for (const Entry& next : transitions[static_cast<std::size_t>(a)].row(s)) {
                for (const Entry& seen : observations[static_cast<std::size_t>(a)].row(next.column)) {
                    expected(s, a) += next.value * seen.value * reward(s, a, next.column, seen.column);
                }
            }
        }
    }
    return expected;
}

class Model {
 public:
    /// Throws `DataError` naming state, action and row for tables of unequal sizes, probabilities that are negative or not
    /// finite, rows whose sum is off 1 by more than 1e-9, rewards that are not below 1e100 in size, and a discount
    /// outside (0, 1].
    explicit Model(ModelTables tables) : tables_(std::move(tables)) {
        check_sizes();
        check_numbers();
        start_ = Belief(tables_.start);
    }

    [[nodiscard]] int states() const noexcept { return static_cast<int>(tables_.rewards.rows()); }
    [[nodiscard]] int actions() const noexcept { return static_cast<int>(tables_.rewards.cols()); }
    [[nodiscard]] int observations() const noexcept { return tables_.observations.front().columns(); }
    [[nodiscard]] double discount() const noexcept { return tables_.discount; }
    [[nodiscard]] const Belief& start() const noexcept { return start_; }
    [[nodiscard]] double reward(int state, int action) const { return tables_.rewards(state, action); }

    template <class Visit>
    void for_each_successor(int state, int action, Visit visit) const {
        for (const Entry& next : transitions(action).row(state)) visit(next.column, next.value);
    }
    template <class Visit>
    void for_each_observation(int action, int next, Visit visit) const {
        for (const Entry& seen : observation_rows(action).row(next)) visit(seen.column, seen.value);
    }

    [[nodiscard]] const SparseRows& transitions(int action) const {
        return tables_.transitions[static_cast<std::size_t>(action)];
    }
    [[nodiscard]] const SparseRows& observation_rows(int action) const {
        return tables_.observations[static_cast<std::size_t>(action)];
    }
    [[nodiscard]] const ModelTables& tables() const noexcept { return tables_; }

    /// For messages and files: the name, or the number where there are none.
    [[nodiscard]] std::string state_name(int state) const { return name(tables_.names.states, state); }
    [[nodiscard]] std::string action_name(int action) const { return name(tables_.names.actions, action); }
    [[nodiscard]] std::string observation_name(int observation) const {
        return name(tables_.names.observations, observation);
    }

 private:
    static std::string name(const std::vector<std::string>& names, int number) {
        return names.empty() ? std::to_string(number) : names[static_cast<std::size_t>(number)];
    }

    [[noreturn]] static void fail(const std::string& what) { throw DataError("POMDP: " + what); }

    static void require_size(const std::string& what, Eigen::Index found, Eigen::Index expected) {
        if (found != expected) {
            fail(what + ": expected " + std::to_string(expected) + ", found " + std::to_string(found));
        }
    }

    void check_sizes() const {
        const auto& t = tables_;
        if (t.rewards.rows() == 0 || t.rewards.cols() == 0)
            fail("rewards: expected states x actions, found none");
        require_size("tables of transitions", static_cast<Eigen::Index>(t.transitions.size()), actions());
        require_size("tables of observations", static_cast<Eigen::Index>(t.observations.size()), actions());
        if (observations() == 0) fail("expected at least one observation");
        require_size("start: probabilities", t.start.size(), states());
        const auto check_names = [](const std::vector<std::string>& names, int expected, const char* what) {
            if (!names.empty()) require_size(what, static_cast<Eigen::Index>(names.size()), expected);
        };
        check_names(t.names.states, states(), "names of states");
        check_names(t.names.actions, actions(), "names of actions");
        check_names(t.names.observations, observations(), "names of observations");
        for (int a = 0; a < actions(); ++a) {
            const std::string of = " of action " + action_name(a);
            require_size("transitions" + of + ": rows", transitions(a).rows(), states());
            require_size("transitions" + of + ": columns", transitions(a).columns(), states());
            require_size("observations" + of + ": rows", observation_rows(a).rows(), states());
            require_size("observations" + of + ": columns", observation_rows(a).columns(), observations());
        }
    }

    void check_numbers() const {
        if (!(discount() > 0.0 && discount() <= 1.0)) {
            fail("discount: expected a number in (0, 1], found " + format_number(discount()));
        }
        for (int a = 0; a < actions(); ++a) {
            for (int s = 0; s < states(); ++s) {
                const std::string row = ", action " + action_name(a) + ", row of state " + state_name(s);
                check_distribution(transitions(a).row(s), states(), "transitions" + row);
                check_distribution(observation_rows(a).row(s), observations(), "observations" + row);
                // Sums over a run stay finite below this.
                if (!(std::abs(reward(s, a)) < 1e100)) {
                    fail("rewards" + row + ": expected a number below 1e100 in size, found " +
                         format_number(reward(s, a)));
                }
            }
        }
        std::vector<Entry> start;
        for (Eigen::Index s = 0; s < tables_.start.size(); ++s)
            start.push_back({static_cast<int>(s), tables_.start(s)});
        check_distribution(start, states(), "start");
    }

    static void check_distribution(std::span<const Entry> row, int columns, const std::string& what) {
        constexpr double tolerance = 1e-9;
        double sum = 0.0;
        for (const Entry& entry : row) {
            if (entry.column < 0 || entry.column >= columns) {
                fail(what + ": expected a column from 0 to " + std::to_string(columns - 1) + ", found " +
                     std::to_string(entry.column));
            }
            if (!(entry.value >= 0.0 && std::isfinite(entry.value))) {
                fail(what + ": expected a probability, found " + format_number(entry.value));
            }
            sum += entry.value;
        }
        if (!(std::abs(sum - 1.0) <= tolerance))
            fail(what + ": expected the sum 1, found " + format_number(sum));
    }

    ModelTables tables_;
    Belief start_;
};

}  // namespace automix::pomdp
