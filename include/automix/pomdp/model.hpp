// SPDX-License-Identifier: Apache-2.0
// A POMDP as tables: T(s' | s, a), O(o | a, s'), expected rewards R(s, a), initial belief and discount. Rewards are
// maximised. Tables are sparse, so that the cost of a problem depends on its entries. Tables are checked on
// construction; messages name state, action and row. Rewards on (a, s, s', o) are reduced to their expectation, which
// loses nothing:
//     R(s, a) = sum_s' T(s' | s, a) sum_o O(o | a, s') R(s, a, s', o)
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/pomdp/belief.hpp>
#include <automix/pomdp/detail/model_check.hpp>
#include <automix/pomdp/sparse_rows.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <string>
#include <vector>

namespace automix::pomdp {

/// Names for messages, files and people; numbers are used if they are empty.
struct Names {
    std::vector<std::string> states{};
    std::vector<std::string> actions{};
    std::vector<std::string> observations{};
};

/// The tables of a model.
struct ModelTables {
    std::vector<SparseRows> transitions{};   ///< states x states, one for each action
    std::vector<SparseRows> observations{};  ///< states (reached) x observations, one for each action
    Eigen::MatrixXd rewards{};               ///< states x actions
    Eigen::VectorXd start{};                 ///< one probability a state
    double discount = 0.95;
    Names names{};
};

namespace detail {

void require_size(const std::string& what, Eigen::Index found, Eigen::Index expected);

/// Throws `DataError` naming the action, by `name(action)`, unless all tables have a row for each state and the right
/// number of columns.
template <class Name>
void require_tables(const std::vector<SparseRows>& transitions, const std::vector<SparseRows>& observations,
                    int states, Name name) {
    for (std::size_t a = 0; a < transitions.size(); ++a) {
        const std::string of = " of action " + name(static_cast<int>(a));
        require_size("transitions" + of + ": rows", transitions[a].rows(), states);
        require_size("transitions" + of + ": columns", transitions[a].columns(), states);
        require_size("observations" + of + ": rows", observations[a].rows(), states);
        require_size("observations" + of + ": columns", observations[a].columns(),
                     observations.front().columns());
    }
}

}  // namespace detail

/// Returns R(s, a) from `reward(state, action, next, observation)`. Throws `DataError` for tables of unequal sizes or
/// with entries beyond their columns. O(entries of transitions * observations).
template <class Reward>
Eigen::MatrixXd expected_rewards(const std::vector<SparseRows>& transitions,
                                 const std::vector<SparseRows>& observations, Reward reward) {
    const auto actions = static_cast<int>(transitions.size());
    const int states = actions == 0 ? 0 : transitions.front().rows();
    detail::require_size("tables of observations", static_cast<Eigen::Index>(observations.size()), actions);
    detail::require_tables(transitions, observations, states, [](int a) { return std::to_string(a); });
    Eigen::MatrixXd expected(states, actions);
    expected.setZero();
    for (int a = 0; a < actions; ++a) {
        const SparseRows& seen_after = observations[as_size(a)];
        const auto of_action = [&](const char* table) { return table + std::to_string(a); };
        for (int s = 0; s < states; ++s) {
            for (const Entry& next : transitions[as_size(a)].row(s)) {
                detail::require_column(next.column, states,
                                       [&] { return of_action("transitions of action "); });
                for (const Entry& seen : seen_after.row(next.column)) {
                    detail::require_column(seen.column, seen_after.columns(),
                                           [&] { return of_action("observations of action "); });
                    expected(s, a) += next.value * seen.value * reward(s, a, next.column, seen.column);
                }
            }
        }
    }
    return expected;
}

class Model {
 public:
    /// Takes the tables. Throws `DataError` for tables of unequal sizes and for a discount outside [0, 1]. Throws it,
    /// naming state, action and row, for probabilities that are negative or not finite and for rows whose sum differs
    /// from 1 by more than 1e-9. Rewards must be below 1e100 in size.
    explicit Model(ModelTables tables);

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

    [[nodiscard]] const SparseRows& transitions(int action) const;
    [[nodiscard]] const SparseRows& observation_rows(int action) const;
    [[nodiscard]] const ModelTables& tables() const noexcept { return tables_; }

    /// Returns the name for messages and files; the number if there are no names.
    [[nodiscard]] std::string state_name(int state) const { return name(tables_.names.states, state); }
    [[nodiscard]] std::string action_name(int action) const { return name(tables_.names.actions, action); }
    [[nodiscard]] std::string observation_name(int observation) const;

 private:
    static std::string name(const std::vector<std::string>& names, int number);

    void check_sizes() const;

    ModelTables tables_;
    Belief start_;
};

}  // namespace automix::pomdp

#ifndef AUTOMIX_COMPILED
#include <automix/pomdp/detail/model_inl.hpp>
#endif
