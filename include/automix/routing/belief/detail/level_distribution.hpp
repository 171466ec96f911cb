// SPDX-License-Identifier: Apache-2.0
// The distribution of the hidden level of a verified model's answers. The level is the rate at which verdicts on the
// answer are positive, on a grid of 20. If only a confidence is logged, the cell of the confidence takes the place of the
// level. belief_fit.hpp fits it.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/verification.hpp>

#include <Eigen/Core>

#include <vector>

namespace automix::detail {

inline constexpr Index level_count = 20;
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
    /// Levels x models: expected price of an answer, given the level, over the mean; empty if it does not depend on it.
    Matrix prices{};
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

}  // namespace automix::detail
