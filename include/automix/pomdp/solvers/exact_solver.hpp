// SPDX-License-Identifier: Apache-2.0
// Backward induction over the beliefs that can be reached from the initial one. It gives the exact value if the horizon
// is finite or these beliefs are finitely many, and a rigorous interval otherwise. Beliefs that were not expanded take
// the blind policies and the fast informed bound as their bounds. These differ by at most twice the tail gamma^h max|R|
// / (1 - gamma) of cutting after h steps. A sweep follows whenever the number of beliefs has doubled, so that bounds
// improve from the start. O(reachable beliefs * successors) a sweep.
#pragma once

#include <automix/core/error.hpp>
#include <automix/pomdp/detail/belief_bounds.hpp>
#include <automix/pomdp/solution.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

namespace automix::pomdp {

struct ExactOptions {
    StopOptions stop{};
    int horizon = 0;             ///< steps; 0: unlimited
    int belief_limit = 100'000;  ///< maximum number of beliefs to expand, if memory suffices
};

namespace detail {

template <pomdp_model M>
class Exact {
 public:
    Exact(const M& model, const ExactOptions& options)
        : options_((require_some("belief limit", options.belief_limit), options)),
          bounds_(model, options.horizon, options.stop) {}

    Solution solve() {
        bounds_.report(progress_);
        if (const auto why = stop()) return bounds_.finish(0, *why);
        for (int target = first_beliefs;;
             target = target < options_.belief_limit / 2 ? 2 * target : options_.belief_limit) {
            expand(std::min(target, options_.belief_limit));
            const double change = sweep();
            if (interruption_) return bounds_.finish(progress_.iterations, *interruption_);
            bounds_.prune();
            ++progress_.iterations;
            bounds_.report(progress_);
            const bool all = reached_ == bounds_.tree().size();
            if (options_.horizon > 0 && (all || full())) return finish_horizon(all);
            const double rounding =
                1e-13 * std::max({1e-3, std::abs(progress_.lower), std::abs(progress_.upper)});
            if ((all || full()) && change <= rounding)
                return bounds_.finish(progress_.iterations, Stopped::converged);
            if (const auto why = stop()) return bounds_.finish(progress_.iterations, *why);
        }
    }

 private:
    static constexpr int first_beliefs = 250;
    /// Number of beliefs between calls of the callback, so that it can stop a long sweep.
    static constexpr int beliefs_between_reports = 1000;

    bool interrupted() {
        if (interruption_) return true;
        if (bounds_.late()) {
            interruption_ = Stopped::time;
        } else if (++looked_at_ % beliefs_between_reports == 0 && options_.stop.on_progress) {
            bounds_.report(progress_);
            if (!options_.stop.on_progress(progress_)) interruption_ = Stopped::callback;
        }
        return interruption_.has_value();
    }

    /// Returns the reason to stop after a sweep. A finite horizon is solved to the end, whatever the gap.
    [[nodiscard]] std::optional<Stopped> stop() const {
        const auto why = bounds_.stop(progress_);
        return options_.horizon > 0 && why == Stopped::gap ? std::nullopt : why;
    }

    /// Returns true if no more beliefs may be expanded.
    [[nodiscard]] bool full() const {
        return bounds_.tree().opened() >= options_.belief_limit || !bounds_.has_room();
    }

    /// Expands beliefs in the order in which they were met.
    void expand(int target) {
        for (; reached_ < bounds_.tree().size() && !interrupted(); ++reached_) {
            if (bounds_.ended(reached_)) continue;
            if (bounds_.tree().opened() >= target || !bounds_.has_room()) return;
            bounds_.open(reached_);
            bounds_.expand(reached_);
        }
    }

    /// Backs up the expanded beliefs, the last first. Returns the largest change.
    double sweep() {
        double change = 0.0;
        for (int node = reached_; node-- > 0 && !interrupted();) {
            if (bounds_.tree().opened(node)) change = std::max(change, bounds_.back_up(node));
        }
        return change;
    }

    Solution finish_horizon(bool all) {
        if (!all) {
            throw ArgumentError("exact solver: more than " + std::to_string(bounds_.tree().opened()) +
                                " beliefs within the horizon, more than the limit or memory holds; raise the "
                                "limit or take another solver");
        }
        const bool limited = progress_.vectors >= options_.stop.vector_limit;
        if (options_.stop.on_progress) options_.stop.on_progress(progress_);
        return bounds_.finish(progress_.iterations, limited ? Stopped::vectors : Stopped::horizon);
    }

    ExactOptions options_;
    BeliefBounds<M> bounds_;
    Progress progress_;
    std::optional<Stopped> interruption_;
    int looked_at_ = 0;
    int reached_ = 0;
};

}  // namespace detail

/// Solves a model by backward induction. If time runs out or the callback stops it, the bounds are wider but still
/// hold. Throws `DataError` for a model that `require_model` refuses. Throws `ArgumentError` for a horizon that
/// `require_horizon` refuses, for invalid options, and if a finite horizon reaches more beliefs than the limit or than
/// memory holds.
template <pomdp_model M>
Solution solve_exact(const M& model, const ExactOptions& options = {}) {
    return detail::Exact<M>(model, options).solve();
}

}  // namespace automix::pomdp
