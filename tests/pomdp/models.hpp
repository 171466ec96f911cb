// SPDX-License-Identifier: Apache-2.0
// Small POMDPs for tests: the tiger problem by hand and random ones; and their values by brute force over histories, in
// dense vectors, sharing no code with the solvers.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/pomdp/belief.hpp>
#include <automix/pomdp/belief_updater.hpp>
#include <automix/pomdp/model.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace models {

/// Two states, the first with this probability.
inline automix::pomdp::Belief pair(double first) {
    return automix::pomdp::Belief(Eigen::Vector2d(first, 1.0 - first));
}

/// A point of the simplex; some of its entries are 0.
inline Eigen::VectorXd random_distribution(automix::Random& random, int size) {
    Eigen::VectorXd row(size);
    do {
        for (int i = 0; i < size; ++i) row(i) = random.bernoulli(0.3) ? 0.0 : random.uniform();
    } while (row.sum() < 0.1);
    return row / row.sum();
}

inline Eigen::MatrixXd random_rows(automix::Random& random, int rows, int columns) {
    Eigen::MatrixXd matrix(rows, columns);
    for (int r = 0; r < rows; ++r) matrix.row(r) = random_distribution(random, columns).transpose();
    return matrix;
}

/// The tables of a model in dense matrices.
struct Dense {
    std::vector<Eigen::MatrixXd> transitions{};   ///< for each action
    std::vector<Eigen::MatrixXd> observations{};  ///< for each action
    Eigen::MatrixXd rewards{};
    Eigen::VectorXd start{};
    double discount = 0.95;

    [[nodiscard]] automix::pomdp::Model model() const {
        automix::pomdp::ModelTables tables;
        for (const auto& matrix : transitions) tables.transitions.emplace_back(matrix);
        for (const auto& matrix : observations) tables.observations.emplace_back(matrix);
        tables.rewards = rewards;
        tables.start = start;
        tables.discount = discount;
        return automix::pomdp::Model(std::move(tables));
    }
};

/// The tiger problem of Cassandra, Kaelbling and Littman (1994): listen, open left, open right.
inline Dense dense_tiger(double discount = 0.95) {
    const Eigen::MatrixXd even = Eigen::MatrixXd::Constant(2, 2, 0.5);
    Eigen::MatrixXd heard(2, 2);
    heard << 0.85, 0.15, 0.15, 0.85;
    Dense dense;
    dense.transitions = {Eigen::MatrixXd::Identity(2, 2), even, even};
    dense.observations = {heard, even, even};
    dense.rewards.resize(2, 3);
    dense.rewards << -1.0, -100.0, 10.0, -1.0, 10.0, -100.0;
    dense.start = Eigen::Vector2d(0.5, 0.5);
    dense.discount = discount;
    return dense;
}

inline automix::pomdp::Model tiger(double discount = 0.95) { return dense_tiger(discount).model(); }

/// 2 to 4 states, 2 or 3 actions and observations, rewards in [-1, 1].
inline Dense random_model(automix::Random& random, double discount) {
    const auto between = [&](int low, int high) {
        return low + static_cast<int>(random.index(static_cast<std::uint64_t>(high - low + 1)));
    };
    const int states = between(2, 4);
    const int actions = between(2, 3);
    const int observations = between(2, 3);
    Dense dense;
    for (int a = 0; a < actions; ++a) {
        dense.transitions.push_back(random_rows(random, states, states));
        dense.observations.push_back(random_rows(random, states, observations));
    }
    dense.rewards =
        Eigen::MatrixXd::NullaryExpr(states, actions, [&] { return 2.0 * random.uniform() - 1.0; });
    dense.start = random_distribution(random, states);
    dense.discount = discount;
    return dense;
}

/// One action a row of ways: from each state to each of the listed ones, evenly; rewards 1 but in the states that pay 0.
/// Runs begin in all states but the `unreached`, which come last.
inline automix::pomdp::Model graph(const std::vector<std::vector<std::vector<int>>>& ways,
                                   const std::vector<int>& unpaid, Eigen::Index unreached = 0) {
    const auto states = static_cast<Eigen::Index>(ways.front().size());
    Dense dense;
    for (const auto& action : ways) {
        dense.transitions.emplace_back(Eigen::MatrixXd::Zero(states, states));
        dense.observations.emplace_back(Eigen::MatrixXd::Ones(states, 1));
        for (std::size_t s = 0; s < action.size(); ++s) {
            for (const int to : action[s]) {
                dense.transitions.back()(static_cast<Eigen::Index>(s), to) =
                    1.0 / static_cast<double>(action[s].size());
            }
        }
    }
    dense.rewards = Eigen::MatrixXd::Ones(states, static_cast<Eigen::Index>(ways.size()));
    for (const int state : unpaid) dense.rewards.row(state).setZero();
    dense.start = Eigen::VectorXd::Zero(states);
    dense.start.head(states - unreached).setConstant(1.0 / static_cast<double>(states - unreached));
    dense.discount = 1.0;
    return dense.model();
}

/// The optimal value of `steps` more steps, by trying every action after every history; `belief` need not be normalised,
/// the value is then scaled alike.
inline double brute_force(const Dense& dense, const Eigen::VectorXd& belief, int steps) {
    if (steps == 0 || belief.sum() <= 0.0) return 0.0;
    double best = -std::numeric_limits<double>::infinity();
    for (std::size_t a = 0; a < dense.transitions.size(); ++a) {
        double value = belief.dot(dense.rewards.col(static_cast<Eigen::Index>(a)));
        const Eigen::VectorXd reached = dense.transitions[a].transpose() * belief;
        for (Eigen::Index o = 0; o < dense.observations[a].cols(); ++o) {
            const Eigen::VectorXd joint = reached.cwiseProduct(dense.observations[a].col(o));
            value += dense.discount * brute_force(dense, joint, steps - 1);
        }
        best = std::max(best, value);
    }
    return best;
}

}  // namespace models
