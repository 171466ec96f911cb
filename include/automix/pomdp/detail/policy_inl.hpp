// SPDX-License-Identifier: Apache-2.0
// Definitions of pomdp/policy.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/pomdp/belief.hpp>
#include <automix/pomdp/policy.hpp>
#include <automix/pomdp/value_function.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace automix::pomdp {

AUTOMIX_INLINE Policy::Policy(std::vector<std::shared_ptr<const ValueFunction>> steps)
    : Policy(std::move(steps), true) {}

AUTOMIX_INLINE int Policy::action(const Belief& belief, int step) const {
    return values(step).greedy_action(belief);
}

AUTOMIX_INLINE double Policy::value(const Belief& belief, int step) const {
    return values(step).value(belief);
}

AUTOMIX_INLINE const ValueFunction& Policy::values(int step) const {
    if (steps_.empty()) throw ArgumentError("policy: empty; solve or load one first");
    if (!finite_) return *steps_.front();
    if (step < 0 || step >= horizon()) {
        throw ArgumentError("policy: expected a step from 0 to " + std::to_string(horizon() - 1) +
                            ", found " + std::to_string(step));
    }
    return *steps_[as_size(step)];
}

AUTOMIX_INLINE int Policy::vectors() const noexcept {
    int sum = 0;
    for (const auto& values : steps_) sum += values->size();
    return sum;
}

AUTOMIX_INLINE Policy::Steps Policy::share(std::vector<ValueFunction> steps) {
    Steps shared;
    for (ValueFunction& values : steps)
        shared.push_back(std::make_shared<const ValueFunction>(std::move(values)));
    return shared;
}

AUTOMIX_INLINE Policy::Policy(Steps steps, bool finite) : steps_(std::move(steps)), finite_(finite) {
    if (steps_.empty()) throw ArgumentError("policy: expected at least one step");
    for (const auto& values : steps_) {
        if (values->empty()) throw ArgumentError("policy: a step has no alpha vectors");
    }
}

}  // namespace automix::pomdp
