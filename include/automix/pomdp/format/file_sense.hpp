// SPDX-License-Identifier: Apache-2.0
// Converts values to the sense of a problem's own file, reward or cost. Models maximise rewards. For a file with
// `values: cost` these are negated costs. So results are negated before they are shown, and lower and upper bounds are
// swapped.
#pragma once

#include <automix/pomdp/format/reader.hpp>
#include <automix/pomdp/simulate.hpp>
#include <automix/pomdp/solution.hpp>

#include <string_view>

namespace automix {

/// Returns the sense of the values of a problem's file, `reward` or `cost`.
[[nodiscard]] inline std::string_view sense_of(const PomdpFile& problem) noexcept {
    return problem.costs ? "cost" : "reward";
}

/// Returns a reward of the model in the sense of its file: unchanged, or negated if the file gives costs.
[[nodiscard]] inline double in_sense_of(const PomdpFile& problem, double reward) noexcept {
    return problem.costs ? 0.0 - reward : reward;
}

/// Returns an interval of rewards in the sense of the problem's file, lower end first.
[[nodiscard]] inline pomdp::ValueInterval in_sense_of(const PomdpFile& problem,
                                                      const pomdp::ValueInterval& rewards) noexcept {
    const double low = in_sense_of(problem, rewards.low);
    const double high = in_sense_of(problem, rewards.high);
    return problem.costs ? pomdp::ValueInterval{high, low} : pomdp::ValueInterval{low, high};
}

/// The bounds of a solver in the sense of the problem's file.
struct PomdpBounds {
    double lower = 0.0;
    double upper = 0.0;
    std::string_view values = "reward";  ///< or "cost"
};

[[nodiscard]] inline PomdpBounds bounds_of(const PomdpFile& problem,
                                           const pomdp::Progress& progress) noexcept {
    const pomdp::ValueInterval bounds = in_sense_of(problem, {progress.lower, progress.upper});
    return {bounds.low, bounds.high, sense_of(problem)};
}

}  // namespace automix
