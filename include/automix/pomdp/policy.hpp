// SPDX-License-Identifier: Apache-2.0
// A policy that maps beliefs to actions. It holds the alpha vectors of an unlimited horizon, or those of each step of a
// finite one. All solvers use this type. It is a plain value, safe to share between threads. A decision is O(states of
// the belief * vectors).
#pragma once

#include <automix/core/error.hpp>
#include <automix/pomdp/belief.hpp>
#include <automix/pomdp/pomdp_model.hpp>
#include <automix/pomdp/value_function.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace automix::pomdp {

class Policy {
 public:
    Policy() = default;

    /// Makes a policy for an unlimited horizon. Throws `ArgumentError` if there are no vectors.
    explicit Policy(ValueFunction values) : Policy(share({std::move(values)}), false) {}

    /// Makes a policy for a horizon of as many steps as there are value functions, the first step's first. Throws
    /// `ArgumentError` if there are none, or one without vectors.
    explicit Policy(std::vector<ValueFunction> steps) : Policy(share(std::move(steps)), true) {}

    /// Makes the same policy from steps that may share their vectors. Requires that none is null.
    explicit Policy(std::vector<std::shared_ptr<const ValueFunction>> steps);

    [[nodiscard]] bool finite() const noexcept { return finite_; }
    /// Returns the number of steps of a finite horizon; 0 if it is unlimited.
    [[nodiscard]] int horizon() const noexcept { return finite_ ? static_cast<int>(steps_.size()) : 0; }

    /// Returns the action at a belief, `step` steps after the start. Throws `ArgumentError` for a step beyond the
    /// horizon.
    [[nodiscard]] int action(const Belief& belief, int step = 0) const;

    /// Returns a lower bound on the value of the policy from the belief on.
    [[nodiscard]] double value(const Belief& belief, int step = 0) const;

    /// Returns the alpha vectors of a step.
    [[nodiscard]] const ValueFunction& values(int step = 0) const;

    /// Returns the number of vectors of all steps.
    [[nodiscard]] int vectors() const noexcept;

 private:
    using Steps = std::vector<std::shared_ptr<const ValueFunction>>;

    static Steps share(std::vector<ValueFunction> steps);

    Policy(Steps steps, bool finite);

    Steps steps_;
    bool finite_ = false;
};

/// Throws `ArgumentError` for a policy that is empty or does not fit the model. Its vectors must be over the model's
/// states and start with the model's actions. O(vectors).
template <pomdp_model M>
void require_policy(const M& model, const Policy& policy) {
    for (int step = 0; step < std::max(1, policy.horizon()); ++step) {
        const ValueFunction& values = policy.values(step);
        if (values.states() != model.states()) {
            throw ArgumentError("policy: expected vectors over the " + std::to_string(model.states()) +
                                " states of the model, found " + std::to_string(values.states()));
        }
        for (int vector = 0; vector < values.size(); ++vector) {
            if (values.action(vector) >= 0 && values.action(vector) < model.actions()) continue;
            throw ArgumentError("policy: expected one of the " + std::to_string(model.actions()) +
                                " actions of the model, found " + std::to_string(values.action(vector)));
        }
    }
}

}  // namespace automix::pomdp

#ifndef AUTOMIX_COMPILED
#include <automix/pomdp/detail/policy_inl.hpp>
#endif
