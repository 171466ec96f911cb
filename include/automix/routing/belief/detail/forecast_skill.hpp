// SPDX-License-Identifier: Apache-2.0
// Tests whether forecasts on held-out rows tell anything: of the score of any model, or of any price. The statistic is
// the sum of the squares of the positive correlations between forecast and fact, as normal deviates. Its distribution, if
// facts and forecasts were paired at random, follows from the first two moments of permutations (Strasser, Weber 1999):
// the covariance of two correlations is the product of those of the forecasts and of the facts. So outputs that depend
// on each other count once. It is drawn with a fixed seed. O(rows * outputs^2 + draws * outputs^2).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace automix::detail {

/// Returns columns of mean 0 and length 1. A column that does not vary becomes 0.
inline Eigen::MatrixXd standardised(const Eigen::ArrayXXd& table) {
    Eigen::MatrixXd columns = (table.rowwise() - table.colwise().mean()).matrix();
    for (Index c = 0; c < columns.cols(); ++c) {
        const double length = columns.col(c).norm();
        const double scale = table.col(c).matrix().norm();
        if (length > 1e-9 * scale) {
            columns.col(c) /= length;
        } else {
            columns.col(c).setZero();
        }
    }
    return columns;
}

/// Returns the probability that forecasts paired with facts at random correlate as much with them. Both are rows x
/// outputs. Returns 1 for fewer than four rows.
inline double chance_of_skill(const Eigen::ArrayXXd& forecasts, const Eigen::ArrayXXd& facts) {
    constexpr int draws = 2000;
    constexpr std::uint64_t seed = 17;
    if (forecasts.rows() < 4 || forecasts.cols() == 0) return 1.0;
    const Eigen::MatrixXd told = standardised(forecasts);
    const Eigen::MatrixXd found = standardised(facts);
    const auto rows = static_cast<double>(forecasts.rows());
    const auto statistic = [](const Eigen::ArrayXd& deviates) { return deviates.max(0.0).square().sum(); };
    const double seen =
        statistic(std::sqrt(rows - 1.0) * told.cwiseProduct(found).colwise().sum().transpose().array());
    Eigen::MatrixXd covariance = (told.transpose() * told).cwiseProduct(found.transpose() * found);
    covariance.diagonal().array() += 1e-9;
    const Eigen::MatrixXd root = covariance.llt().matrixL();
    Random random(seed);
    int as_large = 0;
    Eigen::VectorXd normal(root.cols());
    for (int draw = 0; draw < draws; ++draw) {
        for (Index c = 0; c < normal.size(); ++c) normal(c) = random.normal();
        as_large += statistic((root * normal).array()) >= seen ? 1 : 0;
    }
    return (as_large + 1.0) / (draws + 1.0);
}

/// Returns what is left of each column after the part that is linear in a column of another table.
inline Eigen::ArrayXXd less_linear(const Eigen::ArrayXXd& table, const Eigen::ArrayXXd& other) {
    const Eigen::MatrixXd explained = standardised(other);
    Eigen::MatrixXd left = (table.rowwise() - table.colwise().mean()).matrix();
    for (Index c = 0; c < left.cols(); ++c) {
        const double length = left.col(c).norm();
        left.col(c) -= left.col(c).dot(explained.col(c)) * explained.col(c);
        if (left.col(c).norm() < 1e-9 * length) left.col(c).setZero();  // nothing but rounding is left
    }
    return left.array();
}

}  // namespace automix::detail
