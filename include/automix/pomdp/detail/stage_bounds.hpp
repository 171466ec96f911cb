// SPDX-License-Identifier: Apache-2.0
// The initial bounds at each step of a run: the blind policies below, the fast informed bound above, for the remaining
// number of steps. An unlimited horizon has one pair for all steps. The bounds for k steps left are computed in turn,
// until further steps add nothing, or time or room ends. All steps with more left then share bounds that hold for them
// too, with tails
//     V_k + gamma^k min(0, min R) / (1 - gamma) <= V <= V_k + gamma^k max(0, max R) / (1 - gamma)
// O(computed steps * entries of T * observations * actions).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/pomdp/detail/initial_bounds.hpp>
#include <automix/pomdp/reward_range.hpp>
#include <automix/pomdp/value_function.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace automix::pomdp::detail {

/// Bounds that steps may share.
struct StageStart {
    std::shared_ptr<const ValueFunction>
        lower{};  ///< a backup of these vectors is at least as high as they are
    std::shared_ptr<const Eigen::MatrixXd> upper{};  ///< Q values: states x actions
};

/// Maximum number of values of all computed steps together.
inline constexpr double stage_entries = 4e6;

/// Returns a start with one vector for each action.
template <pomdp_model M, class Matrix>
StageStart stage_start(const M& model, const Matrix& below, const Matrix& above) {
    ValueFunction lower(model.states());
    for (int a = 0; a < model.actions(); ++a) lower.add({below.col(a), a});
    return {std::make_shared<const ValueFunction>(std::move(lower)), std::make_shared<const Matrix>(above)};
}

/// Adds the steps that are not computed, in ascending order of steps left. Without discount the loss of the lower bound
/// grows with the steps left. These steps then have a vector of their own, for the action that is best at the start.
template <pomdp_model M, class Matrix>
void add_tails(const M& model, int horizon, const RewardRange& range, const Matrix& below,
               const Matrix& above, std::vector<StageStart>& starts) {
    const auto computed = static_cast<int>(starts.size());
    const double least = std::min(0.0, range.least);
    const double greatest = std::max(0.0, range.greatest);
    if (model.discount() < 1.0) {
        const double weight = std::pow(model.discount(), computed) / (1.0 - model.discount());
        starts.resize(as_size(horizon),
                      stage_start<M, Matrix>(model, (below.array() + least * weight).matrix(),
                                             (above.array() + greatest * weight).matrix()));
        return;
    }
    const Belief& start = model.start();
    int best = 0;
    const auto value = [&](int action) { return start.mean([&](int s) { return below(s, action); }); };
    for (int a = 1; a < model.actions(); ++a) best = value(a) > value(best) ? a : best;
    const auto upper = std::make_shared<const Matrix>(
        (above.array() + greatest * static_cast<double>(horizon - computed)).matrix());
    for (int more = 1; computed + more <= horizon; ++more) {
        ValueFunction lower(model.states());
        lower.add({(below.col(best).array() + least * static_cast<double>(more)).matrix(), best});
        starts.push_back({std::make_shared<const ValueFunction>(std::move(lower)), upper});
    }
}

/// Returns one start for each step, the first step's first; one for an unlimited horizon (0). Stops early if `go_on()`
/// is false. Requires a horizon that `require_horizon` accepts.
template <pomdp_model M, class GoOn>
std::vector<StageStart> stage_starts(const M& model, int horizon, GoOn go_on) {
    const RewardRange range = reward_range(model);
    const double tolerance = 1e-9 * range.magnitude();
    if (horizon == 0) {
        const Eigen::MatrixXd below = blind_values(model, tolerance, std::ref(go_on));
        return {detail::stage_start(model, below, fast_informed_values(model, tolerance, std::ref(go_on)))};
    }
    std::vector<StageStart> starts;
    Eigen::MatrixXd below(model.states(), model.actions());
    below.setZero();
    Eigen::MatrixXd above = below;
    const double most = detail::stage_entries / static_cast<double>(below.size());
    const double tail = range.magnitude() / (1.0 - model.discount());
    for (int left = 1; left <= horizon && left <= most && go_on(); ++left) {
        below = blind_step(model, below);
        above = fast_informed_step(model, above);
        starts.push_back(detail::stage_start(model, below, above));
        if (std::pow(model.discount(), left) * tail <= tolerance) break;
    }
    if (static_cast<int>(starts.size()) < horizon)
        detail::add_tails(model, horizon, range, below, above, starts);
    std::reverse(starts.begin(), starts.end());
    return starts;
}

}  // namespace automix::pomdp::detail
