// SPDX-License-Identifier: Apache-2.0
// Checks the sizes, probabilities, rewards and discount of a model. `Model` is checked when it is constructed; other
// model types are checked when they enter a solver or a simulation. Messages name state, action and row. O(entries of T
// and O).
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/pomdp/belief.hpp>
#include <automix/pomdp/pomdp_model.hpp>

#include <cmath>
#include <cstddef>
#include <string>

namespace automix::pomdp::detail {

[[noreturn]] inline void fail_model(const std::string& what) { throw DataError("POMDP: " + what); }

/// Returns the name of a state; its number if the model has no names. `action_name` does the same for actions.
template <pomdp_model M>
std::string state_name(const M& model, int state) {
    if constexpr (requires { std::string(model.state_name(state)); }) return model.state_name(state);
    return std::to_string(state);
}
template <pomdp_model M>
std::string action_name(const M& model, int action) {
    if constexpr (requires { std::string(model.action_name(action)); }) return model.action_name(action);
    return std::to_string(action);
}

/// Throws unless a column is one of `columns`. `what()` is the row's name in messages.
template <class Describe>
void require_column(int column, int columns, Describe what) {
    if (column >= 0 && column < columns) return;
    fail_model(what() + ": expected a column from 0 to " + std::to_string(columns - 1) + ", found " +
               std::to_string(column));
}

/// A check that takes the entries of one distribution in turn. `what()` is the distribution's name in messages.
template <class Describe>
class DistributionCheck {
 public:
    DistributionCheck(int columns, Describe what) : columns_(columns), what_(what) {}

    void take(int column, double probability) {
        require_column(column, columns_, what_);
        if (column <= last_) {
            fail_model(what_() + ": expected columns ascending, found " + std::to_string(column) + " after " +
                       std::to_string(last_));
        }
        if (!(probability >= 0.0 && std::isfinite(probability)))
            fail_model(what_() + ": expected a probability, found " + format_number(probability));
        last_ = column;
        sum_ += probability;
    }

    void finish() const {
        constexpr double tolerance = 1e-9;
        if (!(std::abs(sum_ - 1.0) <= tolerance))
            fail_model(what_() + ": expected the sum 1, found " + format_number(sum_));
    }

 private:
    int columns_;
    Describe what_;
    int last_ = -1;
    double sum_ = 0.0;
};

/// Throws `DataError` for a model without states, actions or observations, or a discount outside [0, 1]. Throws it
/// also, naming action and row, for entries out of range or not ascending. The same holds for probabilities that are
/// negative, not finite or of a sum off 1 by more than 1e-9, as in a row without entries. Rewards must be below 1e100
/// in size.
template <pomdp_model M>
void require_model(const M& model) {
    const auto require_some = [](const char* what, int found) {
        if (found < 1)
            detail::fail_model(std::string("expected at least one ") + what + ", found " +
                               std::to_string(found));
    };
    require_some("state", model.states());
    require_some("action", model.actions());
    require_some("observation", model.observations());
    if (!(model.discount() >= 0.0 && model.discount() <= 1.0))
        detail::fail_model("discount: expected a number in [0, 1], found " + format_number(model.discount()));
    for (int action = 0; action < model.actions(); ++action) {
        for (int state = 0; state < model.states(); ++state) {
            const auto row = [&](const char* table) {
                return std::string(table) + ", action " + detail::action_name(model, action) +
                       ", row of state " + detail::state_name(model, state);
            };
            detail::DistributionCheck next(model.states(), [&] { return row("transitions"); });
            model.for_each_successor(state, action, [&](int to, double p) { next.take(to, p); });
            next.finish();
            detail::DistributionCheck seen(model.observations(), [&] { return row("observations"); });
            model.for_each_observation(action, state, [&](int o, double p) { seen.take(o, p); });
            seen.finish();
            const double reward = model.reward(state, action);
            // Sums over a run stay finite below this.
            if (!(std::abs(reward) < 1e100)) {
                detail::fail_model(row("rewards") + ": expected a number below 1e100 in size, found " +
                                   format_number(reward));
            }
        }
    }
    const Belief& start = model.start();
    detail::DistributionCheck belief(model.states(), [] { return std::string("start"); });
    for (std::size_t i = 0; i < start.size(); ++i) belief.take(start.states[i], start.probabilities[i]);
    belief.finish();
}

}  // namespace automix::pomdp::detail
