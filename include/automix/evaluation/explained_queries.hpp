// SPDX-License-Identifier: Apache-2.0
// Chooses a few queries of a log that show what a router does, and explains each decision on them. They are taken in turn
// from four kinds, as far as there are such: a right answer of the first model that is kept, a wrong one that is kept, a
// query that is sent on and gains by it, and one that is sent on in vain. Within a kind the hash of the id decides.
// O(rows * draws + queries * explanation).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/explanation.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace automix {

/// The fate of a query.
enum class QueryFate : std::uint8_t { kept_right, kept_wrong, sent_gained, sent_in_vain };

/// One decision on a query.
struct ExplainedStep {
    Action action{};
    Index current = -1;  ///< the model that answered last; -1: none had
    int parsed = 0;      ///< verdicts on its answer so far
    int positive = 0;
    std::optional<Explanation> explanation{};  ///< nothing for a router that does not explain itself
};

struct ExplainedQuery {
    std::string id{};
    std::string dataset{};
    std::string question{};  ///< cut after `max_text` bytes; empty unless the facts on queries are kept
    QueryFate fate = QueryFate::kept_right;
    Index accepted = 0;  ///< the model whose answer was accepted
    double score = 0.0;  ///< of that answer
    double cost = 0.0;
    std::vector<double> scores{};  ///< of each model's answer
    std::vector<ExplainedStep> steps{};
};

struct ExplainedQueriesOptions {
    std::size_t count = 10;
    std::size_t max_text = 600;
    std::uint64_t seed = 0;  ///< seed of `evidence.u` and of the choice
};

/// Returns the queries in the order of the four kinds. A router that randomises is shown at each query's own u. A score
/// above one half counts as right. Throws as `replay` does.
std::vector<ExplainedQuery> explain_queries(const AnyRouter& router, const Dataset& data,
                                            const PriceTable& prices,
                                            const ExplainedQueriesOptions& options = {});

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/detail/explained_queries_inl.hpp>
#endif
