// SPDX-License-Identifier: Apache-2.0
// Definitions of context/detail/linear_fit.hpp.
#pragma once

#include <automix/context/detail/lane_fit.hpp>
#include <automix/context/detail/linear_fit.hpp>
#include <automix/context/detail/linear_task.hpp>
#include <automix/core/config.hpp>
#include <automix/core/numerics.hpp>

#include <Eigen/Core>

#include <cstddef>

namespace automix::detail {

AUTOMIX_INLINE Eigen::ArrayXXd fit_linear(const SparseMatrix& rows, const LinearTask& task,
                                          const FitLimits& limits, const Eigen::ArrayXXd& start) {
    const auto targets = std::ssize(task.losses);
    const bool warm = start.rows() == rows.columns + 1 && start.cols() == targets;
    Eigen::ArrayXXd weights(rows.columns + 1, targets);
    for (Index first = 0; first < targets; first += static_cast<Index>(lanes)) {
        LaneFit fit(rows, task, first);
        LaneRows lane(as_size(rows.columns) + 1, Lanes{});
        const auto count = static_cast<Index>(fit.count());
        if (warm) {
            fit.measure_start();
            for (Index j = 0; j <= rows.columns; ++j) {
                for (Index k = 0; k < count; ++k) lane[as_size(j)][as_size(k)] = start(j, first + k);
            }
        } else {
            fit.start(lane);
        }
        fit.run(lane, limits);
        for (Index j = 0; j <= rows.columns; ++j) {
            for (Index k = 0; k < count; ++k) weights(j, first + k) = lane[as_size(j)][as_size(k)];
        }
    }
    return weights;
}

AUTOMIX_INLINE void predict_linear(const SparseMatrix& rows, const Eigen::ArrayXXd& weights,
                                   Eigen::ArrayXXd& forecasts) {
    const Index targets = weights.cols();
    // One row of the weights is read for each entry, so they are stored row by row.
    const Eigen::Array<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> by_column = weights;
    Eigen::ArrayXd sum(targets);
    std::size_t e = 0;
    for (Index r = 0; r < rows.rows(); ++r) {
        sum = by_column.row(rows.columns).transpose();
        for (; e < rows.ends[as_size(r)]; ++e) {
            sum += static_cast<double>(rows.values[e]) * by_column.row(rows.numbers[e]).transpose();
        }
        forecasts.row(r) = sum.transpose();
    }
}

}  // namespace automix::detail
