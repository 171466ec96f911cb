// SPDX-License-Identifier: Apache-2.0
// Backward induction over the beliefs that can be reached from the initial one: the exact value where the horizon is
// finite, or these beliefs are finitely many, and a rigorous interval otherwise, in which beliefs that were not expanded
// stand between the blind policies and the fast informed bound: never farther apart than twice the tail
// gamma^h max|R| / (1 - gamma) of cutting after h steps. O(reachable beliefs * successors) a sweep.
#pragma once

#include <automix/core/error.hpp>
#include <automix/pomdp/belief_bounds.hpp>
#include <automix/pomdp/solution.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

namespace automix::pomdp {

struct ExactOptions {
    StopOptions stop{};
    int horizon = 0;             ///< steps; 0: unlimited
    int belief_limit = 100'000;  ///< beliefs to expand at most
};

namespace detail {

/// The exact solver calls back after as many beliefs, so that it can be stopped within a long sweep.
inline constexpr int beliefs_between_reports = 1000;

}  // namespace detail

/// Where time runs out or the callback says so the bounds hold all the same, only wider. Throws `ArgumentError` for a
/// horizon that makes no sense (see `require_horizon`), and where a finite one reaches more beliefs than the limit.
template <pomdp_model M>
Solution solve_exact(const M& model, const ExactOptions& options = {}) {
    BeliefBounds<M> bounds(model, options.horizon);
    Progress progress;
    std::optional<Stopped> interruption;
    int looked_at = 0;
    const auto interrupted = [&] {
        if (interruption) return true;
        if (bounds.seconds() >= options.stop.time_limit) {
            interruption = Stopped::time;
        } else if (++looked_at % detail::beliefs_between_reports == 0 && options.stop.on_progress) {
            bounds.report(progress);
            if (!options.stop.on_progress(progress)) interruption = Stopped::callback;
        }
        return interruption.has_value();
    };
    int reached = 0;
    for (; reached < bounds.tree().size() && !interrupted(); ++reached) {
        if (bounds.ended(reached)) continue;
        if (bounds.tree().opened() == options.belief_limit) break;
        bounds.open(reached);
        bounds.expand(reached);
    }
    if (options.horizon > 0 && reached < bounds.tree().size() && !interruption) {
        throw ArgumentError("exact solver: more than " + std::to_string(options.belief_limit) +
                            " beliefs within the horizon; raise the limit or take another solver");
    }
    for (;;) {
        double change = 0.0;
        for (int node = reached; node-- > 0 && !interrupted();) {
            if (bounds.tree().opened(node)) change = std::max(change, bounds.back_up(node));
        }
        if (interruption) return bounds.finish(progress.iterations, *interruption);
        bounds.prune();
        ++progress.iterations;
        bounds.report(progress);
        if (options.horizon > 0) return bounds.finish(progress.iterations, Stopped::horizon);
        const double rounding = 1e-13 * std::max({1e-3, std::abs(progress.lower), std::abs(progress.upper)});
        if (change <= rounding) return bounds.finish(progress.iterations, Stopped::converged);
        if (const auto why = bounds.stop(progress, options.stop)) {
            return bounds.finish(progress.iterations, *why);
        }
    }
}

}  // namespace automix::pomdp
