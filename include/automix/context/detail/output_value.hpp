// SPDX-License-Identifier: Apache-2.0
// Provides `output_value`, which the fit of a context and its forecasts share.
#pragma once

#include <automix/context/context_parameters.hpp>

#include <algorithm>
#include <cmath>

namespace automix::detail {

/// Returns the forecast that a sum of weighted columns gives.
inline double output_value(const ContextOutput& output, bool is_score, double sum) noexcept {
    if (!output.varies) return output.constant;
    const double value = is_score ? 1.0 / (1.0 + std::exp(-sum)) : std::exp(sum);
    return std::clamp(value, output.low, output.high);
}

}  // namespace automix::detail
