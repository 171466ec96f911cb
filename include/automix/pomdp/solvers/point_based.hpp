// SPDX-License-Identifier: Apache-2.0
// Point-based value iteration backs up a set of beliefs, given or grown from the initial one (PBVI: Pineau, Gordon,
// Thrun 2003). Perseus backs up beliefs in random order until each is improved (Spaan, Vlassis 2005). With a finite
// horizon each step has its own beliefs. An iteration is O(beliefs * successors * new vectors).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/pomdp/detail/belief_bounds.hpp>
#include <automix/pomdp/reward_range.hpp>
#include <automix/pomdp/solution.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace automix::pomdp {

struct PointBasedOptions {
    StopOptions stop{};
    int horizon = 0;    ///< steps; 0: unlimited
    int beliefs = 200;  ///< size that the set grows to, at each step of a finite horizon
    /// The solver has converged if its set grows no further and no bound at these beliefs changes by more than this in
    /// an iteration. By default the changes still to come then add up to about a tenth of `stop.gap`. The default is at
    /// least 1e-13 times the largest reward, as smaller changes are rounding.
    std::optional<double> tolerance{};
    std::uint64_t seed = 0;  ///< seed of growth and of Perseus' order
};

namespace detail {

/// The order in which an iteration visits the beliefs of a step.
enum class Sweep : std::uint8_t { all, perseus };

/// Returns the L1 distance of two beliefs: the sum of the differences of their probabilities.
double distance(const Belief& a, const Belief& b);

/// Throws `ArgumentError` unless these are probabilities of sum 1 over states of the model, ascending.
void require_belief(const Belief& belief, int states);

template <pomdp_model M>
class PointBased {
 public:
    /// Grows the set from the initial belief.
    PointBased(const M& model, const PointBasedOptions& options, Sweep sweep)
        : PointBased(model, options, sweep, true) {}

    /// Takes these beliefs and the initial one, at every step.
    PointBased(const M& model, const std::vector<Belief>& beliefs, const PointBasedOptions& options,
               Sweep sweep)
        : PointBased(model, options, sweep, false) {
        for (const Belief& belief : beliefs) require_belief(belief, model.states());
        for (std::size_t step = 0; step < sets_.size(); ++step) {
            for (const Belief& belief : beliefs) {
                if (late()) return;
                include(bounds_.add(belief, static_cast<int>(step)));
            }
        }
    }

    Solution solve() {
        return bounds_.iterate([&](const Progress& progress) -> std::optional<Stopped> {
            double change = 0.0;
            for (std::size_t step = sets_.size(); step-- > 0;) {
                const std::vector<int>& set = sets_[step];
                change = std::max(change, sweep_ == Sweep::all ? sweep_all(set) : sweep_perseus(set));
            }
            const bool settled = change <= tolerance_;
            if (late() || (!settled && (progress.iterations + 1) % sweeps_between_growth != 0))
                return std::nullopt;
            if ((grows_ && grow()) || !settled) return std::nullopt;
            return Stopped::converged;
        });
    }

 private:
    static constexpr int sweeps_between_growth = 5;

    PointBased(const M& model, const PointBasedOptions& options, Sweep sweep, bool grows)
        : options_((require_some("beliefs", options.beliefs), options)),
          sweep_(sweep),
          random_(options.seed),
          bounds_(model, options.horizon, options.stop),
          tolerance_(options.tolerance.value_or(default_tolerance(model, options))),
          grows_(grows),
          sets_(as_size(std::max(1, options.horizon))) {
        require_not_negative("tolerance", tolerance_);
        bounds_.set_worth(0.1 * tolerance_);
        if (!late()) include(0);
    }

    static double default_tolerance(const M& model, const PointBasedOptions& options) {
        const double discounted = 1.0 - model.discount();  // share of the remaining change, per iteration
        const double share = options.horizon > 0 ? std::max(discounted, 1.0 / options.horizon) : discounted;
        return std::max(0.1 * options.stop.gap * share, 1e-13 * reward_range(model).magnitude());
    }

    /// Adds a belief to the set of its step, unless it is in the set or after the last step.
    void include(int node) {
        if (bounds_.ended(node)) return;
        if (as_size(node) >= included_.size()) included_.resize(as_size(node) + 1, false);
        if (included_[as_size(node)]) return;
        included_[as_size(node)] = true;
        bounds_.open(node);
        bounds_.expand(node);
        sets_[as_size(bounds_.tree()[node].step)].push_back(node);
    }

    [[nodiscard]] bool late() const { return bounds_.late(); }

    /// Backs up all beliefs of a set, the newest first. Returns the largest change of a bound.
    double sweep_all(const std::vector<int>& set) {
        double change = 0.0;
        for (auto node = set.rbegin(); node != set.rend() && !late(); ++node)
            change = std::max(change, bounds_.back_up(*node));
        return change;
    }

    /// Backs up beliefs of a set in random order until the lower bound at each has risen or the belief was backed up.
    /// Returns the largest change of a bound.
    double sweep_perseus(const std::vector<int>& set) {
        double change = 0.0;
        std::vector<double> before;
        std::vector<std::size_t> waiting;
        for (std::size_t i = 0; i < set.size() && !late(); ++i) {
            before.push_back(bounds_.lower(set[i]));
            waiting.push_back(i);
        }
        while (!waiting.empty() && !late()) {
            const std::size_t chosen = waiting[random_.index(waiting.size())];
            change = std::max(change, bounds_.back_up(set[chosen]));
            std::erase_if(waiting,
                          [&](std::size_t i) { return i == chosen || bounds_.lower(set[i]) > before[i]; });
        }
        return change;
    }

    /// Adds one successor of each belief to the set of its step, as long as that is not full. Samples a successor for
    /// each action and adds the one that is farthest from the set. If no belief was added, does the same with all
    /// successors in place of samples. Returns false if still none was added.
    bool grow() { return grow(false) || grow(true); }

    /// Grows the sets once, from all successors of each belief or from one sampled for each action.
    bool grow(bool among_all) {
        bool grown = false;
        for (std::size_t step = 0; step < sets_.size(); ++step) {
            const std::size_t next = options_.horizon > 0 ? step + 1 : step;
            if (next == sets_.size()) break;
            const std::vector<int> from = sets_[step];
            for (const int node : from) {
                if (static_cast<int>(sets_[next].size()) >= options_.beliefs) break;
                if (late() || !bounds_.has_room()) return grown;
                const int farthest = farthest_successor(node, sets_[next], among_all);
                if (farthest < 0) continue;
                include(farthest);
                grown = true;
            }
        }
        return grown;
    }

    /// Returns the successor of a belief with the largest L1 distance to its nearest belief in `set`; -1 if all are
    /// within 1e-12 of the set.
    int farthest_successor(int node, const std::vector<int>& set, bool among_all) {
        const BeliefTree<M>& tree = bounds_.tree();
        double greatest = 1e-12;
        int chosen = -1;
        const auto consider = [&](int successor) {
            const Belief& belief = bounds_.belief(successor);
            double nearest = std::numeric_limits<double>::infinity();
            for (const int known : set) nearest = std::min(nearest, distance(tree[known].belief, belief));
            if (nearest > greatest) {
                greatest = nearest;
                chosen = successor;
            }
        };
        for (const Branch& branch : tree[node].branches) {
            if (among_all) {
                for (const Edge& edge : branch.edges) consider(edge.to);
            } else {
                consider(sample(branch));
            }
        }
        return chosen;
    }

    /// Returns a successor by an action, drawn by its probability.
    int sample(const Branch& branch) {
        double left = random_.uniform();
        for (const Edge& edge : branch.edges) {
            left -= edge.probability;
            if (left < 0.0) return edge.to;
        }
        return branch.edges.back().to;
    }

    PointBasedOptions options_;
    Sweep sweep_;
    Random random_;
    BeliefBounds<M> bounds_;
    double tolerance_;
    bool grows_;
    std::vector<std::vector<int>> sets_;  ///< beliefs of each step; one set for an unlimited horizon
    std::vector<bool> included_;
};

}  // namespace detail

/// Solves a model by PBVI on a set grown from the initial belief, as far as memory for beliefs suffices. Throws
/// `DataError` for a model that `require_model` refuses. Throws `ArgumentError` for a horizon that `require_horizon`
/// refuses and for invalid options.
template <pomdp_model M>
Solution solve_pbvi(const M& model, const PointBasedOptions& options = {}) {
    return detail::PointBased<M>(model, options, detail::Sweep::all).solve();
}

/// Solves a model by PBVI on these beliefs and the initial one, whatever `options.beliefs` says. Throws also
/// `ArgumentError` for an invalid belief of the model.
template <pomdp_model M>
Solution solve_pbvi(const M& model, const std::vector<Belief>& beliefs,
                    const PointBasedOptions& options = {}) {
    return detail::PointBased<M>(model, beliefs, options, detail::Sweep::all).solve();
}

/// Solves a model by Perseus on a set grown like that of PBVI. Throws as PBVI does.
template <pomdp_model M>
Solution solve_perseus(const M& model, const PointBasedOptions& options = {}) {
    return detail::PointBased<M>(model, options, detail::Sweep::perseus).solve();
}

/// Solves a model by Perseus on these beliefs and the initial one. Throws as PBVI does.
template <pomdp_model M>
Solution solve_perseus(const M& model, const std::vector<Belief>& beliefs,
                       const PointBasedOptions& options = {}) {
    return detail::PointBased<M>(model, beliefs, options, detail::Sweep::perseus).solve();
}

}  // namespace automix::pomdp

#ifndef AUTOMIX_COMPILED
#include <automix/pomdp/solvers/detail/point_based_inl.hpp>
#endif
