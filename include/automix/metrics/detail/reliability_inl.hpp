// SPDX-License-Identifier: Apache-2.0
// Definitions of metrics/reliability.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/metrics/reliability.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

namespace automix {

AUTOMIX_INLINE ReliabilitySum::ReliabilitySum(int bins) {
    if (bins < 1) throw ArgumentError("bins: expected at least 1, found " + std::to_string(bins));
    bins_.resize(static_cast<std::size_t>(bins));
}

AUTOMIX_INLINE void ReliabilitySum::add(double predicted, double observed, double weight) {
    const auto count = static_cast<double>(bins_.size());
    const double place = std::clamp(std::floor(predicted * count), 0.0, count - 1.0);
    Sums& bin = bins_[static_cast<std::size_t>(place)];
    bin.weight += weight;
    bin.predicted += weight * predicted;
    bin.observed += weight * observed;
    bin.observed_squares += weight * observed * observed;
    squares_ += weight * (predicted - observed) * (predicted - observed);
}

AUTOMIX_INLINE Reliability ReliabilitySum::result() const {
    Reliability all;
    for (const Sums& sums : bins_) {
        if (!(sums.weight > 0.0)) continue;
        ReliabilityBin& bin = all.bins.emplace_back();
        bin.weight = sums.weight;
        bin.predicted = sums.predicted / sums.weight;
        bin.observed = sums.observed / sums.weight;
        const double variance =
            std::max(0.0, sums.observed_squares / sums.weight - bin.observed * bin.observed);
        if (sums.weight > 1.0) bin.se = std::sqrt(variance / (sums.weight - 1.0));
        all.weight += sums.weight;
        all.predicted += sums.predicted;
        all.observed += sums.observed;
        all.calibration_error += std::abs(sums.predicted - sums.observed);
    }
    if (!(all.weight > 0.0)) return all;
    all.predicted /= all.weight;
    all.observed /= all.weight;
    all.calibration_error /= all.weight;
    all.brier = squares_ / all.weight;
    return all;
}

}  // namespace automix
