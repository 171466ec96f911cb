// SPDX-License-Identifier: Apache-2.0
// A lower bound on the value of a POMDP as alpha vectors, each with the action it begins with:
//     V(b) = max_k sum_s b(s) alpha_k(s)                                  (Smallwood, Sondik 1973)
// Vectors lie side by side state by state, so that all of them are weighed at a sparse belief in one pass over memory:
// O(states of the belief * vectors). Pruning keeps what is best somewhere.
#pragma once

#include <automix/pomdp/belief.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <limits>
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
    void add(const AlphaVector& alpha);

    [[nodiscard]] int states() const noexcept { return states_; }
    [[nodiscard]] int size() const noexcept { return static_cast<int>(actions_.size()); }
    [[nodiscard]] bool empty() const noexcept { return actions_.empty(); }
    [[nodiscard]] int action(int vector) const { return actions_[static_cast<std::size_t>(vector)]; }
    [[nodiscard]] double at(int vector, int state) const;
    [[nodiscard]] AlphaVector vector(int number) const;

    /// The best of the vectors from number `first` on; of equal ones the first. Requires a belief over these states.
    [[nodiscard]] BestVector best(const Belief& belief, int first = 0) const;

    /// Throws `ArgumentError` where there are no vectors.
    [[nodiscard]] double value(const Belief& belief) const;

    /// The action of the best vector. Throws `ArgumentError` where there are no vectors.
    [[nodiscard]] int greedy_action(const Belief& belief) const;

    /// Keeps the vectors of those numbers, ascending.
    void keep(const std::vector<int>& numbers);

    /// Removes vectors that another one equals or exceeds in every state; of equal ones the first stays. Returns the
    /// numbers of those that stay, ascending. O(vectors^2 * states) at worst, most pairs part within a few states.
    std::vector<int> prune_pointwise();

    /// Removes vectors that are best at none of the beliefs. Returns the numbers of those that stay.
    std::vector<int> prune_over(const std::vector<Belief>& beliefs);

 private:
    [[nodiscard]] std::size_t index(int state, std::size_t vector) const noexcept;

    void require_vectors() const;

    void reserve(std::size_t capacity);

    int states_ = 0;
    std::size_t capacity_ = 0;    ///< vectors that there is room for
    std::vector<double> values_;  ///< state by state, in each one value a vector
    std::vector<int> actions_;
};

}  // namespace automix::pomdp

#ifndef AUTOMIX_COMPILED
#include <automix/pomdp/detail/value_function_inl.hpp>
#endif
