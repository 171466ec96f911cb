// SPDX-License-Identifier: Apache-2.0
// Defines a query to live models: its texts, and the fields it needs to become a record of a log.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace automix {

struct Query {
    std::string id{};       ///< also decides, by its hash, which of two mixed policies the query falls to
    std::string dataset{};  ///< empty: not named
    std::string split{};    ///< empty: not given
    std::string question{};
    std::string context{};                        ///< empty for a task without context
    std::optional<std::string> reference{};       ///< the right answer, if it is known
    std::vector<std::string> other_references{};  ///< further right answers; empty without `reference`
};

}  // namespace automix
