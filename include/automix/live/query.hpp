// SPDX-License-Identifier: Apache-2.0
// Defines a query to live models: its texts, what is known of it beforehand, and the fields it needs to become a record
// of a log.
#pragma once

#include <automix/data/query_facts.hpp>

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
    std::vector<QueryFeature> features{};         ///< what the caller knows beforehand; names differ
    std::vector<double> prior{};  ///< the caller's probability that each model is right, in [0, 1]; or empty
    std::vector<std::string> prior_models{};  ///< models of the prior; empty: those asked, in their order
};

}  // namespace automix
