// SPDX-License-Identifier: Apache-2.0
// Defines scores of many answers at once, for judges that are started once or that compare answers.
#pragma once

#include <automix/live/query.hpp>

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace automix {

/// An answer without a score.
struct AnswerToScore {
    const Query* query = nullptr;
    std::string model{};
    std::string answer{};
};

/// A function that returns a score in [0, 1] for each answer, in their order.
using BatchMetric = std::function<std::vector<double>(std::span<const AnswerToScore> answers)>;

}  // namespace automix
