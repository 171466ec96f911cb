// SPDX-License-Identifier: Apache-2.0
// The anytime solver. From the initial belief it follows the action of the highest upper bound and the observation with
// the largest gap, weighted by its probability. It goes on only while a belief can still change the bounds at the
// initial belief, and backs up both bounds on the way back (HSVI2: Smith, Simmons 2005; SARSOP: Kurniawati, Hsu, Lee
// 2008). Its result holds a certificate: lower <= V(b_0) <= upper. An iteration is O(steps of the way * successors *
// new vectors).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/pomdp/detail/belief_bounds.hpp>
#include <automix/pomdp/solution.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace automix::pomdp {

struct SarsopOptions {
    StopOptions stop{};
    int horizon = 0;  ///< steps; 0: unlimited
};

namespace detail {

template <pomdp_model M>
class Sarsop {
 public:
    Sarsop(const M& model, const SarsopOptions& options)
        : model_(model), options_(options), bounds_(model, options.horizon, options.stop) {}

    Solution solve() {
        return bounds_.iterate([&](const Progress& progress) -> std::optional<Stopped> {
            const double gap = std::max(0.1 * options_.stop.gap, progress.gap());
            bounds_.set_worth(worth_of_gap * backups_gain() * patience_ * gap);
            const std::int64_t before = bounds_.changes();
            explore();
            std::reverse(path_.begin(), path_.end());
            double change = 0.0;
            for (auto node = path_.begin(); node != path_.end() && !bounds_.late(); ++node)
                change = std::max(change, bounds_.back_up(*node));
            const bool idle = bounds_.changes() == before;
            if (idle && patience_ == 0.0 && !bounds_.late()) return Stopped::converged;
            // If no backup was kept, the next exploration would take the same way. So smaller changes are kept from
            // now on.
            if (change > 0.0) {
                patience_ = std::clamp(2.0 * patience_, min_patience, 1.0);
            } else if (patience_ > min_patience) {
                patience_ = std::max(min_patience, 0.1 * patience_);
            } else if (idle) {
                patience_ = 0.0;
            }
            return std::nullopt;
        });
    }

 private:
    /// Minimum change of a bound that a backup keeps, as a share of the current gap, before both factors below.
    static constexpr double worth_of_gap = 1e-3;
    /// Smallest value of `patience_` above 0.
    static constexpr double min_patience = 1e-6;

    /// Returns the factor by which a discount gamma close to 1 lowers the minimum change: 20 (1 - gamma), at most 1. It
    /// is 1 up to gamma = 0.95, and without discount. A change repeated at every step adds up to 1 / (1 - gamma) times
    /// itself, so smaller changes matter if gamma is closer to 1.
    [[nodiscard]] double backups_gain() const {
        return model_.discount() < 1.0 ? std::min(1.0, 20.0 * (1.0 - model_.discount())) : 1.0;
    }

    /// Follows one way from the root until the bounds are close enough, and fills `path_`.
    void explore() {
        path_.clear();
        const double epsilon = std::max(0.5 * options_.stop.gap, 0.1 * (bounds_.upper(0) - bounds_.lower(0)));
        double needed_lower = bounds_.lower(0);
        double needed_upper = needed_lower + epsilon;
        double allowed = epsilon;  // gap at this depth that is worth no more than epsilon at the root
        const double discount = model_.discount();
        for (int node = 0; !bounds_.ended(node) && !bounds_.late();) {
            if (!bounds_.tree().opened(node) && !bounds_.has_room()) return;
            bounds_.open(node);
            path_.push_back(node);
            const auto above = bounds_.best_upper(node);
            const Branch* branch = &bounds_.tree()[node].branches[as_size(above.action)];
            const double best_lower = bounds_.good_lower(node, above.action).value;
            const double lower_target = std::max(needed_lower, best_lower);
            const double upper_target = std::max(needed_upper, best_lower + allowed);
            allowed /= discount;

            const Edge* chosen = nullptr;
            double widest = 0.0;
            for (const Edge& edge : branch->edges) {
                const double excess =
                    edge.probability * (bounds_.upper(edge.to) - bounds_.lower(edge.to) - allowed);
                if (excess > widest) {
                    widest = excess;
                    chosen = &edge;
                }
            }
            if (chosen == nullptr) return;
            double others_lower = 0.0;
            double others_upper = 0.0;
            for (const Edge& edge : branch->edges) {
                if (&edge == chosen) continue;
                others_lower += edge.probability * bounds_.lower(edge.to);
                others_upper += edge.probability * bounds_.upper(edge.to);
            }
            needed_lower = ((lower_target - branch->reward) / discount - others_lower) / chosen->probability;
            needed_upper = ((upper_target - branch->reward) / discount - others_upper) / chosen->probability;
            node = chosen->to;
            const double high = bounds_.upper(node);
            const double low = bounds_.lower(node);
            if (patience_ == 0.0) continue;
            if (high - low <= 1e-3 * allowed) return;
            const double predicted = 0.5 * (low + high);
            if (predicted <= needed_lower && high <= std::max(needed_upper, low + allowed)) return;
        }
    }

    const M& model_;
    SarsopOptions options_;
    BeliefBounds<M> bounds_;
    std::vector<int> path_;
    /// Factor of the minimum change. It doubles, up to 1, after an iteration that kept a change, and falls to a tenth
    /// after one that kept none. It becomes 0 if it cannot fall further and nothing changed at all. Then every change
    /// is kept, and explorations ignore the two conditions that end a way early.
    double patience_ = 1.0;
};

}  // namespace detail

/// Solves a model by SARSOP. Stops as converged if an iteration changes nothing, to the last digit. That also happens
/// if the memory for beliefs is used up and the known beliefs improve no further. Throws `DataError` for a model that
/// `require_model` refuses. Throws `ArgumentError` for a horizon that `require_horizon` refuses and for stop options
/// that `require_stop` refuses.
template <pomdp_model M>
Solution solve_sarsop(const M& model, const SarsopOptions& options = {}) {
    return detail::Sarsop<M>(model, options).solve();
}

}  // namespace automix::pomdp
