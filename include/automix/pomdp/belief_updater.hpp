// SPDX-License-Identifier: Apache-2.0
// Updates beliefs after actions and observations:
//     b'(s') = O(o | a, s') sum_s T(s' | s, a) b(s) / P(o | b, a)     (Kaelbling, Littman, Cassandra 1998, section 3.3)
// An impossible observation is an outcome of probability 0. O(successors of the belief * observations of each).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/pomdp/belief.hpp>
#include <automix/pomdp/pomdp_model.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace automix::pomdp {

/// The belief after an observation. If the observation is impossible, its probability is 0 and the belief is empty.
struct Successor {
    int observation = 0;
    double probability = 0.0;
    Belief belief{};
};

/// The outcome of an action at a belief: its expected reward and a successor for each possible observation, ascending.
struct ActionOutcome {
    double reward = 0.0;
    std::vector<Successor> successors{};
};

/// Returns R(b, a), the mean reward of an action over the states of a belief.
template <pomdp_model M>
double expected_reward(const M& model, const Belief& belief, int action) {
    return belief.mean([&](int state) { return model.reward(state, action); });
}

/// An updater of beliefs with reused buffers; each thread needs its own. `model` must outlive it and must be accepted
/// by `require_model`.
template <pomdp_model M>
class BeliefUpdater {
 public:
    explicit BeliefUpdater(const M& model)
        : model_(model), predicted_(as_size(model.states()), 0.0), joint_(as_size(model.observations())) {}

    /// Returns a successor for each possible observation after an action, ascending. O(successors of the belief *
    /// observations of each).
    [[nodiscard]] std::vector<Successor> successors(const Belief& belief, int action) {
        predict(belief, action);
        std::vector<Successor> possible;
        seen_.clear();
        for (const int next : reached_) {
            const double weight = predicted_[as_size(next)];
            model_.for_each_observation(action, next, [&](int observation, double probability) {
                Belief& joint = joint_[as_size(observation)];
                if (joint.empty()) seen_.push_back(observation);
                joint.push_back(next, weight * probability);
            });
        }
        std::sort(seen_.begin(), seen_.end());
        for (const int observation : seen_) {
            Belief& joint = joint_[as_size(observation)];
            Successor successor = normalised(observation, joint);
            if (successor.probability > 0.0) possible.push_back(std::move(successor));
            joint = Belief();
        }
        forget();
        return possible;
    }

    /// Returns all outcomes of an action.
    [[nodiscard]] ActionOutcome outcome(const Belief& belief, int action) {
        return {expected_reward(model_, belief, action), successors(belief, action)};
    }

    /// Returns the outcomes of all actions.
    [[nodiscard]] std::vector<ActionOutcome> outcomes(const Belief& belief) {
        std::vector<ActionOutcome> all;
        for (int action = 0; action < model_.actions(); ++action) all.push_back(outcome(belief, action));
        return all;
    }

    /// Returns the belief after an action and an observation, with the probability of that observation. Requires
    /// states, action and observation of the model; their numbers are not checked.
    [[nodiscard]] Successor update(const Belief& belief, int action, int observation) {
        predict(belief, action);
        Belief joint;
        for (const int next : reached_) {
            model_.for_each_observation(action, next, [&](int seen, double probability) {
                if (seen == observation) joint.push_back(next, predicted_[as_size(next)] * probability);
            });
        }
        forget();
        return normalised(observation, joint);
    }

 private:
    /// Computes sum_s T(s' | s, a) b(s) for the states `reached_`.
    void predict(const Belief& belief, int action) {
        for (std::size_t i = 0; i < belief.size(); ++i) {
            const double weight = belief.probabilities[i];
            model_.for_each_successor(belief.states[i], action, [&](int next, double probability) {
                double& sum = predicted_[as_size(next)];
                if (sum == 0.0) reached_.push_back(next);
                sum += weight * probability;
            });
        }
        std::sort(reached_.begin(), reached_.end());
        reached_.erase(std::unique(reached_.begin(), reached_.end()), reached_.end());
    }

    void forget() {
        for (const int next : reached_) predicted_[as_size(next)] = 0.0;
        reached_.clear();
    }

    static Successor normalised(int observation, const Belief& joint) {
        Successor successor;
        successor.observation = observation;
        for (const double weight : joint.probabilities) successor.probability += weight;
        if (!(successor.probability > 0.0)) return successor;
        successor.belief.reserve(joint.size());
        for (std::size_t i = 0; i < joint.size(); ++i) {
            const double probability = joint.probabilities[i] / successor.probability;
            if (probability > 0.0) successor.belief.push_back(joint.states[i], probability);
        }
        return successor;
    }

    const M& model_;
    std::vector<double> predicted_;  ///< zero except for the states in `reached_`
    std::vector<int> reached_;
    std::vector<Belief> joint_;  ///< one for each observation, not normalised
    std::vector<int> seen_;
};

}  // namespace automix::pomdp
