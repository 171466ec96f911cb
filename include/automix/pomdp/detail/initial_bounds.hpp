// SPDX-License-Identifier: Apache-2.0
// The initial bounds of solvers. The lower bound is the blind policies, which take one action for ever (Hauskrecht
// 1997). The upper bounds are the values of the fully observable problem (MDP), QMDP (Littman, Cassandra, Kaelbling
// 1995) and the fast informed bound
//     Q_a(s) = R(s, a) + gamma sum_o max_a' sum_s' T(s' | s, a) O(o | a, s') Q_a'(s')    (Hauskrecht 2000, equation 37)
// Each iteration starts from the side that keeps every iterate a bound: from max R / (1 - gamma) down, from min R / (1
// - gamma) up. For a finite horizon it starts from 0 and runs once for each step. So iterations may stop early, and the
// result is still a bound. An iteration of the fast informed bound is O(entries of T * observations * actions), of the
// others O(entries of T * actions).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/pomdp/belief_updater.hpp>
#include <automix/pomdp/detail/backup.hpp>
#include <automix/pomdp/detail/discounting.hpp>
#include <automix/pomdp/reward_range.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

namespace automix::pomdp::detail {

/// Returns one step of QMDP from `next`, which has one value a state. The result is states x actions.
template <pomdp_model M>
Eigen::MatrixXd mdp_step(const M& model, const Eigen::VectorXd& next) {
    Eigen::MatrixXd q(model.states(), model.actions());
    for (int a = 0; a < model.actions(); ++a) {
        for (int s = 0; s < model.states(); ++s) {
            q(s, a) = step_value(model, s, a, [&](int to) { return next(to); });
        }
    }
    return q;
}

/// Returns one step of the fast informed bound from `next`. Both are states x actions.
template <pomdp_model M, class Matrix>
Matrix fast_informed_step(const M& model, const Matrix& next) {
    const int actions = model.actions();
    Matrix q(model.states(), actions);
    Matrix joint(actions, model.observations());  // sum_s' T O Q_a'(s') for each a' and o
    std::vector<int> seen;
    std::vector<bool> is_seen(as_size(model.observations()), false);
    for (int a = 0; a < actions; ++a) {
        for (int s = 0; s < model.states(); ++s) {
            model.for_each_successor(s, a, [&](int to, double reaching) {
                model.for_each_observation(a, to, [&](int observation, double seeing) {
                    const auto o = as_size(observation);
                    if (!is_seen[o]) {
                        is_seen[o] = true;
                        seen.push_back(observation);
                        joint.col(observation).setZero();
                    }
                    const double weight = reaching * seeing;
                    for (int then = 0; then < actions; ++then)
                        joint(then, observation) += weight * next(to, then);
                });
            });
            double sum = 0.0;
            for (const int observation : seen) {
                sum += joint.col(observation).maxCoeff();
                is_seen[as_size(observation)] = false;
            }
            seen.clear();
            q(s, a) = model.reward(s, a) + model.discount() * sum;
        }
    }
    return q;
}

/// Returns one step of the blind policies: column a follows action a.
template <pomdp_model M>
Eigen::MatrixXd blind_step(const M& model, const Eigen::MatrixXd& next) {
    Eigen::MatrixXd q(model.states(), model.actions());
    for (int a = 0; a < model.actions(); ++a) {
        for (int s = 0; s < model.states(); ++s) {
            q(s, a) = step_value(model, s, a, [&](int to) { return next(to, a); });
        }
    }
    return q;
}

/// A condition that never stops an iteration early.
struct NeverStop {
    bool operator()() const noexcept { return true; }
};

/// Applies `step` until nothing changes by more than `tolerance`, at most `limit` times. Returns false if `go_on` stops
/// it before.
template <class Matrix, class Step, class GoOn>
bool iterate(Matrix& values, Step step, double tolerance, int limit, GoOn go_on) {
    for (int i = 0; i < limit; ++i) {
        if (!go_on()) return false;
        Matrix next = step(values);
        const double change = (next - values).cwiseAbs().maxCoeff();
        values = std::move(next);
        if (change <= tolerance) break;
    }
    return true;
}

/// Returns the maximum number of iterations. Without discount that many iterations are exact, since all runs have ended
/// by then.
template <pomdp_model M>
int iteration_limit(const M& model) {
    constexpr int discounted = 5000;
    return model.discount() < 1.0 ? discounted : model.states() + 1;
}

/// Iterates from the value of receiving `reward` for ever. Without discount it starts from 0 and continues until every
/// run has ended; the result is then exact at the states that runs reach. If it stops early, the result is `unfinished`
/// for each step of the longest run.
template <pomdp_model M, class Step, class GoOn>
Eigen::MatrixXd iterate_from(const M& model, double reward, double unfinished, Step step, double tolerance,
                             GoOn go_on) {
    const bool discounted = model.discount() < 1.0;
    Eigen::MatrixXd values(model.states(), model.actions());
    values.setConstant(discounted ? reward / (1.0 - model.discount()) : 0.0);
    const bool finished =
        iterate(values, step, discounted ? tolerance : 0.0, iteration_limit(model), std::ref(go_on));
    if (!finished && !discounted) values.setConstant(unfinished * steps_to_end(model).value_or(0));
    return values;
}

/// Returns Q values whose maximum over actions bounds the optimal value from above at every state (MDP), for an
/// unlimited horizon. Requires a discount below 1, or that every run ends. Stops early if `go_on()` is false, checked
/// at each iteration.
template <pomdp_model M, class GoOn = detail::NeverStop>
Eigen::MatrixXd mdp_values(const M& model, double tolerance, GoOn go_on = {}) {
    const double greatest = reward_range(model).greatest;
    return detail::iterate_from(
        model, greatest, std::max(0.0, greatest),
        [&](const auto& q) { return mdp_step(model, q.rowwise().maxCoeff()); }, tolerance, go_on);
}

/// Returns Q values that bound the optimal value from above at every belief, by max_a b . Q_a (FIB, started from the
/// MDP's values). Requires a discount below 1, or that every run ends. Stops early if `go_on()` is false, checked at
/// each iteration.
template <pomdp_model M, class GoOn = detail::NeverStop>
Eigen::MatrixXd fast_informed_values(const M& model, double tolerance, GoOn go_on = {}) {
    Eigen::MatrixXd values = mdp_values(model, tolerance, std::ref(go_on));
    detail::iterate(
        values, [&](const Eigen::MatrixXd& q) { return fast_informed_step(model, q); }, tolerance,
        detail::iteration_limit(model), std::ref(go_on));
    return values;
}

/// Returns the blind policies, one column for each action, for an unlimited horizon. Requires a discount below 1, or
/// that every run ends. Stops early if `go_on()` is false, checked at each iteration. The values found by then are
/// still lower bounds.
template <pomdp_model M, class GoOn = detail::NeverStop>
Eigen::MatrixXd blind_values(const M& model, double tolerance, GoOn go_on = {}) {
    const double least = reward_range(model).least;
    return detail::iterate_from(
        model, least, std::min(0.0, least), [&](const Eigen::MatrixXd& q) { return blind_step(model, q); },
        tolerance, go_on);
}

}  // namespace automix::pomdp::detail
