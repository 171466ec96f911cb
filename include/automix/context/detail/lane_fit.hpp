// SPDX-License-Identifier: Apache-2.0
// This file fits up to four linear models in one pass over sparse rows: Newton's method, with conjugate gradients scaled
// by the diagonal of the Hessian. Memory is O(rows + columns).
#pragma once

#include <automix/context/detail/linear_task.hpp>
#include <automix/core/numerics.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace automix::detail {

/// The targets that one pass serves.
inline constexpr std::size_t lanes = 4;
using Lanes = std::array<double, lanes>;
using LaneRows = std::vector<Lanes>;

inline void add_scaled(Lanes& sum, const Lanes& values, double scale) noexcept {
    for (std::size_t k = 0; k < lanes; ++k) sum[k] += scale * values[k];
}

/// Fits up to four targets. Lanes do not touch each other: each stops by its own measure.
class LaneFit {
 public:
    LaneFit(const SparseMatrix& rows, const LinearTask& task, Index first)
        : rows_(rows), task_(task), first_(first), columns_(as_size(rows.columns)) {
        count_ = std::min(lanes, task.losses.size() - as_size(first));
        for (std::size_t k = 0; k < count_; ++k)
            logistic_[k] = task.losses[as_size(first) + k] == Loss::logistic;
        for (std::size_t r = 0; r < rows.ends.size(); ++r) {
            if (task.folds.empty() || task.folds[r] != task.left_out) used_.push_back(r);
        }
        curvatures_.resize(used_.size());
    }

    /// Fits from the weights given, which it changes.
    void run(LaneRows& weights, const FitLimits& limits) {
        LaneRows forecasts(used_.size());
        for (std::size_t u = 0; u < used_.size(); ++u) forecasts[u] = row_sum(used_[u], weights);
        LaneRows gradient(columns_ + 1);
        LaneRows diagonal(columns_ + 1);
        LaneRows step(columns_ + 1);
        LaneRows moves(used_.size());
        Lanes loss = losses(forecasts, weights);
        Lanes reference{};
        std::array<bool, lanes> done{};
        for (std::size_t k = count_; k < lanes; ++k) done[k] = true;
        for (int newton = 0; newton < limits.newton_steps; ++newton) {
            differentiate(forecasts, weights, gradient, diagonal);
            const Lanes size = dot(gradient, gradient);
            Lanes forcing{};
            bool all_done = true;
            for (std::size_t k = 0; k < lanes; ++k) {
                if (newton == 0) reference[k] = std::max(size[k], start_size_[k]);
                const double relative = reference[k] > 0.0 ? std::sqrt(size[k] / reference[k]) : 0.0;
                // A squared loss is at its optimum after one step. Further ones would amplify rounding.
                done[k] = done[k] || relative <= limits.tolerance || (newton > 0 && !logistic_[k]);
                forcing[k] = logistic_[k] ? std::min(0.1, relative)
                                          : 0.5 * limits.tolerance / std::max(relative, 1e-300);
                all_done = all_done && done[k];
            }
            if (all_done) break;
            solve(gradient, diagonal, done, forcing, limits.inner_steps, step, moves);
            // A full step nearly always lowers the loss; halving it is a safeguard.
            Lanes scale{};
            for (std::size_t k = 0; k < lanes; ++k) scale[k] = done[k] ? 0.0 : 1.0;
            Lanes taken{};
            for (int halving = 0; halving < 30; ++halving) {
                for (std::size_t j = 0; j <= columns_; ++j) {
                    for (std::size_t k = 0; k < lanes; ++k)
                        weights[j][k] += (scale[k] - taken[k]) * step[j][k];
                }
                for (std::size_t u = 0; u < used_.size(); ++u) {
                    for (std::size_t k = 0; k < lanes; ++k)
                        forecasts[u][k] += (scale[k] - taken[k]) * moves[u][k];
                }
                taken = scale;
                const Lanes now = losses(forecasts, weights);
                bool lower = true;
                for (std::size_t k = 0; k < lanes; ++k) {
                    if (done[k] || now[k] <= loss[k] + 1e-9 * std::abs(loss[k])) {
                        if (!done[k]) loss[k] = now[k];
                    } else {
                        scale[k] *= 0.5;
                        lower = false;
                    }
                }
                if (lower) break;
            }
        }
    }

    [[nodiscard]] std::size_t count() const noexcept { return count_; }

    /// Returns the objective of each lane at these weights.
    [[nodiscard]] Lanes losses(const LaneRows& forecasts, const LaneRows& weights) const {
        Lanes sum{};
        for (std::size_t u = 0; u < used_.size(); ++u) {
            for (std::size_t k = 0; k < count_; ++k) {
                const double f = forecasts[u][k];
                const double y = target(used_[u], k);
                sum[k] += logistic_[k] ? softplus(f) - y * f : 0.5 * (y - f) * (y - f);
            }
        }
        for (std::size_t j = 0; j < columns_; ++j) {
            for (std::size_t k = 0; k < lanes; ++k)
                sum[k] += 0.5 * task_.penalties[j] * weights[j][k] * weights[j][k];
        }
        for (std::size_t k = 0; k < count_; ++k) {
            const double b = weights[columns_][k];
            if (logistic_[k]) sum[k] += softplus(b) + softplus(-b);
        }
        return sum;
    }

    /// Sets the gradient and the diagonal of the Hessian at these weights.
    void differentiate(const LaneRows& forecasts, const LaneRows& weights, LaneRows& gradient,
                       LaneRows& diagonal) {
        for (std::size_t j = 0; j < columns_; ++j) {
            for (std::size_t k = 0; k < lanes; ++k) gradient[j][k] = task_.penalties[j] * weights[j][k];
            diagonal[j].fill(task_.penalties[j]);
        }
        gradient[columns_].fill(0.0);
        diagonal[columns_].fill(1e-12);
        intercept_curvature_.fill(0.0);
        for (std::size_t k = 0; k < count_; ++k) {
            if (!logistic_[k]) continue;
            const double p = chance(weights[columns_][k]);
            gradient[columns_][k] = 2.0 * p - 1.0;
            intercept_curvature_[k] = 2.0 * p * (1.0 - p);
            diagonal[columns_][k] = intercept_curvature_[k];
        }
        for (std::size_t u = 0; u < used_.size(); ++u) {
            Lanes residual{};
            Lanes& curvature = curvatures_[u];
            curvature.fill(0.0);
            for (std::size_t k = 0; k < count_; ++k) {
                const double f = forecasts[u][k];
                const double p = logistic_[k] ? chance(f) : f;
                residual[k] = p - target(used_[u], k);
                curvature[k] = logistic_[k] ? p * (1.0 - p) : 1.0;
            }
            const std::size_t begin = used_[u] == 0 ? 0 : rows_.ends[used_[u] - 1];
            for (std::size_t e = begin; e < rows_.ends[used_[u]]; ++e) {
                const auto x = static_cast<double>(rows_.values[e]);
                const std::size_t j = rows_.numbers[e];
                add_scaled(gradient[j], residual, x);
                add_scaled(diagonal[j], curvature, x * x);
            }
            add_scaled(gradient[columns_], residual, 1.0);
            add_scaled(diagonal[columns_], curvature, 1.0);
        }
    }

    /// Returns the weighted sum of a row's columns with the intercept.
    [[nodiscard]] Lanes row_sum(std::size_t row, const LaneRows& weights) const {
        Lanes sum = weights[columns_];
        const std::size_t begin = row == 0 ? 0 : rows_.ends[row - 1];
        for (std::size_t e = begin; e < rows_.ends[row]; ++e) {
            add_scaled(sum, weights[rows_.numbers[e]], static_cast<double>(rows_.values[e]));
        }
        return sum;
    }

    /// Sets the weights to 0 and intercepts to the mean target; those of log odds to 0.
    void start(LaneRows& weights) const {
        std::fill(weights.begin(), weights.end(), Lanes{});
        if (used_.empty()) return;
        for (const std::size_t row : used_) {
            for (std::size_t k = 0; k < count_; ++k) {
                if (!logistic_[k]) weights[columns_][k] += target(row, k) / static_cast<double>(used_.size());
            }
        }
    }

    /// Measures the gradient where a fit starts without weights, to which tolerances are relative.
    void measure_start() {
        LaneRows weights(columns_ + 1);
        start(weights);
        const LaneRows forecasts(used_.size(), weights[columns_]);
        LaneRows gradient(columns_ + 1);
        LaneRows diagonal(columns_ + 1);
        differentiate(forecasts, weights, gradient, diagonal);
        start_size_ = dot(gradient, gradient);
    }

 private:
    static double softplus(double f) noexcept {
        return std::max(f, 0.0) + std::log1p(std::exp(-std::abs(f)));
    }
    static double chance(double f) noexcept {
        const double small = std::exp(-std::abs(f));
        return (f >= 0.0 ? 1.0 : small) / (1.0 + small);
    }
    [[nodiscard]] double target(std::size_t row, std::size_t lane) const {
        return (*task_.targets)(static_cast<Index>(row), first_ + static_cast<Index>(lane));
    }

    static Lanes dot(const LaneRows& a, const LaneRows& b) {
        Lanes sum{};
        for (std::size_t j = 0; j < a.size(); ++j) {
            for (std::size_t k = 0; k < lanes; ++k) sum[k] += a[j][k] * b[j][k];
        }
        return sum;
    }

    /// Solves Hessian * step = -gradient by conjugate gradients. Sets `moves` to the step's change of each forecast.
    void solve(const LaneRows& gradient, const LaneRows& diagonal, const std::array<bool, lanes>& done,
               const Lanes& forcing, int limit, LaneRows& step, LaneRows& moves) {
        const std::size_t n = columns_ + 1;
        LaneRows residual(n);
        LaneRows direction(n);
        LaneRows product(n);
        LaneRows changes(used_.size());
        for (auto& values : step) values.fill(0.0);
        for (auto& values : moves) values.fill(0.0);
        Lanes rho{};
        Lanes target_size{};
        std::array<bool, lanes> stopped = done;
        for (std::size_t j = 0; j < n; ++j) {
            for (std::size_t k = 0; k < lanes; ++k) {
                residual[j][k] = -gradient[j][k];
                direction[j][k] = residual[j][k] / diagonal[j][k];
                rho[k] += residual[j][k] * direction[j][k];
                target_size[k] += residual[j][k] * residual[j][k];
            }
        }
        for (std::size_t k = 0; k < lanes; ++k) target_size[k] *= forcing[k] * forcing[k];
        for (int i = 0; i < limit; ++i) {
            multiply(direction, product, changes);
            const Lanes slope = dot(direction, product);
            Lanes length{};
            for (std::size_t k = 0; k < lanes; ++k) {
                if (!stopped[k] && slope[k] > 0.0) length[k] = rho[k] / slope[k];
            }
            Lanes size{};
            Lanes next{};
            for (std::size_t j = 0; j < n; ++j) {
                for (std::size_t k = 0; k < lanes; ++k) {
                    step[j][k] += length[k] * direction[j][k];
                    residual[j][k] -= length[k] * product[j][k];
                    size[k] += residual[j][k] * residual[j][k];
                    next[k] += residual[j][k] * residual[j][k] / diagonal[j][k];
                }
            }
            for (std::size_t u = 0; u < used_.size(); ++u) {
                for (std::size_t k = 0; k < lanes; ++k) moves[u][k] += length[k] * changes[u][k];
            }
            bool all_stopped = true;
            Lanes turn{};
            for (std::size_t k = 0; k < lanes; ++k) {
                stopped[k] = stopped[k] || !(slope[k] > 0.0) || size[k] <= target_size[k];
                if (!stopped[k]) turn[k] = next[k] / rho[k];
                rho[k] = next[k];
                all_stopped = all_stopped && stopped[k];
            }
            if (all_stopped) break;
            for (std::size_t j = 0; j < n; ++j) {
                for (std::size_t k = 0; k < lanes; ++k) {
                    direction[j][k] = residual[j][k] / diagonal[j][k] + turn[k] * direction[j][k];
                }
            }
        }
    }

    /// Sets `product` to Hessian * direction, and `changes` to the direction's change of each forecast.
    void multiply(const LaneRows& direction, LaneRows& product, LaneRows& changes) const {
        for (std::size_t j = 0; j < columns_; ++j) {
            for (std::size_t k = 0; k < lanes; ++k) product[j][k] = task_.penalties[j] * direction[j][k];
        }
        for (std::size_t k = 0; k < lanes; ++k) {
            product[columns_][k] = intercept_curvature_[k] * direction[columns_][k];
        }
        for (std::size_t u = 0; u < used_.size(); ++u) {
            const std::size_t row = used_[u];
            const Lanes change = row_sum(row, direction);
            changes[u] = change;
            Lanes curved;
            for (std::size_t k = 0; k < lanes; ++k) curved[k] = change[k] * curvatures_[u][k];
            const std::size_t begin = row == 0 ? 0 : rows_.ends[row - 1];
            for (std::size_t e = begin; e < rows_.ends[row]; ++e) {
                add_scaled(product[rows_.numbers[e]], curved, static_cast<double>(rows_.values[e]));
            }
            add_scaled(product[columns_], curved, 1.0);
        }
    }

    const SparseMatrix& rows_;
    const LinearTask& task_;
    Index first_;
    std::size_t columns_;
    std::size_t count_ = 0;
    std::array<bool, lanes> logistic_{};
    std::vector<std::size_t> used_;
    LaneRows curvatures_;
    Lanes intercept_curvature_{};
    Lanes start_size_{};
};

}  // namespace automix::detail
