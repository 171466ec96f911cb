// SPDX-License-Identifier: Apache-2.0
// What a policy reaches: by seeded simulation with a confidence interval of the mean (normal, 1.96 standard errors), or
// exactly, over the beliefs that the policy reaches, with a bound on what was cut off. Simulated runs end at the horizon,
// or once what is left of the discounted reward cannot exceed a stated share of the answer.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/random.hpp>
#include <automix/pomdp/belief.hpp>
#include <automix/pomdp/discounting.hpp>
#include <automix/pomdp/initial_bounds.hpp>
#include <automix/pomdp/policy.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace automix::pomdp {

struct SimulationOptions {
    int episodes = 1000;
    std::uint64_t seed = 0;
    double tail = 1e-6;  ///< runs are cut where the reward left is at most this
};

struct Simulation {
    double mean = 0.0;            ///< discounted reward of a run
    double standard_error = 0.0;  ///< of the mean
    double low = 0.0;             ///< 95 % interval
    double high = 0.0;
    int episodes = 0;
    int steps = 0;  ///< of every run, at most
};

namespace detail {

/// Steps after which a run of the policy has ended, or earns no more than `tail`.
template <pomdp_model M>
int steps_that_matter(const M& model, const Policy& policy, double tail) {
    if (policy.finite()) return policy.horizon();
    require_horizon(model, 0);
    if (model.discount() == 1.0) return *steps_to_end(model);
    const double magnitude = reward_range(model).magnitude() / (1.0 - model.discount());
    if (magnitude <= tail) return 1;
    return static_cast<int>(std::ceil(std::log(tail / magnitude) / std::log(model.discount())));
}

/// Samples the entry that a visitor over probabilities reaches.
template <class ForEach>
int sample(Random& random, ForEach for_each) {
    double left = random.uniform();
    int chosen = -1;
    for_each([&](int entry, double probability) {
        if (left < 0.0) return;
        chosen = entry;
        left -= probability;
    });
    return chosen;
}

/// Equal beliefs once, with their probabilities added up.
inline std::vector<std::pair<double, Belief>> merged(std::vector<std::pair<double, Belief>> beliefs) {
    const auto before = [](const auto& a, const auto& b) {
        return std::tie(a.second.states, a.second.probabilities) <
               std::tie(b.second.states, b.second.probabilities);
    };
    std::sort(beliefs.begin(), beliefs.end(), before);
    std::vector<std::pair<double, Belief>> distinct;
    for (auto& [probability, belief] : beliefs) {
        if (!distinct.empty() && distinct.back().second == belief) {
            distinct.back().first += probability;
        } else {
            distinct.emplace_back(probability, std::move(belief));
        }
    }
    return distinct;
}

}  // namespace detail

/// Runs the policy from the initial belief. Equal seeds give equal runs on every platform. Throws `ArgumentError` for fewer
/// than one episode.
template <pomdp_model M>
Simulation simulate(const M& model, const Policy& policy, const SimulationOptions& options = {}) {
    if (options.episodes < 1)
        throw ArgumentError("episodes: expected at least 1, found " + std::to_string(options.episodes));
    if (!(options.tail > 0.0))
        throw ArgumentError("tail: expected a positive number, found " + format_number(options.tail));
    Simulation result;
    result.episodes = options.episodes;
    result.steps = detail::steps_that_matter(model, policy, options.tail);
    Random random(options.seed);
    BeliefUpdater<M> updater(model);
    const Belief start = model.start();
    double squares = 0.0;
    for (int episode = 1; episode <= options.episodes; ++episode) {
        Belief belief = start;
        int state = detail::sample(random, [&](auto visit) {
            for (std::size_t i = 0; i < start.size(); ++i) visit(start.states[i], start.probabilities[i]);
        });
        double total = 0.0;
        double weight = 1.0;
        for (int step = 0; step < result.steps; ++step) {
            const int action = policy.action(belief, step);
            total += weight * model.reward(state, action);
            weight *= model.discount();
            if (step + 1 == result.steps) break;
            state =
                detail::sample(random, [&](auto visit) { model.for_each_successor(state, action, visit); });
            const int seen =
                detail::sample(random, [&](auto visit) { model.for_each_observation(action, state, visit); });
            belief = updater.update(belief, action, seen).belief;
        }
        // Welford's update of mean and sum of squares.
        const double before = total - result.mean;
        result.mean += before / episode;
        squares += before * (total - result.mean);
    }
    if (options.episodes > 1) {
        result.standard_error = std::sqrt(squares / (options.episodes - 1.0) / options.episodes);
    }
    result.low = result.mean - 1.96 * result.standard_error;
    result.high = result.mean + 1.96 * result.standard_error;
    return result;
}

/// An interval that holds the policy's value.
struct ValueInterval {
    double low = 0.0;
    double high = 0.0;
};

/// The value of the policy over the beliefs that it reaches within `steps`, and what the steps beyond can add at most.
/// Exact where runs end within. Throws `ArgumentError` where more than `belief_limit` beliefs are reached.
template <pomdp_model M>
ValueInterval evaluate_exactly(const M& model, const Policy& policy, int steps,
                               int belief_limit = 1'000'000) {
    if (policy.finite()) steps = std::min(steps, policy.horizon());
    BeliefUpdater<M> updater(model);
    std::vector<std::pair<double, Belief>> reached{{1.0, model.start()}};
    double total = 0.0;
    double weight = 1.0;
    long met = 0;
    for (int step = 0; step < steps; ++step) {
        std::vector<std::pair<double, Belief>> next;
        for (const auto& [probability, belief] : reached) {
            ActionOutcome outcome = updater.outcome(belief, policy.action(belief, step));
            total += weight * probability * outcome.reward;
            for (Successor& successor : outcome.successors) {
                next.emplace_back(probability * successor.probability, std::move(successor.belief));
            }
        }
        met += static_cast<long>(next.size());
        if (met > belief_limit) {
            throw ArgumentError("policy evaluation: more than " + std::to_string(belief_limit) +
                                " beliefs; simulate instead");
        }
        reached = detail::merged(std::move(next));
        weight *= model.discount();
    }
    const bool whole = policy.finite() && steps == policy.horizon();
    if (whole || (model.discount() == 1.0 && steps >= steps_to_end(model).value_or(steps + 1)))
        return {total, total};
    if (!policy.finite()) require_horizon(model, 0);
    const double steps_left = policy.finite() ? policy.horizon() - steps : 1.0 / (1.0 - model.discount());
    const double tail = weight * reward_range(model).magnitude() * steps_left;
    return {total - tail, total + tail};
}

}  // namespace automix::pomdp
