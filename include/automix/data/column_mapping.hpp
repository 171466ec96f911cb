// SPDX-License-Identifier: Apache-2.0
// This file maps the columns of a table in another shape to the log schema. The columns are id, split, dataset,
// category, and the score, confidence and cost of each model. A row of such a table is one flat JSON object, as in the
// data released with the AutoMix paper (`llama13b_f1`, `llama70b_f1`, `p_ver_13b`).
#pragma once

#include <string>
#include <vector>

namespace automix {

/// The columns of one model. An empty name means that the table has no such column.
struct ModelMapping {
    std::string name{};   ///< the model's name in the data set
    std::string score{};  ///< required
    std::string confidence{};
    std::string cost{};
};

/// The columns of a table. An empty name means that there is no such column. Without an id column the row's line is its
/// id.
struct ColumnMapping {
    std::string id{};
    std::string split{};
    std::string dataset{};
    std::string category{};
    std::vector<ModelMapping> models{};  ///< cheapest first
};

}  // namespace automix
