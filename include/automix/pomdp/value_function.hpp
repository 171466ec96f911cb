// SPDX-License-Identifier: Apache-2.0
// A lower bound on the value of a POMDP as alpha vectors, each with the action it begins with:
//     V(b) = max_k sum_s b(s) alpha_k(s)                                  (Smallwood, Sondik 1973)
// Vectors are stored state by state, so that one pass over memory evaluates all of them at a sparse belief: O(states of
// the belief * vectors). Pruning keeps vectors that are best at some belief.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/pomdp/belief.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <functional>
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
    /// Starts without vectors, for beliefs over that many states.
    explicit ValueFunction(int states = 0) : states_(states) {}

    /// Adds a vector. Throws `ArgumentError` if it has another size or a value that is not a number.
    void add(const AlphaVector& alpha);

    [[nodiscard]] int states() const noexcept { return states_; }
    [[nodiscard]] int size() const noexcept { return static_cast<int>(actions_.size()); }
    [[nodiscard]] bool empty() const noexcept { return actions_.empty(); }
    [[nodiscard]] int action(int vector) const { return actions_[as_size(vector)]; }
    [[nodiscard]] double at(int vector, int state) const;
    [[nodiscard]] AlphaVector vector(int number) const;

    /// Returns the best of the vectors from number `first` on; of equal ones the first. Requires a belief over these
    /// states.
    [[nodiscard]] BestVector best(const Belief& belief, int first = 0) const;

    /// Returns the value of the best vector. Throws `ArgumentError` if there are no vectors.
    [[nodiscard]] double value(const Belief& belief) const;

    /// Returns the action of the best vector. Throws `ArgumentError` if there are no vectors.
    [[nodiscard]] int greedy_action(const Belief& belief) const;

    /// Keeps the vectors with these numbers, ascending.
    void keep(const std::vector<int>& numbers);

    /// Removes vectors that another one equals or exceeds in every state; of equal ones the first stays. Returns the
    /// numbers of the remaining vectors, ascending. O(vectors^2 * states) in the worst case, but few states decide the
    /// majority of pairs.
    /// Compares no more vectors once `late()`.
    std::vector<int> prune_pointwise(const std::function<bool()>& late = {});

    /// Removes vectors that are best at none of the beliefs. Returns the numbers of the remaining vectors.
    std::vector<int> prune_over(const std::vector<Belief>& beliefs);

 private:
    [[nodiscard]] std::size_t index(int state, std::size_t vector) const noexcept;

    void require_vectors() const;

    void reserve(std::size_t capacity);

    int states_ = 0;
    std::size_t capacity_ = 0;    ///< number of vectors that there is room for
    std::vector<double> values_;  ///< state by state, one value for each vector
    std::vector<int> actions_;
};

}  // namespace automix::pomdp

#ifndef AUTOMIX_COMPILED
#include <automix/pomdp/detail/value_function_inl.hpp>
#endif
