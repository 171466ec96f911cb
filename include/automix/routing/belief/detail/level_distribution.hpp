// SPDX-License-Identifier: Apache-2.0
// The distribution of the hidden level of a verified model's answers. The level is the rate at which verdicts on the
// answer are positive, on a grid of 20. Right and wrong answers are two classes with a distribution each. Expectation
// maximisation (EM: Dempster, Laird, Rubin 1977) fits both, with ten pseudo rows of Beta(2,1) for right and Beta(1,2)
// for wrong. If only a confidence is logged, confidences are merged into cells by rank, and the cell takes the place of
// the level. It is then observed, so both classes are fitted by counting. O(iterations * cells * levels).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>
#include <automix/routing/belief/detail/confidence_cell.hpp>
#include <automix/routing/detail/rank_cells.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace automix::detail {

inline constexpr Index level_count = 20;
inline constexpr int expectation_maximisation_steps = 50;
inline constexpr double class_pseudo_rows = 10.0;  ///< pseudo rows of each class
inline constexpr double score_pseudo_rows = 30.0;  ///< pseudo rows of a model's mean score, at each level

/// The belief over one verified model's levels, and the expected scores given a level.
struct LevelDistribution {
    using Vector = Eigen::VectorXd;
    using Matrix = Eigen::MatrixXd;

    VerificationKind kind = VerificationKind::none;
    int draws = 0;    ///< maximum number of draws
    Vector weight{};  ///< w(g), levels: probability of the level before any evidence
    Vector right{};   ///< rho(g), levels: expected score of the answer, given the level
    Matrix scores{};  ///< l_j(g), levels x models: expected score of model j, given the level
    std::vector<double> boundaries{};  ///< between cells of a logged confidence, ascending: levels - 1

    [[nodiscard]] Index levels() const noexcept { return weight.size(); }

    /// Returns the number of states of evidence. Counts are numbered `first_count(parsed) + positive`; a confidence is
    /// unseen (0) or in a cell.
    [[nodiscard]] Index states() const noexcept {
        return kind == VerificationKind::verdicts ? first_count(draws + 1) : 1 + levels();
    }

    /// Returns the likelihood of each state of evidence at each level, states x levels. For counts it is g^positive
    /// (1-g)^(parsed-positive), without the binomial coefficient.
    [[nodiscard]] Matrix likelihood() const;
};

/// Returns the rate of positive verdicts at level j of G: g_j = (j + 1/2) / G.
inline double level_rate(Index level, Index levels) noexcept {
    return (static_cast<double>(level) + 0.5) / static_cast<double>(levels);
}

/// Returns the rates of all levels.
inline Eigen::VectorXd level_grid(Index levels) {
    Eigen::VectorXd grid(levels);
    for (Index j = 0; j < levels; ++j) grid(j) = level_rate(j, levels);
    return grid;
}

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

inline Eigen::MatrixXd LevelDistribution::likelihood() const {
    Matrix table = Matrix::Ones(states(), levels());
    if (kind == VerificationKind::confidence) {
        table.bottomRows(levels()).setIdentity();
        return table;
    }
    const Eigen::RowVectorXd grid = detail::level_grid(levels()).transpose();
    for (int parsed = 1; parsed <= draws; ++parsed) {
        const Index before = first_count(parsed - 1);
        const Index now = first_count(parsed);
        for (int positive = 0; positive < parsed; ++positive)
            table.row(now + positive) = table.row(before + positive).array() * (1.0 - grid.array());
        table.row(now + parsed) = table.row(before + parsed - 1).cwiseProduct(grid);
    }
    return table;
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

}  // namespace automix::detail
