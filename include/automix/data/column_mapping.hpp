// SPDX-License-Identifier: Apache-2.0
// This file maps the columns of a table in another shape to the log schema. A row of such a table is a line of CSV or
// TSV, or one flat JSON object, as in the data released with the AutoMix paper (`llama13b_f1`, `llama70b_f1`,
// `p_ver_13b`). An empty name means that the table has no such column.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace automix {

/// The column of one signal of a model.
struct SignalMapping {
    std::string name{};
    std::string column{};
};

/// The columns of one further verifier of a model, as those of `ModelMapping`.
struct VerifierMapping {
    std::string name{};  ///< not `self`
    std::string confidence{};
    std::vector<std::string> verdicts{};
    int confidence_draws = 0;
    std::string draws{};
    std::string draw_cost{};
};

/// The columns of one model.
struct ModelMapping {
    std::string name{};   ///< the model's name in the data set
    std::string score{};  ///< required
    std::string confidence{};
    std::string cost{};
    std::vector<std::string> verdicts{};  ///< one column for each draw, or one that lists all of a row
    /// The number of draws behind a confidence, if it is their mean. The confidence is read as so many verdicts, and
    /// each is charged.
    int confidence_draws = 0;
    std::string draws{};      ///< column of that number, if it differs by row
    std::string draw_cost{};  ///< price of one draw
    std::string answer{};
    std::vector<SignalMapping> signals{};
    std::vector<VerifierMapping> verifiers{};
};

/// A word that stands for a number in the columns of scores, verdicts and signals.
struct WordMapping {
    std::string word{};             ///< compared without case and outer blanks
    std::optional<double> value{};  ///< in [0, 1]; nothing: a verdict that could not be parsed
};

/// The columns of a table. Without an id column the row's line is its id.
struct ColumnMapping {
    std::string id{};
    std::string split{};
    std::string dataset{};
    std::string category{};
    std::vector<ModelMapping> models{};  ///< cheapest first
    std::string question{};
    std::string context{};
    std::string reference{};
    std::vector<std::string>
        features{};  ///< columns of numbers and short texts, known before anything is asked
    std::vector<std::string>
        prior{};  ///< columns of the caller's probability that each model is right, one for each model; or empty
    std::vector<WordMapping> words{};
};

}  // namespace automix
