// SPDX-License-Identifier: Apache-2.0
// One line of a log with its texts: what `Record` holds and, apart from it, what was asked and answered. Readers fill the
// texts only when asked to.
#pragma once

#include <automix/data/record.hpp>

#include <optional>
#include <string>
#include <vector>

namespace automix {

/// Texts of one model; nothing where a generation failed or was not logged.
struct ModelTexts {
    std::optional<std::string> answer{};
    std::vector<std::optional<std::string>> samples{};  ///< all answers, `answer` first
};

struct LogRecord {
    Record record{};
    std::optional<std::string> question{};
    std::optional<std::string> context{};
    std::optional<std::string> reference{};
    std::vector<std::string> model_names{};  ///< one for each model of `record`
    std::vector<ModelTexts> texts{};         ///< one for each model of `record`
};

}  // namespace automix
