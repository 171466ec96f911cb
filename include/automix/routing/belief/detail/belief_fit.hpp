// SPDX-License-Identifier: Apache-2.0
// Fits the belief to statistics. Right and wrong answers are two classes with a distribution of levels each. Expectation
// maximisation (EM: Dempster, Laird, Rubin 1977) fits both, with ten pseudo rows of Beta(2,1) for right and Beta(1,2)
// for wrong. Logged confidences are merged into cells by rank; the cell is observed, so both classes are fitted by
// counting. Neighbouring models are coupled by a joint weight over both levels, fitted by EM from the product of their
// margins with 80 pseudo rows of that product. The levels of several verifiers of one answer are joined in the same way,
// for right and for wrong answers apart, so that a wrong answer that all verifiers approve has a weight of its own.
// Neighbours of which one has several verifiers are coupled by their classes alone. O(iterations * cells * levels), and
// for a coupling O(iterations * (cells of one * levels * levels of the other)).
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
#include <array>
#include <cmath>
#include <cstddef>
#include <map>
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

/// Sums over the rows, grouped by one verification in a cell of evidence.
struct MarginalCells {
    std::vector<Verification> evidence{};  ///< ascending
    Eigen::VectorXd weight{};
    Eigen::MatrixXd scores{};  ///< sums, cells x models

    MarginalCells(const FoldStatistics& sums, std::size_t place) {
        for (const EvidenceCell& cell : sums.cells) evidence.push_back(cell.evidence[place]);
        std::sort(evidence.begin(), evidence.end());
        evidence.erase(std::unique(evidence.begin(), evidence.end()), evidence.end());
        const auto cells = std::ssize(evidence);
        weight.setZero(cells);
        scores.setZero(cells, std::ssize(sums.answer_prices));
        for (const EvidenceCell& cell : sums.cells) {
            const Index at = find(cell.evidence[place]);
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
inline Eigen::MatrixXd cell_likelihood(const VerifierLevels& verifier, const MarginalCells& cells) {
    const auto rows = std::ssize(cells.evidence);
    Eigen::MatrixXd table = Eigen::MatrixXd::Zero(rows, verifier.levels);
    const Eigen::ArrayXd grid = level_grid(verifier.levels).array();
    for (Index r = 0; r < rows; ++r) {
        const auto& [parsed, positive, confidence] = cells.evidence[as_size(r)];
        if (verifier.kind == VerificationKind::confidence) {
            table(r, confidence_cell(verifier.boundaries, confidence)) = 1.0;
        } else {
            const Eigen::ArrayXd logs = positive * grid.log() + (parsed - positive) * (1.0 - grid).log();
            table.row(r) = (logs - logs.maxCoeff()).exp().matrix().transpose();
        }
    }
    return table;
}

/// Returns the distribution of a class over levels, fitted by EM from a first guess `q`. `likelihood` is cells x levels,
/// `rows` holds the rows of the class in each cell, `prior` its pseudo rows at each level.
inline Eigen::VectorXd fit_class(const Eigen::MatrixXd& likelihood, const Eigen::VectorXd& rows,
                                 const Eigen::VectorXd& prior, Eigen::VectorXd q) {
    for (int step = 0; step < expectation_maximisation_steps; ++step) {
        const Eigen::VectorXd explained = likelihood * q;
        const Eigen::VectorXd share = rows.cwiseQuotient(explained);
        q = q.cwiseProduct(likelihood.transpose() * share) + prior;
        q /= q.sum();
    }
    return q;
}

/// Returns the distribution of a class over the levels of one verifier.
inline Eigen::VectorXd class_levels(const Eigen::MatrixXd& likelihood, const Eigen::VectorXd& rows,
                                    const Eigen::VectorXd& prior) {
    const auto levels = static_cast<double>(prior.size());
    return fit_class(likelihood, rows, prior, (prior / (2.0 * prior.sum())).array() + 0.5 / levels);
}

/// Sets w, rho and l of model `number` from the distributions of both classes. `likelihood` is cells x levels.
template <class Cells>
void combine_classes(LevelDistribution& model, const Cells& cells, Index number,
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

/// The distributions of levels of right and of wrong answers.
struct ClassLevels {
    Eigen::VectorXd right{};
    Eigen::VectorXd wrong{};
};

/// Returns the levels of one verifier, without a distribution. `levels` is their number if verdicts are counted.
inline VerifierLevels levels_of(const VerifierShape& shape, const MarginalCells& cells, Index levels) {
    VerifierLevels verifier{shape.kind, shape.draws, levels, {}};
    if (shape.kind == VerificationKind::confidence) {
        verifier.boundaries = detail::confidence_boundaries(cells);
        verifier.levels = std::ssize(verifier.boundaries) + 1;
    }
    return verifier;
}

/// Fits the levels of one verifier of model `number` for each class.
inline ClassLevels fit_classes(const VerifierLevels& verifier, const MarginalCells& cells, Index number,
                               const Eigen::MatrixXd& likelihood) {
    using Vector = Eigen::VectorXd;
    const auto distribution = [&](const Vector& rows, bool right) -> Vector {
        const Vector prior = detail::class_prior(verifier.levels, right);
        if (verifier.kind == VerificationKind::verdicts) return detail::class_levels(likelihood, rows, prior);
        const Vector counts = likelihood.transpose() * rows + prior;
        return counts / counts.sum();
    };
    const Vector right = cells.scores.col(number);
    return {distribution(right, true), distribution(cells.weight - right, false)};
}

/// Sums over the rows, grouped by the evidence of all verifiers of one model's answers, and the likelihood of each cell
/// by level.
struct JointCells {
    Eigen::VectorXd weight{};
    Eigen::MatrixXd scores{};      ///< sums, cells x models
    Eigen::MatrixXd likelihood{};  ///< cells x combinations of levels

    /// Takes the places of the verifiers in a cell of evidence, with the cells and the likelihood of each alone.
    JointCells(const FoldStatistics& sums, const std::vector<std::size_t>& places,
               const std::vector<MarginalCells>& margins, const std::vector<Eigen::MatrixXd>& likelihoods) {
        std::map<std::vector<Index>, std::vector<const EvidenceCell*>> groups;
        for (const EvidenceCell& cell : sums.cells) {
            std::vector<Index> key;
            for (std::size_t v = 0; v < places.size(); ++v)
                key.push_back(margins[v].find(cell.evidence[places[v]]));
            groups[key].push_back(&cell);
        }
        const auto cells = std::ssize(groups);
        weight.setZero(cells);
        scores.setZero(cells, std::ssize(sums.answer_prices));
        Index at = 0;
        for (const auto& [key, members] : groups) {
            for (const EvidenceCell* cell : members) {
                weight(at) += cell->weight;
                for (Index j = 0; j < scores.cols(); ++j) scores(at, j) += cell->scores[as_size(j)];
            }
            Eigen::MatrixXd row = likelihoods.front().row(key.front());
            for (std::size_t v = 1; v < key.size(); ++v) row = kronecker(row, likelihoods[v].row(key[v]));
            if (likelihood.size() == 0) likelihood.resize(cells, row.cols());
            likelihood.row(at++) = row;
        }
    }
};

/// Fits the levels of model `number` to the sums over all rows. Requires rows, and a model that is verified.
inline LevelDistribution fit_levels(const FoldStatistics& sums, const std::vector<ModelShape>& models,
                                    Index number) {
    const ModelShape& shape = models[as_size(number)];
    LevelDistribution model;
    std::vector<std::size_t> places;
    std::vector<MarginalCells> margins;
    std::vector<Eigen::MatrixXd> likelihoods;
    std::vector<ClassLevels> classes;
    for (Index v = 0; v < shape.verifier_count(); ++v) {
        const VerifierShape verifier = shape.verifier_shape(v);
        places.push_back(evidence_place(models, number, v));
        const MarginalCells& cells = margins.emplace_back(sums, places.back());
        if (verifier.kind == VerificationKind::none) {
            model.verifiers.emplace_back();
            likelihoods.emplace_back(Eigen::MatrixXd::Ones(std::ssize(cells.evidence), 1));
            classes.push_back({Eigen::VectorXd::Ones(1), Eigen::VectorXd::Ones(1)});
            continue;
        }
        model.verifiers.push_back(levels_of(verifier, cells, levels_of_each(shape.verifier_count())));
        likelihoods.push_back(cell_likelihood(model.verifiers.back(), cells));
        classes.push_back(fit_classes(model.verifiers.back(), cells, number, likelihoods.back()));
    }
    if (shape.verifier_count() == 1) {
        combine_classes(model, margins.front(), number, classes.front().right, classes.front().wrong,
                        likelihoods.front());
        return model;
    }
    const JointCells cells(sums, places, margins, likelihoods);
    ClassLevels product = classes.front();
    for (std::size_t v = 1; v < classes.size(); ++v)
        product = {kronecker(product.right, classes[v].right), kronecker(product.wrong, classes[v].wrong)};
    const auto joined = [&](const Eigen::VectorXd& rows, const Eigen::VectorXd& alone) {
        return fit_class(cells.likelihood, rows, 0.5 * coupling_pseudo_rows * alone, alone);
    };
    const Eigen::VectorXd right = cells.scores.col(number);
    combine_classes(model, cells, number, joined(right, product.right),
                    joined(cells.weight - right, product.wrong), cells.likelihood);
    return model;
}

/// Fits the joint weight of two neighbours' levels: levels of the first x levels of the second.
inline Eigen::MatrixXd fit_coupling(const FoldStatistics& sums, Index first,
                                    const LevelDistribution& first_levels, Index second,
                                    const LevelDistribution& second_levels) {
    using Matrix = Eigen::MatrixXd;
    const MarginalCells rows(sums, as_size(first));
    const MarginalCells columns(sums, as_size(second));
    Matrix weight = Matrix::Zero(rows.weight.size(), columns.weight.size());
    for (const EvidenceCell& cell : sums.cells)
        weight(rows.find(cell.evidence[as_size(first)]), columns.find(cell.evidence[as_size(second)])) +=
            cell.weight;
    const Matrix by_first = cell_likelihood(first_levels.first(), rows);
    const Matrix by_second = cell_likelihood(second_levels.first(), columns);

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

/// Returns the joint weight of two neighbours' levels if they depend on each other by their classes alone.
inline Eigen::MatrixXd couple_classes(const FoldStatistics& sums, Index first,
                                      const LevelDistribution& first_levels, Index second,
                                      const LevelDistribution& second_levels) {
    const double rows = sums.weight();
    double both = 0.0;
    for (const EvidenceCell& cell : sums.cells)
        both += cell.products[as_size(first) * sums.answer_prices.size() + as_size(second)];
    const double of_first = rows * sums.mean_score(first);
    const double of_second = rows * sums.mean_score(second);
    const double right_first = first_levels.weight.dot(first_levels.right);
    const double right_second = second_levels.weight.dot(second_levels.right);
    const auto share = [&](double counted, double pseudo) {
        return (counted + coupling_pseudo_rows * pseudo) / (rows + coupling_pseudo_rows);
    };
    const auto classes = [](const LevelDistribution& levels) -> ClassLevels {
        const Eigen::VectorXd right = levels.weight.cwiseProduct(levels.right);
        const Eigen::VectorXd wrong = levels.weight - right;
        return {right / right.sum(), wrong / wrong.sum()};
    };
    const ClassLevels one = classes(first_levels);
    const ClassLevels other = classes(second_levels);
    return share(both, right_first * right_second) * one.right * other.right.transpose() +
           share(of_first - both, right_first * (1.0 - right_second)) * one.right * other.wrong.transpose() +
           share(of_second - both, (1.0 - right_first) * right_second) * one.wrong * other.right.transpose() +
           share(rows - of_first - of_second + both, (1.0 - right_first) * (1.0 - right_second)) * one.wrong *
               other.wrong.transpose();
}

/// Fits the belief to sums over training rows. Requires rows.
inline BeliefModel fit_belief(const FoldStatistics& sums, const std::vector<ModelShape>& models) {
    BeliefModel belief;
    belief.mean_scores.resize(std::ssize(models));
    for (Index m = 0; m < std::ssize(models); ++m) {
        belief.mean_scores(m) = sums.mean_score(m);
        const ModelShape& shape = models[as_size(m)];
        if (!shape.verified()) continue;
        belief.levels.push_back(fit_levels(sums, models, m));
        belief.verified.push_back(m);
    }
    for (std::size_t k = 0; k < belief.verified.size(); ++k) {
        if (k == 0) belief.priors.push_back(belief.levels.front().weight);
        if (k + 1 == belief.verified.size()) break;
        const bool single =
            belief.levels[k].verifiers.size() == 1 && belief.levels[k + 1].verifiers.size() == 1;
        Eigen::MatrixXd joint = (single ? fit_coupling : couple_classes)(
            sums, belief.verified[k], belief.levels[k], belief.verified[k + 1], belief.levels[k + 1]);
        const Eigen::VectorXd margin = joint.rowwise().sum();
        if (k == 0) belief.priors.front() = margin;
        for (Index g = 0; g < joint.rows(); ++g) joint.row(g) /= margin(g);
        belief.priors.emplace_back(joint.transpose() * belief.priors.back());
        belief.transitions.push_back(std::move(joint));
    }
    return belief;
}

}  // namespace automix::detail
