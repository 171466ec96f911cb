// SPDX-License-Identifier: Apache-2.0
// The point-based backup: the best alpha vector one step back at one belief (Pineau, Gordon, Thrun 2003, equation 6).
//     Q(b, a) = R(b, a) + gamma sum_o P(o | b, a) max_k b_ao . alpha_k
//     alpha(s) = R(s, a) + gamma sum_s' T(s' | s, a) sum_o O(o | a, s') alpha_k(o)(s')          for the best a
// An observation that is impossible at the belief takes the vector of the first possible one, since any vector gives a
// lower bound. O(successors * vectors) to choose, O(entries of T and O) for the vector.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/pomdp/belief_updater.hpp>
#include <automix/pomdp/value_function.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <utility>
#include <vector>

namespace automix::pomdp::detail {

/// Returns R(s, a) + gamma sum_s' T(s' | s, a) value(s').
template <pomdp_model M, class Value>
double step_value(const M& model, int state, int action, Value value) {
    double sum = 0.0;
    model.for_each_successor(state, action,
                             [&](int to, double probability) { sum += probability * value(to); });
    return model.reward(state, action) + model.discount() * sum;
}

/// Returns the vector of taking `action` and then, after observation o, following vector `then[o]` of `next`. Negative
/// entries of `then` stand for observations that need no vector.
template <pomdp_model M>
Eigen::VectorXd back_project(const M& model, int action, const std::vector<int>& then,
                             const ValueFunction& next) {
    const int states = model.states();
    Eigen::VectorXd continued(states);
    for (int s = 0; s < states; ++s) {
        double sum = 0.0;
        model.for_each_observation(action, s, [&](int observation, double probability) {
            sum += probability * next.at(then[as_size(observation)], s);
        });
        continued(s) = sum;
    }
    Eigen::VectorXd values(states);
    for (int s = 0; s < states; ++s) {
        values(s) = step_value(model, s, action, [&](int to) { return continued(to); });
    }
    return values;
}

/// The result of a backup at a belief.
struct Backup {
    AlphaVector alpha{};
    double value = 0.0;  ///< value of the vector at the belief
};

/// Returns the backup at a belief with these outcomes of its actions, from the vectors of `next`. Of equal actions and
/// vectors the first is taken. Requires one or more vectors.
template <pomdp_model M>
Backup backup(const M& model, const std::vector<ActionOutcome>& outcomes, const ValueFunction& next) {
    int best_action = -1;
    double best_value = 0.0;
    std::vector<int> best_then;
    for (std::size_t action = 0; action < outcomes.size(); ++action) {
        const ActionOutcome& outcome = outcomes[action];
        double sum = 0.0;
        std::vector<int> then(as_size(model.observations()), -1);
        for (const Successor& successor : outcome.successors) {
            const BestVector best = next.best(successor.belief);
            sum += successor.probability * best.value;
            then[as_size(successor.observation)] = best.vector;
        }
        const double value = outcome.reward + model.discount() * sum;
        if (best_action >= 0 && !(value > best_value)) continue;
        const int spare = then[as_size(outcome.successors.front().observation)];
        for (int& vector : then) vector = vector < 0 ? spare : vector;
        best_action = static_cast<int>(action);
        best_value = value;
        best_then = std::move(then);
    }
    return {{back_project(model, best_action, best_then, next), best_action}, best_value};
}

}  // namespace automix::pomdp::detail
