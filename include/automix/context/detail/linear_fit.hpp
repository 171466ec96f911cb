// SPDX-License-Identifier: Apache-2.0
// This file fits linear models on sparse rows: L2 logistic regression with fractional targets and ridge regression,
// several at once, so that one pass over the rows serves four of them. Newton's method with conjugate gradients,
// scaled by the diagonal of the Hessian. It runs in a fixed order, so results do not depend on the machine's threads.
// O(non-zeros) a pass.
#pragma once

#include <automix/core/numerics.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace automix::detail {

/// Rows of a sparse matrix, stored end to end.
struct SparseMatrix {
    Index columns = 0;
    std::vector<std::size_t> ends{};
    std::vector<std::uint32_t> numbers{};  ///< column of each entry
    std::vector<float> values{};

    [[nodiscard]] Index rows() const noexcept { return std::ssize(ends); }
};

enum class Loss { logistic, squared };

/// The limits of a fit.
struct FitLimits {
    int newton_steps = 30;
    int inner_steps = 60;     ///< conjugate gradient steps in one Newton step
    double tolerance = 1e-8;  ///< of the gradient, relative to that at the start from 0
};

/// A fit of several targets. Its objective, for each target k, sums over the rows that are used
///     logistic: -y log p - (1 - y) log(1 - p) with p = 1/(1 + exp(-f)), and 2 log(1 + exp(-|b|)) + |b| for one row
///               right and one wrong where all columns are 0
///     squared:  (y - f)^2 / 2
/// with f = b + x w, plus sum_j penalty_j w_j^2 / 2.
struct LinearTask {
    std::span<const double> penalties{};       ///< one for each column
    std::vector<Loss> losses{};                ///< one for each target
    const Eigen::ArrayXXd* targets = nullptr;  ///< rows x targets
    std::span<const int> folds{};              ///< of each row; empty if no row is left out
    int left_out = -1;                         ///< fold whose rows are not used
};

/// Returns the weights, (columns + 1) x targets, with the intercepts in the last row. Starts from `start` if it has
/// the right size, else from 0.
Eigen::ArrayXXd fit_linear(const SparseMatrix& rows, const LinearTask& task, const FitLimits& limits,
                           const Eigen::ArrayXXd& start = {});

/// Sets `forecasts`, rows x targets, to f of all rows.
void predict_linear(const SparseMatrix& rows, const Eigen::ArrayXXd& weights, Eigen::ArrayXXd& forecasts);

}  // namespace automix::detail

#ifndef AUTOMIX_COMPILED
#include <automix/context/detail/linear_fit_inl.hpp>
#endif
