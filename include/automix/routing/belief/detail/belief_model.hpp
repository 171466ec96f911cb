// SPDX-License-Identifier: Apache-2.0
// The belief of the routing POMDP over several models: the levels of each verified model's answer, a Markov chain over
// the verified models, cheapest first. Neighbours are coupled by a joint weight over both levels, fitted by EM from the
// product of their margins with 80 pseudo rows of that product. O(iterations * (cells of one * levels * levels of the
// other)).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>
#include <automix/routing/belief/detail/level_distribution.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <utility>
#include <vector>

namespace automix::detail {

inline constexpr double coupling_pseudo_rows = 80.0;

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
};

/// Fits the joint weight of two neighbours' levels: levels of the first x levels of the second.
inline Eigen::MatrixXd fit_coupling(const FoldStatistics& sums, Index first,
                                    const LevelDistribution& first_levels, Index second,
                                    const LevelDistribution& second_levels) {
    using Matrix = Eigen::MatrixXd;
    const MarginalCells rows(sums, first);
    const MarginalCells columns(sums, second);
    Matrix weight = Matrix::Zero(rows.weight.size(), columns.weight.size());
    for (const EvidenceCell& cell : sums.cells)
        weight(rows.find(cell.evidence[as_size(first)]), columns.find(cell.evidence[as_size(second)])) +=
            cell.weight;
    const Matrix by_first = cell_likelihood(first_levels, rows, first_levels.levels());
    const Matrix by_second = cell_likelihood(second_levels, columns, second_levels.levels());

    const Matrix product = first_levels.weight * second_levels.weight.transpose();
    Matrix joint = product;
    for (int step = 0; step < expectation_maximisation_steps; ++step) {
        const Matrix explained = by_first * joint * by_second.transpose();
        const Matrix share = weight.cwiseQuotient(explained);
        joint = joint.cwiseProduct(by_first.transpose() * share * by_second) + coupling_pseudo_rows * product;
        joint /= joint.sum();
    }
    return joint;
}

/// Fits the belief to sums over training rows. Requires rows.
inline BeliefModel fit_belief(const FoldStatistics& sums, const std::vector<ModelShape>& models) {
    BeliefModel belief;
    belief.mean_scores.resize(std::ssize(models));
    for (Index m = 0; m < std::ssize(models); ++m) {
        belief.mean_scores(m) = sums.mean_score(m);
        const ModelShape& shape = models[as_size(m)];
        if (shape.kind == VerificationKind::none) continue;
        belief.levels.push_back(fit_levels(sums, m, shape));
        belief.verified.push_back(m);
    }
    for (std::size_t k = 0; k < belief.verified.size(); ++k) {
        if (k == 0) belief.priors.push_back(belief.levels.front().weight);
        if (k + 1 == belief.verified.size()) break;
        Eigen::MatrixXd joint = detail::fit_coupling(sums, belief.verified[k], belief.levels[k],
                                                     belief.verified[k + 1], belief.levels[k + 1]);
        const Eigen::VectorXd margin = joint.rowwise().sum();
        if (k == 0) belief.priors.front() = margin;
        for (Index g = 0; g < joint.rows(); ++g) joint.row(g) /= margin(g);
        belief.priors.emplace_back(joint.transpose() * belief.priors.back());
        belief.transitions.push_back(std::move(joint));
    }
    return belief;
}

}  // namespace automix::detail
