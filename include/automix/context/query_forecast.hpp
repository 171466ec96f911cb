// SPDX-License-Identifier: Apache-2.0
// This file defines what the facts on a query tell of each model before anything is asked.
#pragma once

#include <automix/core/numerics.hpp>

#include <vector>

namespace automix {

/// The forecast for one query: one value for each model, cheapest first.
struct QueryForecast {
    std::vector<double> scores{};         ///< expected scores, within (0, 1); empty if only the group is told
    std::vector<double> answer_prices{};  ///< expected prices of an answer, in the unit of the prices
    std::vector<double>
        draw_prices{};  ///< expected prices of one draw, likewise; 0 where no draw has a price
    Index group = -1;   ///< of a policy's groups of queries, the one that the query is of; -1: none

    friend bool operator==(const QueryForecast&, const QueryForecast&) = default;
};

}  // namespace automix
