// SPDX-License-Identifier: Apache-2.0
// This file has small numerical helpers: comparison with a relative tolerance, the empirical quantile, and Gaussian
// smoothing with reflected edges. The quantile interpolates linearly (type 7 of Hyndman and Fan 1996, the default of
// NumPy and R). The quantile is O(n) on average, smoothing O(n * radius).
#pragma once

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace automix {

/// The type of the numbers of models, rows and states, and of their counts. A number that may be missing is then -1.
using Index = Eigen::Index;

/// Returns a number as the position in a standard container. Requires a number of at least 0.
constexpr std::size_t as_size(Index number) noexcept { return static_cast<std::size_t>(number); }

/// Returns true if the numbers are equal up to rounding: |a - b| <= tolerance * max(|a|, |b|).
inline bool nearly_equal(double a, double b, double tolerance = 1e-12) noexcept {
    return std::abs(a - b) <= tolerance * std::max(std::abs(a), std::abs(b));
}

/// Returns the q-quantile of `values`, which are passed by value because they get partially sorted. Requires values and
/// 0 <= q <= 1.
inline double quantile(std::vector<double> values, double q) {
    const double position = q * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::ptrdiff_t>(std::floor(position));
    const auto nth = values.begin() + below;
    std::nth_element(values.begin(), nth, values.end());
    const double low = *nth;
    const double fraction = position - std::floor(position);
    if (fraction == 0.0) return low;
    return low + fraction * (*std::min_element(nth + 1, values.end()) - low);
}

/// Convolves the values with a Gaussian of standard deviation `sigma`, in units of the index. The kernel is truncated
/// at 4 sigma and normalised. The edges reflect about half a sample (d c b a | a b c d | d c b a), as often as needed.
/// Requires sigma > 0.
template <class Values>
Eigen::ArrayXd gaussian_smooth(const Values& values, double sigma) {
    const Index n = values.size();
    const auto radius = static_cast<Index>(4.0 * sigma + 0.5);
    Eigen::ArrayXd kernel(2 * radius + 1);
    for (Index k = -radius; k <= radius; ++k) {
        kernel(k + radius) = std::exp(-0.5 * static_cast<double>(k * k) / (sigma * sigma));
    }
    kernel /= kernel.sum();

    const auto reflected = [n](Index i) {
        const Index period = 2 * n;
        const Index phase = ((i % period) + period) % period;
        return phase < n ? phase : period - 1 - phase;
    };
    Eigen::ArrayXd smooth(n);
    for (Index i = 0; i < n; ++i) {
        // Both sides are added together, so a mirrored input gives the mirrored output to the last bit.
        smooth(i) = kernel(radius) * values(i);
        for (Index k = 1; k <= radius; ++k) {
            smooth(i) += kernel(radius + k) * (values(reflected(i - k)) + values(reflected(i + k)));
        }
    }
    return smooth;
}

}  // namespace automix
