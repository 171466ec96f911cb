// SPDX-License-Identifier: Apache-2.0
// A query to live models: what is asked, and what belongs to it when it becomes a record of a log.
#pragma once

#include <optional>
#include <string>

namespace automix {

struct Query {
    std::string id{};       ///< also decides, by its hash, which of two mixed policies the query falls to
    std::string dataset{};  ///< empty: not named
    std::string split{};    ///< empty: not given
    std::string question{};
    std::string context{};                   ///< empty for a task without
    std::optional<std::string> reference{};  ///< the right answer, if it is known
};

}  // namespace automix
