// SPDX-License-Identifier: Apache-2.0
// The belief of the routing POMDP over several models: the levels of each verified model's answer, a Markov chain over
// the verified models, cheapest first. belief_fit.hpp fits it.
#pragma once

#include <automix/context/signal_model.hpp>
#include <automix/core/numerics.hpp>
#include <automix/routing/belief/detail/level_distribution.hpp>

#include <Eigen/Core>

#include <vector>

namespace automix::detail {

/// The joint distribution of the levels of N models on a query, before any evidence.
struct BeliefModel {
    using Vector = Eigen::VectorXd;
    using Matrix = Eigen::MatrixXd;

    std::vector<Index> verified{};            ///< numbers of the models that can be verified, ascending
    std::vector<LevelDistribution> levels{};  ///< of each of them
    std::vector<Vector> priors{};             ///< of each: probability of its levels before any evidence
    std::vector<Matrix>
        transitions{};     ///< from each but the last to the next: levels x its levels, rows sum to 1
    Vector mean_scores{};  ///< mean score of each model
    std::vector<SignalModel> signals{};  ///< of each model; empty if no signals are read

    /// Returns the number of strata of a model's signals.
    [[nodiscard]] Index strata(Index model) const {
        return signals.empty() ? 1 : signals[as_size(model)].strata();
    }
};

}  // namespace automix::detail
