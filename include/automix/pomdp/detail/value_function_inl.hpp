// SPDX-License-Identifier: Apache-2.0
// Definitions of pomdp/value_function.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/pomdp/belief.hpp>
#include <automix/pomdp/value_function.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace automix::pomdp {

AUTOMIX_INLINE void ValueFunction::add(const AlphaVector& alpha) {
    if (alpha.values.size() != states_) {
        throw ArgumentError("alpha vector: expected " + std::to_string(states_) + " values, found " +
                            std::to_string(alpha.values.size()));
    }
    for (int s = 0; s < states_; ++s) {
        if (std::isnan(alpha.values(s)))
            throw ArgumentError("alpha vector, state " + std::to_string(s) +
                                ": expected a number, found nan");
    }
    if (actions_.size() == capacity_) reserve(std::max<std::size_t>(1, 2 * capacity_));
    for (int s = 0; s < states_; ++s) values_[index(s, actions_.size())] = alpha.values(s);
    actions_.push_back(alpha.action);
}

AUTOMIX_INLINE double ValueFunction::at(int vector, int state) const {
    return values_[index(state, as_size(vector))];
}

AUTOMIX_INLINE AlphaVector ValueFunction::vector(int number) const {
    AlphaVector alpha{Eigen::VectorXd(states_), action(number)};
    for (int s = 0; s < states_; ++s) alpha.values(s) = at(number, s);
    return alpha;
}

AUTOMIX_INLINE BestVector ValueFunction::best(const Belief& belief, int first) const {
    constexpr std::size_t block = 256;
    double sums[block];
    BestVector best;
    for (auto begin = as_size(first); begin < actions_.size(); begin += block) {
        const std::size_t count = std::min(block, actions_.size() - begin);
        std::fill_n(sums, count, 0.0);
        for (std::size_t i = 0; i < belief.size(); ++i) {
            const double probability = belief.probabilities[i];
            const double* values = values_.data() + index(belief.states[i], begin);
            for (std::size_t k = 0; k < count; ++k) sums[k] += probability * values[k];
        }
        const double* top = std::max_element(sums, sums + count);
        if (*top > best.value) best = {static_cast<int>(begin) + static_cast<int>(top - sums), *top};
    }
    return best;
}

AUTOMIX_INLINE double ValueFunction::value(const Belief& belief) const {
    require_vectors();
    return best(belief).value;
}

AUTOMIX_INLINE int ValueFunction::greedy_action(const Belief& belief) const {
    require_vectors();
    return action(best(belief).vector);
}

AUTOMIX_INLINE void ValueFunction::keep(const std::vector<int>& numbers) {
    for (int s = 0; s < states_; ++s) {
        std::size_t to = index(s, 0);
        for (const int number : numbers) values_[to++] = values_[index(s, as_size(number))];
    }
    std::vector<int> actions;
    for (const int number : numbers) actions.push_back(action(number));
    actions_ = std::move(actions);
}

AUTOMIX_INLINE std::vector<int> ValueFunction::prune_pointwise(const std::function<bool()>& late) {
    std::vector<char> gone(actions_.size(), 0);
    std::vector<int> below;
    for (int k = 0; k < size(); ++k) {
        if (gone[as_size(k)] != 0) continue;
        if (late && late()) break;
        below.clear();  // vectors that k equals or exceeds in the states compared so far
        for (int other = 0; other < size(); ++other) {
            if (other != k && gone[as_size(other)] == 0) below.push_back(other);
        }
        for (int s = 0; s < states_ && !below.empty(); ++s) {
            const double own = at(k, s);
            std::erase_if(below, [&](int other) { return at(other, s) > own; });
        }
        // An equal vector before k would have removed k.
        for (const int other : below) gone[as_size(other)] = 1;
    }
    std::vector<int> kept;
    for (int k = 0; k < size(); ++k) {
        if (gone[as_size(k)] == 0) kept.push_back(k);
    }
    keep(kept);
    return kept;
}

AUTOMIX_INLINE std::vector<int> ValueFunction::prune_over(const std::vector<Belief>& beliefs) {
    std::vector<int> kept;
    if (empty()) return kept;
    for (const Belief& belief : beliefs) kept.push_back(best(belief).vector);
    std::sort(kept.begin(), kept.end());
    kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
    keep(kept);
    return kept;
}

AUTOMIX_INLINE std::size_t ValueFunction::index(int state, std::size_t vector) const noexcept {
    return as_size(state) * capacity_ + vector;
}

AUTOMIX_INLINE void ValueFunction::require_vectors() const {
    if (empty()) throw ArgumentError("value function: no alpha vectors");
}

AUTOMIX_INLINE void ValueFunction::reserve(std::size_t capacity) {
    std::vector<double> values(as_size(states_) * capacity);
    for (int s = 0; s < states_; ++s) {
        std::copy_n(values_.begin() + static_cast<std::ptrdiff_t>(index(s, 0)), actions_.size(),
                    values.begin() + static_cast<std::ptrdiff_t>(as_size(s) * capacity));
    }
    values_ = std::move(values);
    capacity_ = capacity;
}

}  // namespace automix::pomdp
