// SPDX-License-Identifier: Apache-2.0
// The distribution of the hidden level of a verified model's answers. The level is the rate at which verdicts on the
// answer are positive, on a grid of 20. If only a confidence is logged, the cell of the confidence takes the place of the
// level. If an answer has several verifiers, a level is a combination of one level of each, that of the first varying
// fastest. belief_fit.hpp fits it.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/verification.hpp>

#include <Eigen/Core>

#include <array>
#include <cstddef>
#include <vector>

namespace automix::detail {

inline constexpr Index level_count = 20;
/// Returns the number of levels of each of several verifiers of an answer. Their combinations stay at some 600.
inline Index levels_of_each(Index verifiers) {
    constexpr std::array<Index, max_verifiers> by_number = {level_count, level_count, 8, 5};
    return by_number.at(as_size(verifiers - 1));
}

inline constexpr double score_pseudo_rows = 30.0;  ///< pseudo rows of a model's mean score, at each level

/// The levels of one verifier of a model's answers.
struct VerifierLevels {
    VerificationKind kind = VerificationKind::none;
    int draws = 0;                     ///< maximum number of draws
    Index levels = 1;                  ///< number of levels
    std::vector<double> boundaries{};  ///< between cells of a logged confidence, ascending: levels - 1

    /// Returns the number of states of evidence. Counts are numbered `first_count(parsed) + positive`; a confidence is
    /// unseen (0) or in a cell.
    [[nodiscard]] Index states() const noexcept {
        switch (kind) {
            case VerificationKind::verdicts:
                return first_count(draws + 1);
            case VerificationKind::confidence:
                return 1 + levels;
            case VerificationKind::none:
            case VerificationKind::samples:
                break;
        }
        return 1;
    }

    /// Returns the likelihood of each state of evidence at each level, states x levels. For counts it is g^positive
    /// (1-g)^(parsed-positive), without the binomial coefficient.
    [[nodiscard]] Eigen::MatrixXd likelihood() const;
};

/// The belief over one verified model's levels, and the expected scores given a level.
struct LevelDistribution {
    using Vector = Eigen::VectorXd;
    using Matrix = Eigen::MatrixXd;

    std::vector<VerifierLevels> verifiers{};  ///< at least one
    Vector weight{};                          ///< w(g), levels: probability of the level before any evidence
    Vector right{};   ///< rho(g), levels: expected score of the answer, given the level
    Matrix scores{};  ///< l_j(g), levels x models: expected score of model j, given the level
    /// Levels x models: expected price of an answer, given the level, over the mean; empty if it does not depend on it.
    Matrix prices{};

    [[nodiscard]] Index levels() const noexcept { return weight.size(); }
    [[nodiscard]] const VerifierLevels& first() const { return verifiers.front(); }

    /// Returns the likelihood of each state of evidence at each level, states x levels. With several verifiers it is
    /// the Kronecker product of their likelihoods.
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

/// Returns the Kronecker product of two tables; rows and columns of the first one vary fastest.
inline Eigen::MatrixXd kronecker(const Eigen::MatrixXd& first, const Eigen::MatrixXd& second) {
    Eigen::MatrixXd product(first.rows() * second.rows(), first.cols() * second.cols());
    for (Index i = 0; i < second.rows(); ++i) {
        for (Index j = 0; j < second.cols(); ++j)
            product.block(i * first.rows(), j * first.cols(), first.rows(), first.cols()) =
                second(i, j) * first;
    }
    return product;
}

inline Eigen::MatrixXd LevelDistribution::likelihood() const {
    Matrix table = first().likelihood();
    for (std::size_t v = 1; v < verifiers.size(); ++v) table = kronecker(table, verifiers[v].likelihood());
    return table;
}

inline Eigen::MatrixXd VerifierLevels::likelihood() const {
    Eigen::MatrixXd table = Eigen::MatrixXd::Ones(states(), levels);
    if (kind == VerificationKind::none) return table;
    if (kind == VerificationKind::confidence) {
        table.bottomRows(levels).setIdentity();
        return table;
    }
    const Eigen::RowVectorXd grid = detail::level_grid(levels).transpose();
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
