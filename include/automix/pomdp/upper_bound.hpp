// SPDX-License-Identifier: Apache-2.0
// An upper bound on the value of a POMDP: values at the corners of the simplex and at belief points inside it, between
// them the sawtooth projection (Hauskrecht 2000, section 4.3; Smith, Simmons 2005)
//     V(b) = V_0(b) + min_i (v_i - V_0(b_i)) min_{s : b_i(s) > 0} b(s) / b_i(s)      V_0(b) = sum_s b(s) v_s
// and the fast informed bound max_a b . Q_a where that is lower. O(points) at a belief, most of them cut short.
#pragma once

#include <automix/pomdp/belief.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace automix::pomdp {

class UpperBound {
 public:
    UpperBound() = default;

    /// From Q values (states x actions) that bound from above: corners are their maxima.
    explicit UpperBound(Eigen::MatrixXd q)
        : q_(std::move(q)), corners_(q_.rowwise().maxCoeff()), weights_(q_.rows()) {
        weights_.setZero();
    }

    /// Lowers the bound at a belief to `value`. Does nothing where the bound is that low already.
    void add(const Belief& belief, double value) {
        if (belief.size() == 1) {
            lower_corner(belief.states.front(), value);
        } else if (const double drop = value - at_corners(belief); drop < 0.0) {
            points_.push_back({belief, value, drop});
        }
    }

    [[nodiscard]] int points() const noexcept { return static_cast<int>(points_.size()); }

    /// The bound at a belief by corners and Q values alone.
    [[nodiscard]] double base(const Belief& belief) const {
        return std::min(at_corners(belief), best_mean(belief, q_));
    }

    /// The bound at a belief that begins with an action, by its Q values.
    [[nodiscard]] double base(const Belief& belief, int action) const {
        return belief.mean([&](int state) { return q_(state, action); });
    }

    /// The bound at a belief by the points from number `first` on; that of the corners where none lowers it.
    [[nodiscard]] double sawtooth(const Belief& belief, int first = 0) {
        for (std::size_t i = 0; i < belief.size(); ++i) weights_(belief.states[i]) = belief.probabilities[i];
        double lowest = 0.0;
        for (auto p = static_cast<std::size_t>(first); p < points_.size(); ++p) {
            const Point& point = points_[p];
            if (point.drop >= lowest) continue;
            double ratio = 1.0;
            const double useless = lowest / point.drop;  // a ratio at which the point lowers nothing
            for (std::size_t i = 0; i < point.belief.size() && ratio > useless; ++i) {
                ratio = std::min(ratio, weights_(point.belief.states[i]) / point.belief.probabilities[i]);
            }
            lowest = std::min(lowest, point.drop * ratio);
        }
        for (const int state : belief.states) weights_(state) = 0.0;
        return at_corners(belief) + lowest;
    }

    /// The bound at a belief.
    [[nodiscard]] double value(const Belief& belief) { return std::min(base(belief), sawtooth(belief)); }

    /// Removes points at which the others give a bound that is as low. Returns the numbers of those that stay, ascending.
    /// O(points^2).
    std::vector<int> prune() {
        std::vector<int> kept;
        for (int number = points(); number-- > 0;) {
            Point& point = points_[static_cast<std::size_t>(number)];
            const double drop = std::exchange(point.drop, 0.0);
            if (drop < sawtooth(point.belief) - at_corners(point.belief) - 1e-12) {
                point.drop = drop;
                kept.push_back(number);
            }
        }
        std::erase_if(points_, [](const Point& point) { return point.drop == 0.0; });
        std::reverse(kept.begin(), kept.end());
        return kept;
    }

 private:
    struct Point {
        Belief belief{};
        double value = 0.0;
        double drop = 0.0;  ///< from the corners to the value, negative
    };

    void lower_corner(int state, double value) {
        if (!(value < corners_(state))) return;
        corners_(state) = value;
        for (Point& point : points_) point.drop = std::min(0.0, point.value - at_corners(point.belief));
    }

    [[nodiscard]] double at_corners(const Belief& belief) const {
        return belief.mean([&](int state) { return corners_(state); });
    }

    Eigen::MatrixXd q_{};
    Eigen::VectorXd corners_{};
    Eigen::VectorXd weights_{};  ///< of the belief being looked at, else 0
    std::vector<Point> points_;
};

}  // namespace automix::pomdp
