// SPDX-License-Identifier: Apache-2.0
// Fits the belief to statistics. Right and wrong answers are two classes with a distribution of levels each. Expectation
// maximisation (EM: Dempster, Laird, Rubin 1977) fits both, with ten pseudo rows of Beta(2,1) for right and Beta(1,2)
// for wrong. Logged confidences are merged into cells by rank; the cell is observed, so both classes are fitted by
// counting. Neighbouring models are coupled by a joint weight over both levels, fitted by EM from the product of their
// margins with 80 pseudo rows of that product. O(iterations * cells * levels), and for a coupling O(iterations * (cells of
// one * levels * levels of the other)).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>
#include <automix/routing/belief/detail/belief_model.hpp>
#include <automix/routing/belief/detail/confidence_cell.hpp>
#include <automix/routing/belief/detail/level_distribution.hpp>
#include <automix/routing/detail/rank_cells.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace automix::detail {

inline constexpr int expectation_maximisation_steps = 50;
inline constexpr double class_pseudo_rows = 10.0;     ///< pseudo rows of each class
inline constexpr double coupling_pseudo_rows = 80.0;  ///< pseudo rows of the product of margins

/// Returns the pseudo rows of a class by level: Beta(2,1) for right, Beta(1,2) for wrong.
inline Eigen::VectorXd class_prior(Index levels, bool right) {
    Eigen::VectorXd shape = level_grid(levels);
    if (!right) shape = (1.0 - shape.array()).matrix().eval();
    return shape * (class_pseudo_rows / shape.sum());
}

/// Sums over the rows, grouped by the evidence on one model alone.
struct MarginalCells {
    std::vector<Verification> evidence{};  ///< ascending
    Eigen::VectorXd weight{};
    Eigen::MatrixXd scores{};  ///< sums, cells x models

    MarginalCells(const FoldStatistics& sums, Index model) {
        for (const EvidenceCell& cell : sums.cells) evidence.push_back(cell.evidence[as_size(model)]);
        std::sort(evidence.begin(), evidence.end());
        evidence.erase(std::unique(evidence.begin(), evidence.end()), evidence.end());
        const auto cells = std::ssize(evidence);
        weight.setZero(cells);
        scores.setZero(cells, std::ssize(sums.answer_prices));
        for (const EvidenceCell& cell : sums.cells) {
            const Index at = find(cell.evidence[as_size(model)]);
            weight(at) += cell.weight;
            for (Index j = 0; j < scores.cols(); ++j) scores(at, j) += cell.scores[as_size(j)];
        }
    }

    [[nodiscard]] Index find(const Verification& key) const {
        return std::lower_bound(evidence.begin(), evidence.end(), key) - evidence.begin();
    }
};

/// Returns the likelihood of each cell's evidence by level, cells x levels. For counts it is
/// g^positive (1-g)^(parsed-positive), scaled to a maximum of 1. A logged confidence has likelihood 1 at its cell and 0
/// elsewhere.
inline Eigen::MatrixXd cell_likelihood(const LevelDistribution& model, const MarginalCells& cells,
                                       Index levels) {
    const auto rows = std::ssize(cells.evidence);
    Eigen::MatrixXd table = Eigen::MatrixXd::Zero(rows, levels);
    const Eigen::ArrayXd grid = level_grid(levels).array();
    for (Index r = 0; r < rows; ++r) {
        const auto& [parsed, positive, confidence] = cells.evidence[as_size(r)];
        if (model.kind == VerificationKind::confidence) {
            table(r, confidence_cell(model.boundaries, confidence)) = 1.0;
        } else {
            const Eigen::ArrayXd logs = positive * grid.log() + (parsed - positive) * (1.0 - grid).log();
            table.row(r) = (logs - logs.maxCoeff()).exp().matrix().transpose();
        }
    }
    return table;
}

/// Returns q, the distribution of a class over levels, fitted by EM. `likelihood` is cells x levels, `rows` holds the
/// rows of the class in each cell, `prior` its pseudo rows at each level.
inline Eigen::VectorXd class_levels(const Eigen::MatrixXd& likelihood, const Eigen::VectorXd& rows,
                                    const Eigen::VectorXd& prior) {
    const auto levels = static_cast<double>(prior.size());
    Eigen::VectorXd q = (prior / (2.0 * prior.sum())).array() + 0.5 / levels;
    for (int step = 0; step < expectation_maximisation_steps; ++step) {
        const Eigen::VectorXd explained = likelihood * q;
        const Eigen::VectorXd share = rows.cwiseQuotient(explained);
        q = q.cwiseProduct(likelihood.transpose() * share) + prior;
        q /= q.sum();
    }
    return q;
}

/// Sets w, rho and l of model `number` from the distributions of both classes. `likelihood` is cells x levels.
inline void combine_classes(LevelDistribution& model, const MarginalCells& cells, Index number,
                            const Eigen::VectorXd& q_right, const Eigen::VectorXd& q_wrong,
                            const Eigen::MatrixXd& likelihood) {
    const double rows = cells.weight.sum();
    const double pi = (cells.scores.col(number).sum() + 1.0) / (rows + 2.0);
    model.weight = pi * q_right + (1.0 - pi) * q_wrong;
    model.right = (pi * q_right).cwiseQuotient(model.weight);
    const Eigen::VectorXd explained = likelihood * model.weight;
    Eigen::MatrixXd share = likelihood;  // posterior of the level, for each cell
    for (Index r = 0; r < share.rows(); ++r)
        share.row(r) = share.row(r).cwiseProduct(model.weight.transpose()) / explained(r);
    // Sums over rows become sums over cells.
    const Eigen::VectorXd mass = share.transpose() * cells.weight;
    const Eigen::RowVectorXd mean = cells.scores.colwise().sum() / rows;
    model.scores = share.transpose() * cells.scores;
    for (Index g = 0; g < model.levels(); ++g)
        model.scores.row(g) =
            (model.scores.row(g) + score_pseudo_rows * mean) / (mass(g) + score_pseudo_rows);
}

/// Minimum weight of a cell of a logged confidence, and maximum number of cells.
inline constexpr double min_confidence_weight = 10.0;
inline constexpr double max_confidence_cells = 16.0;

/// Merges distinct confidences by rank into cells and returns the boundaries, halfway between neighbours.
template <class Cells>
std::vector<double> confidence_boundaries(const Cells& cells) {
    const double min_weight = std::max(min_confidence_weight, cells.weight.sum() / max_confidence_cells);
    std::vector<double> boundaries;
    const std::span<const double> weights(cells.weight.data(), cells.evidence.size());
    for (const std::size_t start : rank_cells(weights, min_weight))
        boundaries.push_back(0.5 * (cells.evidence[start - 1].confidence + cells.evidence[start].confidence));
    return boundaries;
}

/// Fits the levels of model `number`, which is verified as `shape` says, to the sums over all rows. Requires rows.
inline LevelDistribution fit_levels(const FoldStatistics& sums, Index number, const ModelShape& shape) {
    using Vector = Eigen::VectorXd;
    const detail::MarginalCells cells(sums, number);
    LevelDistribution model;
    model.kind = shape.kind;
    model.draws = shape.draws;
    const bool counted = shape.kind == VerificationKind::verdicts;
    if (!counted) model.boundaries = detail::confidence_boundaries(cells);
    const Index levels = counted ? level_count : std::ssize(model.boundaries) + 1;
    const Eigen::MatrixXd likelihood = detail::cell_likelihood(model, cells, levels);
    const auto distribution = [&](const Vector& rows, bool right) -> Vector {
        const Vector prior = detail::class_prior(levels, right);
        if (counted) return detail::class_levels(likelihood, rows, prior);
        const Vector counts = likelihood.transpose() * rows + prior;
        return counts / counts.sum();
    };
    const Vector right = cells.scores.col(number);
    detail::combine_classes(model, cells, number, distribution(right, true),
                            distribution(cells.weight - right, false), likelihood);
    return model;
}

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
