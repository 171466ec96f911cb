// SPDX-License-Identifier: Apache-2.0
// Which columns of a table in another shape hold what the log schema calls id, split, dataset, category, and the score,
// confidence and cost of each model. A row of such a table is one flat JSON object, as in the data released with the
// AutoMix paper (`llama13b_f1`, `llama70b_f1`, `p_ver_13b`).
#pragma once

#include <string>
#include <vector>

namespace automix {

/// Columns of one model; an empty name means that the table has no such column.
struct ModelMapping {
    std::string name{};   ///< what the model is to be called
    std::string score{};  ///< required
    std::string confidence{};
    std::string cost{};
};

/// Columns of a table; an empty name means that there is no such column. Without an id the row's line is its id.
struct ColumnMapping {
    std::string id{};
    std::string split{};
    std::string dataset{};
    std::string category{};
    std::vector<ModelMapping> models{};  ///< cheapest first
};

}  // namespace automix
