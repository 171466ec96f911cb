// SPDX-License-Identifier: Apache-2.0
// This file defines the options of statistics: the verdicts that count, folds and seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace automix {

struct StatisticsOptions {
    /// The number of leading verdicts of an answer that count: one number for all models, or one for each but the last.
    /// If it is -1 or missing, all logged verdicts count; if it is 0, the model is not verified.
    std::vector<int> max_draws{};
    /// The further verifiers that count beside the first one. A model whose answers none of them has judged has the
    /// first alone.
    std::vector<std::string> verifiers{};
    int folds = 10;
    bool pluralities = false;  ///< also collect the sums of plurality_sums.hpp, from samples
    std::uint64_t seed = 0;    ///< seed of the folds and of the orders of samples
};

/// The value in `max_draws` for all logged verdicts.
inline constexpr int all_logged_draws = -1;

}  // namespace automix
