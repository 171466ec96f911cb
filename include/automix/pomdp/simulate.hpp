// SPDX-License-Identifier: Apache-2.0
// Evaluates a policy in two ways. Seeded simulation gives a mean with a confidence interval (normal, 1.96 standard
// errors). The exact value covers the beliefs that the policy reaches, with a bound on the part cut off. Simulated runs
// end at the horizon or by themselves. They also end once the remaining discounted reward is at most a stated share of
// the maximum of a run, max|R| / (1 - gamma). Intervals are widened by the part cut off.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/random.hpp>
#include <automix/pomdp/belief_updater.hpp>
#include <automix/pomdp/detail/discounting.hpp>
#include <automix/pomdp/detail/initial_bounds.hpp>
#include <automix/pomdp/detail/model_check.hpp>
#include <automix/pomdp/policy.hpp>
#include <automix/pomdp/reward_range.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace automix::pomdp {

/// An interval that contains a value.
struct ValueInterval {
    double low = 0.0;
    double high = 0.0;
};

struct SimulationOptions {
    int episodes = 1000;
    std::uint64_t seed = 0;
    int horizon = 0;     ///< steps of a run; 0: those of the policy, without end if it has none
    double tail = 1e-6;  ///< endless runs end if at most this share of max|R| / (1 - gamma) is left
};

struct Simulation {
    double mean = 0.0;                       ///< discounted reward of a run
    std::optional<double> standard_error{};  ///< standard error of the mean; empty for one run
    std::optional<ValueInterval>
        interval{};  ///< 95 %, and what the cut and rounding can add; empty for one run
    int episodes = 0;
    int steps = 0;  ///< maximum number of steps of a run
};

namespace detail {

/// The length to which a policy is run.
struct RunLength {
    int steps = 0;
    double uncertainty = 0.0;  ///< bound on a run's reward after these steps, and rounding
};

inline constexpr double max_steps = 1e7;

template <pomdp_model M>
RunLength run_length(const M& model, const Policy& policy, const SimulationOptions& options) {
    const double magnitude = reward_range(model).magnitude();
    const auto whole = [&](int steps) {
        return RunLength{steps, magnitude * steps * steps * std::numeric_limits<double>::epsilon()};
    };
    require_horizon(model, policy.finite() ? policy.horizon() : options.horizon);
    if (policy.finite() && options.horizon > policy.horizon()) {
        throw ArgumentError("horizon: expected at most the " + std::to_string(policy.horizon()) +
                            " steps of the policy, found " + std::to_string(options.horizon));
    }
    if (options.horizon > 0) return whole(options.horizon);
    if (policy.finite()) return whole(policy.horizon());
    if (model.discount() == 1.0) return whole(*steps_to_end(model));
    const double steps = std::max(1.0, std::ceil(std::log(options.tail) / std::log(model.discount())));
    if (steps > max_steps) {
        throw ArgumentError("discount " + format_number(model.discount()) + ": a run would take " +
                            format_number(steps) + " steps until a share of " + format_number(options.tail) +
                            " is left, expected at most " + format_number(max_steps) +
                            "; give a horizon, or a greater tail");
    }
    const double left = std::pow(model.discount(), steps) + steps * std::numeric_limits<double>::epsilon();
    return {static_cast<int>(steps), left * magnitude / (1.0 - model.discount())};
}

/// Samples an entry from a visitor over probabilities.
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

/// Merges equal beliefs and adds up their probabilities.
template <class Weighted>
std::vector<Weighted> merged(std::vector<Weighted> beliefs) {
    const auto before = [](const auto& a, const auto& b) {
        return std::tie(a.second.states, a.second.probabilities) <
               std::tie(b.second.states, b.second.probabilities);
    };
    std::sort(beliefs.begin(), beliefs.end(), before);
    std::vector<Weighted> distinct;
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

/// Runs the policy from the initial belief. Equal seeds give equal runs on every platform. Throws `ArgumentError` for
/// fewer than one episode, a tail outside (0, 1], and a policy that does not fit the model. Throws it also for a
/// horizon that is negative, longer than the policy's, missing if one is needed (see `require_horizon`), or if runs
/// would be too long. Throws `DataError` for a model that `require_model` refuses.
template <pomdp_model M>
Simulation simulate(const M& model, const Policy& policy, const SimulationOptions& options = {}) {
    if (options.episodes < 1)
        throw ArgumentError("episodes: expected at least 1, found " + std::to_string(options.episodes));
    if (options.horizon < 0)
        throw ArgumentError("horizon: expected a number of steps, found " + std::to_string(options.horizon));
    if (!(options.tail > 0.0 && options.tail <= 1.0))
        throw ArgumentError("tail: expected a share in (0, 1], found " + format_number(options.tail));
    detail::require_model(model);
    require_policy(model, policy);
    const detail::RunLength length = detail::run_length(model, policy, options);
    Simulation result;
    result.episodes = options.episodes;
    result.steps = length.steps;
    Random random(options.seed);
    BeliefUpdater<M> updater(model);
    const Belief& start = model.start();
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
        const double error = std::sqrt(squares / (options.episodes - 1.0) / options.episodes);
        const double width = 1.96 * error + length.uncertainty;
        result.standard_error = error;
        result.interval = ValueInterval{result.mean - width, result.mean + width};
    }
    return result;
}

/// Returns the value of the policy over the beliefs that it reaches within `steps`, and the maximum that further steps
/// can add. It is exact if runs end within them. Throws `ArgumentError` for negative steps, a policy that does not fit
/// the model, and a policy without finite horizon if one is needed (see `require_horizon`). Throws it also if more than
/// `belief_limit` beliefs are reached, and `DataError` for a model that `require_model` refuses.
template <pomdp_model M>
ValueInterval evaluate_exactly(const M& model, const Policy& policy, int steps,
                               int belief_limit = 1'000'000) {
    if (steps < 0) throw ArgumentError("steps: expected a number of steps, found " + std::to_string(steps));
    detail::require_model(model);
    require_policy(model, policy);
    detail::require_horizon(model, policy.horizon());
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
    const double left = policy.finite()          ? policy.horizon() - steps
                        : model.discount() < 1.0 ? 1.0 / (1.0 - model.discount())
                                                 : std::max(0, *detail::steps_to_end(model) - steps);
    const double tail = weight * reward_range(model).magnitude() * left;
    return {total - tail, total + tail};
}

}  // namespace automix::pomdp
