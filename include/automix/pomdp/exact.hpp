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

/// Where time runs out the bounds hold all the same, only wider. Throws `ArgumentError` for a horizon that makes no sense
/// (see `require_horizon`), and where a finite one reaches more beliefs than the limit.
template <pomdp_model M>
Solution solve_exact(const M& model, const ExactOptions& options = {}) {
    BeliefBounds<M> bounds(model, options.horizon);
    const auto late = [&] { return bounds.seconds() >= options.stop.time_limit; };
    int reached = 0;
    for (; reached < bounds.tree().size() && !late(); ++reached) {
        if (bounds.ended(reached)) continue;
        if (bounds.tree().opened() == options.belief_limit) break;
        bounds.open(reached);
        bounds.expand(reached);
    }
    if (options.horizon > 0 && reached < bounds.tree().size() && !late()) {
        throw ArgumentError("exact solver: more than " + std::to_string(options.belief_limit) +
                            " beliefs within the horizon; raise the limit or take another solver");
    }
    Progress progress;
    for (;;) {
        double change = 0.0;
        for (int node = reached; node-- > 0 && !late();) {
            if (bounds.tree().opened(node)) change = std::max(change, bounds.back_up(node));
        }
        bounds.prune();
        ++progress.iterations;
        bounds.report(progress);
        if (late()) return bounds.finish(progress.iterations, Stopped::time);
        if (options.horizon > 0) return bounds.finish(progress.iterations, Stopped::horizon);
        const double rounding = 1e-13 * std::max({1e-3, std::abs(progress.lower), std::abs(progress.upper)});
        if (change <= rounding) return bounds.finish(progress.iterations, Stopped::converged);
        if (const auto why = bounds.stop(progress, options.stop)) {
            return bounds.finish(progress.iterations, *why);
        }
    }
}

}  // namespace automix::pomdp
