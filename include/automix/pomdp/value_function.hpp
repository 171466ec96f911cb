// SPDX-License-Identifier: Apache-2.0
// A lower bound on the value of a POMDP as alpha vectors, each with the action it begins with:
//     V(b) = max_k sum_s b(s) alpha_k(s)                                  (Smallwood, Sondik 1973)
// Vectors lie side by side state by state, so that all of them are weighed at a sparse belief in one pass over memory:
// O(states of the belief * vectors). Pruning keeps what is best somewhere.
#pragma once

#include <automix/core/error.hpp>
#include <automix/pomdp/belief.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace automix::pomdp {

/// A value for each state, and the action that it begins with.
struct AlphaVector {
    Eigen::VectorXd values{};
    int action = 0;
};

/// The best vector at a belief.
struct BestVector {
    int vector = -1;
    double value = -std::numeric_limits<double>::infinity();
};

class ValueFunction {
 public:
    /// No vectors yet, for beliefs over that many states.
    explicit ValueFunction(int states = 0) : states_(states) {}

    /// Throws `ArgumentError` for a vector of another size or with a value that is not a number.
    void add(const AlphaVector& alpha) {
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

    [[nodiscard]] int states() const noexcept { return states_; }
    [[nodiscard]] int size() const noexcept { return static_cast<int>(actions_.size()); }
    [[nodiscard]] bool empty() const noexcept { return actions_.empty(); }
    [[nodiscard]] int action(int vector) const { return actions_[static_cast<std::size_t>(vector)]; }
    [[nodiscard]] double at(int vector, int state) const {
        return values_[index(state, static_cast<std::size_t>(vector))];
    }
    [[nodiscard]] AlphaVector vector(int number) const {
        AlphaVector alpha{Eigen::VectorXd(states_), action(number)};
        for (int s = 0; s < states_; ++s) alpha.values(s) = at(number, s);
        return alpha;
    }

    /// The best of the vectors from number `first` on; of equal ones the first. Requires a belief over these states.
    [[nodiscard]] BestVector best(const Belief& belief, int first = 0) const {
        constexpr std::size_t block = 256;
        double sums[block];
        BestVector best;
        for (auto begin = static_cast<std::size_t>(first); begin < actions_.size(); begin += block) {
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

    /// Throws `ArgumentError` where there are no vectors.
    [[nodiscard]] double value(const Belief& belief) const {
        require_vectors();
        return best(belief).value;
    }

    /// The action of the best vector. Throws `ArgumentError` where there are no vectors.
    [[nodiscard]] int greedy_action(const Belief& belief) const {
        require_vectors();
        return action(best(belief).vector);
    }

    /// Keeps the vectors of those numbers, ascending.
    void keep(const std::vector<int>& numbers) {
        for (int s = 0; s < states_; ++s) {
            std::size_t to = index(s, 0);
            for (const int number : numbers)
                values_[to++] = values_[index(s, static_cast<std::size_t>(number))];
        }
        std::vector<int> actions;
        for (const int number : numbers) actions.push_back(action(number));
        actions_ = std::move(actions);
    }

    /// Removes vectors that another one equals or exceeds in every state; of equal ones the first stays. Returns the
    /// numbers of those that stay, ascending. O(vectors^2 * states) at worst, most pairs part within a few states.
    std::vector<int> prune_pointwise() {
        std::vector<char> gone(actions_.size(), 0);
        std::vector<int> below;
        for (int k = 0; k < size(); ++k) {
            if (gone[static_cast<std::size_t>(k)] != 0) continue;
            below.clear();  // vectors that k equals or exceeds in the states looked at
            for (int other = 0; other < size(); ++other) {
                if (other != k && gone[static_cast<std::size_t>(other)] == 0) below.push_back(other);
            }
            for (int s = 0; s < states_ && !below.empty(); ++s) {
                const double own = at(k, s);
                std::erase_if(below, [&](int other) { return at(other, s) > own; });
            }
            // An equal one before k would have removed k.
            for (const int other : below) gone[static_cast<std::size_t>(other)] = 1;
        }
        std::vector<int> kept;
        for (int k = 0; k < size(); ++k) {
            if (gone[static_cast<std::size_t>(k)] == 0) kept.push_back(k);
        }
        keep(kept);
        return kept;
    }

    /// Removes vectors that are best at none of the beliefs. Returns the numbers of those that stay.
    std::vector<int> prune_over(const std::vector<Belief>& beliefs) {
        std::vector<int> kept;
        if (empty()) return kept;
        for (const Belief& belief : beliefs) kept.push_back(best(belief).vector);
        std::sort(kept.begin(), kept.end());
        kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
        keep(kept);
        return kept;
    }

 private:
    [[nodiscard]] std::size_t index(int state, std::size_t vector) const noexcept {
        return static_cast<std::size_t>(state) * capacity_ + vector;
    }

    void require_vectors() const {
        if (empty()) throw ArgumentError("value function: no alpha vectors");
    }

    void reserve(std::size_t capacity) {
        std::vector<double> values(static_cast<std::size_t>(states_) * capacity);
        for (int s = 0; s < states_; ++s) {
            std::copy_n(values_.begin() + static_cast<std::ptrdiff_t>(index(s, 0)), actions_.size(),
                        values.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(s) * capacity));
        }
        values_ = std::move(values);
        capacity_ = capacity;
    }

    int states_ = 0;
    std::size_t capacity_ = 0;    ///< vectors that there is room for
    std::vector<double> values_;  ///< state by state, in each one value a vector
    std::vector<int> actions_;
};

}  // namespace automix::pomdp
