// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/context/detail/lane_fit.hpp>
#include <automix/context/detail/linear_fit.hpp>
#include <automix/context/detail/linear_task.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

using namespace automix;
using detail::FitLimits;
using detail::LinearTask;
using detail::Loss;
using detail::SparseMatrix;

namespace {

/// A problem of many rows, as a sparse and a dense matrix.
struct Problem {
    SparseMatrix sparse{};
    Eigen::MatrixXd dense{};
    Eigen::ArrayXXd targets{};
    std::vector<double> penalties{};
    std::vector<Loss> losses{};
    std::vector<int> folds{};

    Problem(Index rows, Index columns, std::vector<Loss> which, std::uint64_t seed)
        : losses(std::move(which)) {
        Random random(seed);
        sparse.columns = columns;
        dense.setZero(rows, columns);
        targets.resize(rows, std::ssize(losses));
        for (Index j = 0; j < columns; ++j) penalties.push_back(0.2 + random.uniform());
        for (Index r = 0; r < rows; ++r) {
            for (Index j = 0; j < columns; ++j) {
                if (!random.bernoulli(0.4)) continue;
                const auto value = static_cast<float>(random.normal());
                dense(r, j) = static_cast<double>(value);
                sparse.numbers.push_back(static_cast<std::uint32_t>(j));
                sparse.values.push_back(value);
            }
            sparse.ends.push_back(sparse.numbers.size());
            for (Index k = 0; k < targets.cols(); ++k) {
                const double lean = dense(r, k % columns);
                targets(r, k) = losses[as_size(k)] == Loss::logistic
                                    ? (random.bernoulli(0.3) ? random.uniform()
                                                             : random.bernoulli(0.5 + 0.2 * std::tanh(lean)))
                                    : 3.0 + lean + random.normal();
            }
            folds.push_back(static_cast<int>(random.index(4)));
        }
    }

    [[nodiscard]] LinearTask task() const { return {penalties, losses, &targets, {}, -1}; }

    /// Newton's method on the dense Hessian, with the intercept as the last column.
    [[nodiscard]] Eigen::VectorXd dense_optimum(Index target, int left_out) const {
        const Index n = dense.cols() + 1;
        const bool logistic = losses[as_size(target)] == Loss::logistic;
        Eigen::VectorXd w = Eigen::VectorXd::Zero(n);
        for (int i = 0; i < 60; ++i) {
            Eigen::VectorXd gradient = Eigen::VectorXd::Zero(n);
            Eigen::MatrixXd hessian = Eigen::MatrixXd::Zero(n, n);
            for (Index j = 0; j + 1 < n; ++j) {
                gradient(j) = penalties[as_size(j)] * w(j);
                hessian(j, j) = penalties[as_size(j)];
            }
            const auto add = [&](const Eigen::VectorXd& x, double y) {
                const double f = x.dot(w);
                const double p = logistic ? 1.0 / (1.0 + std::exp(-f)) : f;
                gradient += (p - y) * x;
                hessian += (logistic ? p * (1.0 - p) : 1.0) * x * x.transpose();
            };
            for (Index r = 0; r < dense.rows(); ++r) {
                if (folds[as_size(r)] == left_out) continue;
                Eigen::VectorXd x(n);
                x << dense.row(r).transpose(), 1.0;
                add(x, targets(r, target));
            }
            if (logistic) {
                const Eigen::VectorXd x = Eigen::VectorXd::Unit(n, n - 1);
                add(x, 1.0);
                add(x, 0.0);
            }
            w -= hessian.ldlt().solve(gradient);
        }
        return w;
    }
};

const std::vector<Loss> five = {Loss::logistic, Loss::squared, Loss::logistic, Loss::squared, Loss::logistic};

}  // namespace

TEST_CASE("the gradient and the diagonal agree with finite differences") {
    const Problem problem(60, 7, {Loss::logistic, Loss::squared, Loss::logistic}, 3);
    const LinearTask task = problem.task();
    detail::LaneFit fit(problem.sparse, task, 0);
    Random random(9);
    detail::LaneRows weights(8, detail::Lanes{});
    for (auto& row : weights) {
        for (std::size_t k = 0; k < 3; ++k) row[k] = 0.5 * random.normal();
    }
    const auto forecasts = [&] {
        detail::LaneRows sums(60);
        for (std::size_t r = 0; r < sums.size(); ++r) sums[r] = fit.row_sum(r, weights);
        return sums;
    };
    detail::LaneRows gradient(8);
    detail::LaneRows diagonal(8);
    fit.differentiate(forecasts(), weights, gradient, diagonal);
    const detail::Lanes middle = fit.losses(forecasts(), weights);
    constexpr double h = 1e-4;
    for (std::size_t j = 0; j < weights.size(); ++j) {
        for (std::size_t k = 0; k < 3; ++k) {
            const double kept = weights[j][k];
            weights[j][k] = kept + h;
            const double above = fit.losses(forecasts(), weights)[k];
            weights[j][k] = kept - h;
            const double below = fit.losses(forecasts(), weights)[k];
            weights[j][k] = kept;
            CHECK(gradient[j][k] == Approx((above - below) / (2.0 * h)).margin(1e-6));
            CHECK(diagonal[j][k] == Approx((above - 2.0 * middle[k] + below) / (h * h)).margin(1e-4));
        }
    }
}

TEST_CASE("the optimum is that of Newton's method on the dense Hessian", "[property]") {
    const Problem problem(150, 12, five, 4);
    LinearTask task = problem.task();
    const Eigen::ArrayXXd all = detail::fit_linear(problem.sparse, task, {});
    REQUIRE(all.rows() == 13);
    for (Index k = 0; k < 5; ++k) CHECK((all.col(k).matrix() - problem.dense_optimum(k, -1)).norm() < 1e-7);

    SECTION("forecasts are sums of weighted columns") {
        Eigen::ArrayXXd forecasts(150, 5);
        detail::predict_linear(problem.sparse, all, forecasts);
        const Eigen::MatrixXd expected =
            (problem.dense * all.topRows(12).matrix()).rowwise() + all.row(12).matrix();
        CHECK((forecasts.matrix() - expected).norm() < 1e-9);
    }
    SECTION("a fold is left out, from 0 and from the weights of all rows") {
        task.folds = problem.folds;
        task.left_out = 2;
        const Eigen::ArrayXXd cold = detail::fit_linear(problem.sparse, task, {});
        const Eigen::ArrayXXd warm = detail::fit_linear(problem.sparse, task, {}, all);
        for (Index k = 0; k < 5; ++k) {
            const Eigen::VectorXd expected = problem.dense_optimum(k, 2);
            CHECK((cold.col(k).matrix() - expected).norm() < 1e-7);
            CHECK((warm.col(k).matrix() - expected).norm() < 1e-6);
        }
        FitLimits near;
        near.newton_steps = 2;
        near.inner_steps = 8;
        const Eigen::ArrayXXd close = detail::fit_linear(problem.sparse, task, near, all);
        for (Index k = 0; k < 5; ++k) {
            const Eigen::VectorXd expected = problem.dense_optimum(k, 2);
            CHECK((close.col(k).matrix() - expected).norm() < 0.05 * (all.col(k).matrix() - expected).norm());
        }
    }
}

TEST_CASE("targets do not touch each other") {
    const Problem problem(80, 6, five, 5);
    const Eigen::ArrayXXd together = detail::fit_linear(problem.sparse, problem.task(), {});
    for (Index k = 0; k < 5; ++k) {
        const Eigen::ArrayXXd target = problem.targets.col(k);
        LinearTask task = problem.task();
        task.losses = {problem.losses[as_size(k)]};
        task.targets = &target;
        CHECK((detail::fit_linear(problem.sparse, task, {}).col(0) == together.col(k)).all());
    }
}

TEST_CASE("rows without columns, and no rows at all, are fitted") {
    SparseMatrix rows;
    rows.columns = 2;
    const std::vector<double> penalties = {1.0, 1.0};
    Eigen::ArrayXXd targets(0, 2);
    LinearTask task{penalties, {Loss::logistic, Loss::squared}, &targets, {}, -1};
    CHECK((detail::fit_linear(rows, task, {}) == 0.0).all());

    rows.ends = {0, 0, 0};
    targets.resize(3, 2);
    targets << 1.0, 4.0, 1.0, 5.0, 0.25, 9.0;
    const Eigen::ArrayXXd weights = detail::fit_linear(rows, task, {});
    // With one row right and one wrong more, the share right is (2.25 + 1) / (3 + 2).
    CHECK(weights(2, 0) == Approx(std::log(3.25 / 1.75)));
    CHECK(weights(2, 1) == Approx(6.0));
}

TEST_CASE("classes that a column separates have a finite optimum") {
    SparseMatrix rows;
    rows.columns = 1;
    for (int r = 0; r < 40; ++r) {
        rows.numbers.push_back(0);
        rows.values.push_back(r < 20 ? -1000.0F : 1000.0F);
        rows.ends.push_back(rows.numbers.size());
    }
    Eigen::ArrayXXd targets(40, 1);
    targets << Eigen::ArrayXd::Zero(20), Eigen::ArrayXd::Ones(20);
    const std::vector<double> penalties = {1.0};
    const LinearTask task{penalties, {Loss::logistic}, &targets, {}, -1};
    const Eigen::ArrayXXd weights = detail::fit_linear(rows, task, {});
    // At the optimum w = 40 * 1000 / (1 + exp(1000 w)).
    CHECK(1000.0 * weights(0, 0) == Approx(std::log(40000.0 / weights(0, 0) - 1.0)).epsilon(1e-6));
}
