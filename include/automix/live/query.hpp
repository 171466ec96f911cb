// SPDX-License-Identifier: Apache-2.0
// Defines a query to live models: its texts, what is known of it beforehand, the fields it needs to become a record of a
// log, and what the caller sends to the models in place of their own prompts.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/model/request.hpp>
#include <automix/model/sampling_changes.hpp>

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
    /// Sent to models for their answers as they are; empty: the prompts of the models. Verifiers go by question and
    /// context all the same.
    std::vector<Message> messages{};
    SamplingChanges sampling{};  ///< of answers
    Index first_model = 0;       ///< models before this one are not asked
};

}  // namespace automix
