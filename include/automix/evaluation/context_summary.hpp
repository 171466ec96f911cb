// SPDX-License-Identifier: Apache-2.0
// Sums up what the facts on queries tell a router that reads them: the words and pairs of words that move the forecast of
// a model's score most over the rows of a log, and what is forecast and found for each data set. O(words).
#pragma once

#include <automix/context/context_fields.hpp>
#include <automix/context/context_model.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/routing/belief/pomdp_router.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace automix {

/// A word, or a pair of words with a blank between, over all rows whose question has it.
struct WordEffect {
    std::string word{};
    Index rows = 0;         ///< rows that have it
    double log_odds = 0.0;  ///< what it adds to the log odds of the score, mean over these rows
    double score = 0.0;     ///< mean score of the model on these rows
};

/// The facts that the forecast of one model's score reads.
struct ModelContext {
    std::string model{};
    double score = 0.0;  ///< mean score on the rows looked at
    std::vector<WordEffect>
        words{};  ///< those that move most in all, |log odds| times rows, the largest first
};

/// Scores by data set.
struct DatasetContext {
    std::string dataset{};
    Index rows = 0;
    std::vector<double> scores{};  ///< mean score of each model
    std::vector<double>
        forecasts{};  ///< mean forecast of each model's score; empty if the router reads nothing
};

struct ContextSummary {
    ContextFields reads{};                   ///< what the router reads
    Index rows = 0;                          ///< rows whose words were looked at
    std::vector<ModelContext> models{};      ///< none unless the router reads the text
    std::vector<DatasetContext> datasets{};  ///< in order of appearance, over all rows
};

/// Looks at the words of at most `max_rows` rows, and keeps at most `words` of each model that occur in at least
/// `min_rows` of them. `router` is null for one that reads no query. Throws as `PomdpRouter::forecast` does.
ContextSummary summarise_context(const PomdpRouter* router, const Dataset& data, std::size_t words = 16,
                                 Index min_rows = 3, Index max_rows = 10'000);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/detail/context_summary_inl.hpp>
#endif
