// SPDX-License-Identifier: Apache-2.0
// An upper bound on the value of a POMDP, from values at the corners of the simplex and at belief points inside it.
// Between them it is the sawtooth projection (Hauskrecht 2000, section 4.3; Smith, Simmons 2005)
//     V(b) = V_0(b) + min_i (v_i - V_0(b_i)) min_{s : b_i(s) > 0} b(s) / b_i(s)      V_0(b) = sum_s b(s) v_s
// or the fast informed bound max_a b . Q_a if that is lower. O(points) at a belief; few of the points need all of their
// states.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/pomdp/belief_updater.hpp>
#include <automix/pomdp/sparse_rows.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace automix::pomdp::detail {

class UpperBound {
 public:
    /// Takes Q values (states x actions) that are upper bounds. The values at corners are their maxima.
    explicit UpperBound(Eigen::MatrixXd q)
        : UpperBound(std::make_shared<const Eigen::MatrixXd>(std::move(q))) {}

    /// Takes Q values that other bounds share.
    explicit UpperBound(std::shared_ptr<const Eigen::MatrixXd> q)
        : q_(std::move(q)),
          corners_(largest_by_state(*q_)),
          weights_(as_size(q_->rows()), 0.0),
          by_key_(as_size(q_->rows())) {}

    /// Lowers the bound at a belief to `value`. Does nothing if the bound is that low already.
    void add(const Belief& belief, double value) {
        if (belief.size() == 1) {
            lower_corner(belief.states.front(), value);
        } else if (const double drop = value - at_corners(belief); drop < 0.0) {
            points_.push_back(point(belief, value, drop));
            enter(points_.size() - 1);
        }
    }

    [[nodiscard]] int points() const noexcept { return static_cast<int>(points_.size()); }

    /// Returns the bound at a belief by corners and Q values alone.
    [[nodiscard]] double base(const Belief& belief) const {
        return std::min(at_corners(belief), best_mean(belief, *q_));
    }

    /// Returns the bound at a belief for policies that begin with an action, by its Q values.
    [[nodiscard]] double base(const Belief& belief, int action) const {
        return belief.mean([&](int state) { return (*q_)(state, action); });
    }

    /// Returns the bound at a belief by the points from number `first` on; that of the corners if no point lowers it.
    [[nodiscard]] double sawtooth(const Belief& belief, int first = 0) {
        for (std::size_t i = 0; i < belief.size(); ++i) weight(belief.states[i]) = belief.probabilities[i];
        const double drop = deepest_drop(belief.states, as_size(first));
        for (const int state : belief.states) weight(state) = 0.0;
        return at_corners(belief) + drop;
    }

    /// Returns the bound at a belief.
    [[nodiscard]] double value(const Belief& belief) { return std::min(base(belief), sawtooth(belief)); }

    /// Removes points at which the others give a bound that is as low. Returns the numbers of the remaining points,
    /// ascending. O(points * points since the last time).
    std::vector<int> prune() {
        return prune([] { return false; });
    }

    /// Removes the same points, the newest first, and stops once `late()`.
    template <class Late>
    std::vector<int> prune(Late late) {
        std::vector<int> kept;
        std::vector<int> states;
        for (auto number = points_.size(); number-- > 0;) {
            BeliefPoint& point = points_[number];
            if (late()) {
                kept.push_back(static_cast<int>(number));
                continue;
            }
            const double drop = std::exchange(point.drop, 0.0);
            states.clear();
            for (const Entry& entry : point.entries) {
                states.push_back(entry.column);
                weight(entry.column) = entry.value;
            }
            // Points that remained the last time are not compared with one another again.
            const double others = deepest_drop(states, number < pruned_ ? pruned_ : 0);
            for (const int state : states) weight(state) = 0.0;
            if (drop < others - 1e-12) {
                point.drop = drop;
                kept.push_back(static_cast<int>(number));
            }
        }
        std::reverse(kept.begin(), kept.end());
        std::vector<BeliefPoint> stay;
        stay.reserve(kept.size());
        for (const int number : kept) stay.push_back(std::move(points_[as_size(number)]));
        points_ = std::move(stay);
        pruned_ = points_.size();
        for (auto& numbers : by_key_) numbers.clear();
        for (std::size_t number = 0; number < pruned_; ++number) enter(number);
        return kept;
    }

 private:
    struct BeliefPoint {
        double value = 0.0;
        double drop = 0.0;             ///< value less the corners' bound, negative
        Entry key{};                   ///< the first of the entries
        std::vector<Entry> entries{};  ///< states, by descending probability
    };

    static BeliefPoint point(const Belief& belief, double value, double drop) {
        BeliefPoint made;
        made.value = value;
        made.drop = drop;
        made.entries.reserve(belief.size());
        for (std::size_t i = 0; i < belief.size(); ++i)
            made.entries.push_back({belief.states[i], belief.probabilities[i]});
        // In this order the state that limits a point's ratio at a belief is found early.
        std::stable_sort(made.entries.begin(), made.entries.end(),
                         [](const Entry& a, const Entry& b) { return a.value > b.value; });
        made.key = made.entries.front();
        return made;
    }

    /// Returns max_a q(s, a) by state.
    static Eigen::VectorXd largest_by_state(const Eigen::MatrixXd& q) {
        Eigen::VectorXd largest(q.rows());
        for (Eigen::Index s = 0; s < q.rows(); ++s) {
            largest(s) = q(s, 0);
            for (Eigen::Index a = 1; a < q.cols(); ++a) largest(s) = std::max(largest(s), q(s, a));
        }
        return largest;
    }

    [[nodiscard]] double& weight(int state) { return weights_[as_size(state)]; }
    [[nodiscard]] double weight(int state) const { return weights_[as_size(state)]; }

    void enter(std::size_t number) { by_key_[as_size(points_[number].key.column)].push_back(number); }

    /// Returns how far the points from number `first` on lower the corners' bound at the belief in `weights_` over
    /// these states. A point lowers nothing if one of its states, such as its key state, is impossible.
    [[nodiscard]] double deepest_drop(const std::vector<int>& states, std::size_t first) const {
        double deepest = 0.0;
        if (points_.size() - first <= states.size()) {
            for (auto number = first; number < points_.size(); ++number) deepen(deepest, points_[number]);
            return deepest;
        }
        for (const int state : states) {
            const auto& numbers = by_key_[as_size(state)];
            for (auto number = std::lower_bound(numbers.begin(), numbers.end(), first);
                 number != numbers.end(); ++number) {
                deepen(deepest, points_[*number]);
            }
        }
        return deepest;
    }

    void deepen(double& deepest, const BeliefPoint& point) const {
        if (point.drop >= deepest) return;
        const double useless = deepest / point.drop;  // ratio at which the point lowers nothing more
        double ratio = std::min(1.0, weight(point.key.column) / point.key.value);
        for (std::size_t i = 1; i < point.entries.size() && ratio > useless; ++i) {
            const Entry& entry = point.entries[i];
            ratio = std::min(ratio, weight(entry.column) / entry.value);
        }
        deepest = std::min(deepest, point.drop * ratio);
    }

    void lower_corner(int state, double value) {
        if (!(value < corners_(state))) return;
        corners_(state) = value;
        for (BeliefPoint& point : points_)
            point.drop = std::min(0.0, point.value - at_corners(point.entries));
    }

    [[nodiscard]] double at_corners(const std::vector<Entry>& belief) const {
        double sum = 0.0;
        for (const Entry& entry : belief) sum += entry.value * corners_(entry.column);
        return sum;
    }
    [[nodiscard]] double at_corners(const Belief& belief) const {
        return belief.mean([&](int state) { return corners_(state); });
    }

    std::shared_ptr<const Eigen::MatrixXd> q_;
    Eigen::VectorXd corners_{};
    std::vector<double> weights_;  ///< probabilities of the current belief, else 0
    std::vector<BeliefPoint> points_;
    std::vector<std::vector<std::size_t>> by_key_;  ///< points with each state as key, ascending
    std::size_t pruned_ = 0;                        ///< points that the last pruning left
};

}  // namespace automix::pomdp::detail
