// SPDX-License-Identifier: Apache-2.0
// This file fits linear models on sparse rows: L2 logistic regression with fractional targets and ridge regression,
// several at once, so that one pass over the rows serves four of them. Newton's method with conjugate gradients,
// scaled by the diagonal of the Hessian. It runs in a fixed order, so results do not depend on the machine's threads.
// O(non-zeros) a pass.
#pragma once

#include <automix/context/detail/linear_task.hpp>

#include <Eigen/Core>

namespace automix::detail {

/// Returns the weights, (columns + 1) x targets, with the intercepts in the last row. Starts from `start` if it has
/// the right size, else without weights.
Eigen::ArrayXXd fit_linear(const SparseMatrix& rows, const LinearTask& task, const FitLimits& limits,
                           const Eigen::ArrayXXd& start = {});

/// Sets `forecasts`, rows x targets, to f of all rows.
void predict_linear(const SparseMatrix& rows, const Eigen::ArrayXXd& weights, Eigen::ArrayXXd& forecasts);

}  // namespace automix::detail

#ifndef AUTOMIX_COMPILED
#include <automix/context/detail/linear_fit_inl.hpp>
#endif
