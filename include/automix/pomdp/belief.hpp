// SPDX-License-Identifier: Apache-2.0
// A belief over the hidden states of a POMDP, a point of the simplex. Zeros are left out, since reachable beliefs often
// cover few of the states. A mean over a belief is O(its states).
#pragma once

#include <Eigen/Core>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace automix::pomdp {

/// States with their probabilities, states ascending, probabilities positive and of sum 1.
struct Belief {
    std::vector<int> states{};
    std::vector<double> probabilities{};

    Belief() = default;

    /// Takes one probability for each state.
    explicit Belief(const Eigen::VectorXd& dense) {
        for (Eigen::Index s = 0; s < dense.size(); ++s) {
            if (dense(s) != 0.0) push_back(static_cast<int>(s), dense(s));
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return states.size(); }
    [[nodiscard]] bool empty() const noexcept { return states.empty(); }

    void reserve(std::size_t entries) {
        states.reserve(entries);
        probabilities.reserve(entries);
    }

    void push_back(int state, double probability) {
        states.push_back(state);
        probabilities.push_back(probability);
    }

    /// Returns one probability for each state.
    template <class Scalar = double>
    [[nodiscard]] Eigen::VectorX<Scalar> dense(int number_of_states) const {
        Eigen::VectorX<Scalar> result = Eigen::VectorX<Scalar>::Zero(number_of_states);
        for (std::size_t i = 0; i < size(); ++i) result(states[i]) = probabilities[i];
        return result;
    }

    /// Returns the mean of `value(state)`.
    template <class Value>
    [[nodiscard]] double mean(Value value) const {
        double sum = 0.0;
        for (std::size_t i = 0; i < size(); ++i) sum += probabilities[i] * value(states[i]);
        return sum;
    }

    friend bool operator==(const Belief&, const Belief&) = default;
};

/// Returns max_a sum_s b(s) q(s, a) for one value for each state and action. Requires one or more actions.
inline double best_mean(const Belief& belief, const Eigen::MatrixXd& q) {
    double best = -std::numeric_limits<double>::infinity();
    for (Eigen::Index action = 0; action < q.cols(); ++action)
        best = std::max(best, belief.mean([&](int state) { return q(state, action); }));
    return best;
}

}  // namespace automix::pomdp
