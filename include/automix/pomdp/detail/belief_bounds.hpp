// SPDX-License-Identifier: Apache-2.0
// Bounds on the value at the beliefs that a solver has met. All solvers use them and differ only in the beliefs that
// they back up and in their order. A backup adds an alpha vector and a point of the upper bound if they improve on the
// known bounds. So at every belief the lower bound never falls and the upper bound never rises. A vector is removed
// only if another one is at least as high in every state, so each vector is the backup of present vectors. Hence the
// greedy policy earns at least the lower bound from every belief. Refreshing a belief looks only at vectors and points
// that are new since the last time.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/pomdp/detail/backup.hpp>
#include <automix/pomdp/detail/belief_tree.hpp>
#include <automix/pomdp/detail/discounting.hpp>
#include <automix/pomdp/detail/initial_bounds.hpp>
#include <automix/pomdp/detail/model_check.hpp>
#include <automix/pomdp/detail/stage_bounds.hpp>
#include <automix/pomdp/detail/upper_bound.hpp>
#include <automix/pomdp/policy.hpp>
#include <automix/pomdp/reward_range.hpp>
#include <automix/pomdp/solution.hpp>
#include <automix/pomdp/value_function.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace automix::pomdp::detail {

template <pomdp_model M>
class BeliefBounds {
 public:
    /// Prepares bounds for that many steps, or for an unlimited horizon (0). Spends at most half of the time limit on
    /// initial bounds. Throws `DataError` for a model that `require_model` refuses. Throws `ArgumentError` for a
    /// horizon that `require_horizon` refuses and for options that `require_stop` refuses.
    BeliefBounds(const M& model, int horizon, const StopOptions& options = {},
                 std::size_t entries_kept = BeliefTree<M>::default_entries_kept)
        : model_((require_model(model), require_horizon(model, horizon), require_stop(options), model)),
          horizon_(horizon),
          options_(options),
          rewards_(reward_range(model)),
          tree_(model, horizon > 0, entries_kept) {
        prepare_stages();
        prepare_nodes();
    }

    [[nodiscard]] const BeliefTree<M>& tree() const noexcept { return tree_; }

    /// Returns a belief. The reference is valid until a belief is met, opened, expanded or backed up.
    [[nodiscard]] const Belief& belief(int node) { return tree_.belief(node); }

    /// Returns true for a belief after the last step.
    [[nodiscard]] bool ended(int node) const { return horizon_ > 0 && tree_[node].step == horizon_; }

    /// Returns the number of a belief at a step. Adds the belief if it is new.
    int add(Belief belief, int step = 0) {
        const int node = tree_.add(std::move(belief), step);
        prepare_nodes();
        return node;
    }

    /// Prepares a belief that has not ended for backups, which expand its actions on demand.
    void open(int node) { tree_.open(node); }

    /// Finds the successors of an opened belief by an action, or by all actions.
    void expand(int node, int action) {
        tree_.expand(node, action);
        prepare_nodes();
        tree_.drop_stale();
    }
    void expand(int node) {
        for (int action = 0; action < model_.actions(); ++action) expand(node, action);
    }

    /// Returns the lower bound at a belief, after a look at the vectors that are new since its last one; 0 after the
    /// last step.
    double lower(int node) {
        Known& known = known_[as_size(node)];
        if (ended(node)) return 0.0;
        Stage& stage = stage_of(node);
        const ValueFunction& vectors = stage.vectors();
        if (known.lower_version != stage.lower_version) {
            known.lower_version = stage.lower_version;
            known.vectors_seen = 0;
        }
        if (known.vectors_seen < vectors.size()) {
            const BestVector best = vectors.best(tree_.belief(node), known.vectors_seen);
            if (known.vectors_seen == 0 || best.value > known.lower) {
                if (best.value != known.lower) ++changes_;
                known.lower = best.value;
                known.vector = best.vector;
            }
            known.vectors_seen = vectors.size();
        }
        return known.lower;
    }

    /// Returns the upper bound at a belief, after a look at the points that are new since its last one; 0 after the
    /// last step.
    double upper(int node) {
        Known& known = known_[as_size(node)];
        if (ended(node)) return 0.0;
        UpperBound& bound = stage_of(node).upper;
        if (known.points_seen < bound.points()) {
            const double fresh = bound.sawtooth(tree_.belief(node), known.points_seen);
            if (fresh < known.upper) {
                known.upper = fresh;
                ++changes_;
            }
            known.points_seen = bound.points();
        }
        return known.upper;
    }

    /// An action and its value by a bound.
    struct ActionValue {
        int action = 0;
        double value = 0.0;
    };

    /// Returns the action of the highest upper bound at an opened belief. The last known bounds of successors are still
    /// upper bounds, and so is the fast informed bound if there are no successors yet. So only actions that come out
    /// highest are refreshed.
    ActionValue best_upper(int node) {
        std::vector<double>& values = scratch_;
        values.clear();
        for (int action = 0; action < model_.actions(); ++action) values.push_back(known_upper(node, action));
        for (std::size_t fresh = values.size();;) {
            const auto top = as_size(std::max_element(values.begin(), values.end()) - values.begin());
            if (top == fresh) return {static_cast<int>(top), values[top]};
            expand(node, static_cast<int>(top));
            values[top] = std::min(
                values[top], q(branch(node, static_cast<int>(top)), [this](int to) { return upper(to); }));
            fresh = top;
        }
    }

    /// Returns a high lower bound at an opened belief: that of `promising`, or of the expanded action that is best by
    /// the known bounds of successors. Requires that `promising` is expanded.
    ActionValue good_lower(int node, int promising) {
        int best = promising;
        double best_value = known_lower(branch(node, promising));
        for (int action = 0; action < model_.actions(); ++action) {
            if (!branch(node, action).expanded()) continue;
            if (const double value = known_lower(branch(node, action)); value > best_value) {
                best_value = value;
                best = action;
            }
        }
        const auto refreshed = [&](int action) {
            return ActionValue{action, q(branch(node, action), [this](int to) { return lower(to); })};
        };
        const ActionValue choice = refreshed(promising);
        if (best == promising) return choice;
        const ActionValue other = refreshed(best);
        return other.value > choice.value ? other : choice;
    }

    /// Backs up both bounds at an opened belief, only the upper one if the limit of vectors is reached. Returns the
    /// larger of the two changes.
    double back_up(int node) {
        const ActionValue above = best_upper(node);
        const ActionValue below = good_lower(node, above.action);
        double change = 0.0;
        if (const double drop = upper(node) - above.value; drop > worth_) {
            change = drop;
            known_[as_size(node)].upper = above.value;
            ++changes_;
            stage_of(node).upper.add(tree_[node].belief, above.value);
        }
        if (const double rise = below.value - lower(node);
            rise > worth_ && vectors_ < options_.vector_limit) {
            change = std::max(change, rise);
            add_vector(node, below.action);
        }
        tree_.drop_stale();
        return change;
    }

    /// Sets the change of a bound that a backup must exceed to be kept from now on. Initially it is 0.
    void set_worth(double worth) { worth_ = worth; }

    /// Returns a count that grows with each new belief and each improved bound.
    [[nodiscard]] std::int64_t changes() const noexcept {
        return changes_ + tree_.size() + tree_.opened() + tree_.expansions();
    }

    /// Removes useless vectors and points, if enough are new since the last time and time remains.
    void prune() {
        for (std::size_t step = 0; step < stages_.size() && !late(); ++step) {
            if (!stages_[step]) continue;
            const Stage& stage = *stages_[step];
            if (stage.vectors().size() > 100 + 2 * stage.vectors_kept) prune_vectors(static_cast<int>(step));
            if (stage.upper.points() > 100 + 3 * stage.points_kept / 2) prune_points(static_cast<int>(step));
        }
    }

    /// Returns true once the time limit has passed.
    [[nodiscard]] bool late() const { return watch_.seconds() >= options_.time_limit; }

    /// Returns true while there is memory for more beliefs.
    [[nodiscard]] bool has_room() const noexcept {
        return tree_.bytes() + known_.capacity() * sizeof(Known) <= bytes_of_beliefs;
    }

    /// Reports the bounds at the initial belief, and sizes. Bounds that cross by more than rounding are reported
    /// unchanged.
    void report(Progress& progress) {
        progress.lower = lower(0);
        progress.upper = upper(0);
        const double rounding =
            1e-10 * std::max({rewards_.magnitude(), std::abs(progress.lower), std::abs(progress.upper)});
        if (progress.upper >= progress.lower - rounding)
            progress.upper = std::max(progress.lower, progress.upper);
        progress.beliefs = tree_.opened();
        progress.vectors = vectors_;
        progress.seconds = watch_.seconds();
    }

    /// Returns the reason to stop now; nothing if there is none.
    [[nodiscard]] std::optional<Stopped> stop(const Progress& progress) const {
        if (called_off_) return Stopped::callback;
        if (progress.gap() <= options_.gap) return Stopped::gap;
        if (progress.seconds >= options_.time_limit) return Stopped::time;
        if (progress.vectors >= options_.vector_limit) return Stopped::vectors;
        if (options_.on_progress && !options_.on_progress(progress)) return Stopped::callback;
        return std::nullopt;
    }

    /// Calls `improve(progress)` until there is a reason to stop. `improve` may return a reason as well, or nothing to
    /// go on.
    template <class Improve>
    Solution iterate(Improve improve) {
        Progress progress;
        for (;;) {
            report(progress);
            if (const auto why = stop(progress)) return finish(progress.iterations, *why);
            const std::optional<Stopped> why = improve(progress);
            prune();
            ++progress.iterations;
            if (why) return finish(progress.iterations, *why);
        }
    }

    /// Returns the solution, with the vectors moved into its policy.
    Solution finish(int iterations, Stopped why) {
        Solution solution;
        report(solution);
        solution.iterations = iterations;
        solution.stopped = why;
        std::vector<std::shared_ptr<const ValueFunction>> steps;
        for (std::size_t step = 0; step < stages_.size(); ++step) {
            std::optional<Stage>& stage = stages_[step];
            if (stage && stage->own) {
                steps.push_back(std::make_shared<const ValueFunction>(std::move(*stage->own)));
            } else {
                steps.push_back(starts_[step].lower);
            }
        }
        solution.policy = horizon_ > 0 ? Policy(std::move(steps)) : Policy(*steps.front());
        return solution;
    }

 private:
    /// Memory limit of beliefs, in bytes. Vectors and points need memory in addition.
    static constexpr std::size_t bytes_of_beliefs = 250'000'000;

    /// Both bounds at one step; an unlimited horizon has one stage.
    struct Stage {
        explicit Stage(const StageStart& start) : begin(start.lower), upper(start.upper) {}

        [[nodiscard]] const ValueFunction& vectors() const { return own ? *own : *begin; }
        /// Returns the vectors of this step, to be changed for it alone.
        ValueFunction& own_vectors() {
            if (!own) own = *begin;
            return *own;
        }

        /// The initial vectors, shared by steps.
        std::shared_ptr<const ValueFunction> begin;
        /// A copy of them with the vectors added at this step; nothing before the first.
        std::optional<ValueFunction> own{};
        UpperBound upper;
        int lower_version = 0;  ///< counts prunings
        int vectors_kept = 0;   ///< vectors left by the last pruning
        int points_kept = 0;
    };

    /// The known bounds at a belief.
    struct Known {
        double lower = 0.0;
        double upper = 0.0;
        int vector = 0;  ///< the vector of `lower`
        int vectors_seen = 0;
        int lower_version = 0;
        int points_seen = 0;
    };

    Stage& stage_of(int node) { return *stages_[as_size(tree_[node].step)]; }

    void prepare_stages() {
        double shown = 0.0;
        starts_ = stage_starts(model_, horizon_, [&] {
            const double seconds = watch_.seconds();
            if (options_.on_progress && seconds >= shown + seconds_between_reports) {
                shown = seconds;
                called_off_ = called_off_ || !options_.on_progress(first_progress(seconds));
            }
            return !called_off_ && seconds < 0.5 * options_.time_limit;
        });
        stages_.resize(starts_.size());
        for (const StageStart& start : starts_) vectors_ += start.lower->size();
    }

    /// Returns progress while initial bounds are computed: bounds by the rewards alone.
    [[nodiscard]] Progress first_progress(double seconds) const {
        const double discount = model_.discount();
        double steps = horizon_;
        if (discount < 1.0) {
            steps = (1.0 - (horizon_ > 0 ? std::pow(discount, horizon_) : 0.0)) / (1.0 - discount);
        } else if (horizon_ == 0) {
            steps = steps_to_end(model_).value_or(0);
        }
        Progress progress;
        // Runs may end early if there is no discount.
        progress.lower = steps * (discount < 1.0 ? rewards_.least : std::min(0.0, rewards_.least));
        progress.upper = steps * (discount < 1.0 ? rewards_.greatest : std::max(0.0, rewards_.greatest));
        progress.seconds = seconds;
        return progress;
    }

    void prepare_nodes() {
        for (int node = static_cast<int>(known_.size()); node < tree_.size(); ++node) {
            Known fresh;
            if (!ended(node)) {
                const std::size_t step = as_size(tree_[node].step);
                if (!stages_[step]) stages_[step].emplace(starts_[step]);
                fresh.upper = stages_[step]->upper.base(tree_[node].belief);
                fresh.lower = starts_[step].lower->best(tree_[node].belief).value;
            }
            known_.push_back(fresh);
        }
    }

    [[nodiscard]] const Branch& branch(int node, int action) const {
        return tree_[node].branches[as_size(action)];
    }

    /// Returns the upper bound of an action by the last known bounds of its successors; the fast informed bound if they
    /// are unknown.
    double known_upper(int node, int action) {
        const Branch& known = branch(node, action);
        if (known.expanded()) return q(known, [this](int to) { return known_[as_size(to)].upper; });
        return stage_of(node).upper.base(tree_[node].belief, action);
    }
    /// Returns the lower bound of an action by the last known bounds of its successors.
    double known_lower(const Branch& branch) {
        return q(branch, [this](int to) { return known_[as_size(to)].lower; });
    }

    /// Returns the expected reward of an action plus the discounted mean of `value(successor)`.
    template <class Value>
    double q(const Branch& branch, Value value) {
        double sum = 0.0;
        for (const Edge& edge : branch.edges) sum += edge.probability * value(edge.to);
        return branch.reward + model_.discount() * sum;
    }

    /// Adds the alpha vector of an action at a belief, followed by the best known vector at each successor.
    void add_vector(int node, int action) {
        ++vectors_;
        ++changes_;
        const Branch& branch = tree_[node].branches[as_size(action)];
        if (ended(branch.edges.front().to)) {
            AlphaVector last{Eigen::VectorXd(model_.states()), action};
            for (int s = 0; s < model_.states(); ++s) last.values(s) = model_.reward(s, action);
            stage_of(node).own_vectors().add(last);
            return;
        }
        // An observation that is impossible at this belief takes the vector of a possible one.
        const int spare = known_[as_size(branch.edges.front().to)].vector;
        std::vector<int> then(as_size(model_.observations()), spare);
        for (const Edge& edge : branch.edges)
            then[as_size(edge.observation)] = known_[as_size(edge.to)].vector;
        const ValueFunction& next = stage_of(branch.edges.front().to).vectors();
        stage_of(node).own_vectors().add({back_project(model_, action, then, next), action});
    }

    /// Prunes the points of a step and renumbers what its beliefs have seen.
    void prune_points(int step) {
        Stage& stage = *stages_[as_size(step)];
        const std::vector<int> kept = stage.upper.prune([this] { return late(); });
        stage.points_kept = stage.upper.points();
        for (int node = 0; node < tree_.size(); ++node) {
            if (tree_[node].step != step) continue;
            int& seen = known_[as_size(node)].points_seen;
            seen = static_cast<int>(std::lower_bound(kept.begin(), kept.end(), seen) - kept.begin());
        }
    }

    /// Prunes the vectors of a step and renumbers those of its beliefs. A belief that loses its vector is refreshed at
    /// the next request.
    void prune_vectors(int step) {
        Stage& stage = *stages_[as_size(step)];
        const int before = stage.vectors().size();
        const std::vector<int> kept = stage.own_vectors().prune_pointwise([this] { return late(); });
        vectors_ -= before - static_cast<int>(kept.size());
        std::vector<int> renamed(as_size(before), -1);
        for (std::size_t k = 0; k < kept.size(); ++k) renamed[as_size(kept[k])] = static_cast<int>(k);
        const int version = stage.lower_version++;
        stage.vectors_kept = stage.vectors().size();
        for (int node = 0; node < tree_.size(); ++node) {
            Known& known = known_[as_size(node)];
            if (tree_[node].step != step || known.vectors_seen == 0 || known.lower_version != version)
                continue;
            const int name = renamed[as_size(known.vector)];
            if (name < 0) continue;
            known.vector = name;
            known.lower_version = stage.lower_version;
            const auto seen = std::lower_bound(kept.begin(), kept.end(), known.vectors_seen);
            known.vectors_seen = static_cast<int>(seen - kept.begin());
        }
    }

    static constexpr double seconds_between_reports = 0.1;

    Stopwatch watch_;
    const M& model_;
    int horizon_;
    StopOptions options_;
    RewardRange rewards_;
    double worth_ = 0.0;
    BeliefTree<M> tree_;
    bool called_off_ = false;  ///< true if the callback stopped the solver before there were bounds
    std::vector<StageStart> starts_;
    std::vector<std::optional<Stage>> stages_;  ///< empty for a step at which no belief is met
    int vectors_ = 0;
    std::int64_t changes_ = 0;
    std::vector<Known> known_;
    std::vector<double> scratch_;
};

}  // namespace automix::pomdp::detail
