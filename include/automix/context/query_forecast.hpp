// SPDX-License-Identifier: Apache-2.0
// This file defines the forecast of a query: what the facts on it tell of each model before anything is asked.
#pragma once

#include <vector>

namespace automix {

/// The expected scores and prices of each model on one query. Each member has one value a model.
struct QueryForecast {
    std::vector<double> scores{};         ///< expected score of the answer, in [0, 1]
    std::vector<double> answer_prices{};  ///< expected price of the answer
    std::vector<double> draw_prices{};    ///< expected price of one draw

    friend bool operator==(const QueryForecast&, const QueryForecast&) = default;
};

}  // namespace automix
