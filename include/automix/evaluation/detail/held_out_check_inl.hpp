// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/held_out_check.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/evaluation/bootstrap.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/evaluation/held_out_check.hpp>
#include <automix/routing/training.hpp>

#include <cmath>
#include <string>

namespace automix {

AUTOMIX_INLINE std::string contradiction(const HeldOut& estimated, const Evaluation& test) {
    if (!test.intervals) return {};
    constexpr double errors = 3.0;
    constexpr double normal_quantile = 1.96;  // of 95 %
    const auto differs = [&](const char* what, double expected, double se, double found,
                             const Interval& interval) -> std::string {
        const double test_se = 0.5 * (interval.high - interval.low) / normal_quantile;
        const double tolerance = errors * std::hypot(se, test_se);
        if (std::abs(found - expected) <= tolerance || nearly_equal(found, expected, 1e-9)) return {};
        return std::string(what) + " " + format_significant(found, 3) + " on the test rows contradicts the " +
               format_significant(expected, 3) +
               " that held-out training rows showed; do both come from the same traffic?";
    };
    std::string sentence = differs("score", estimated.score, estimated.score_se, test.report.performance,
                                   test.intervals->performance);
    // Without draws the held-out cost is that of mean prices, whose error is not known.
    if (sentence.empty() && estimated.cost_se > 0.0)
        sentence = differs("cost", estimated.cost, estimated.cost_se, test.report.cost, test.intervals->cost);
    return sentence;
}

}  // namespace automix
