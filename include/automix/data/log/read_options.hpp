// SPDX-License-Identifier: Apache-2.0
// This file defines the options for reading a log, common to the streaming reader and the reader of whole logs.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/progress.hpp>
#include <automix/data/column_mapping.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace automix {

struct ReadOptions {
    std::vector<std::string> models{};  ///< the models to keep, in this order; empty: all
    /// The signals to keep; empty: all in `signals`. A name that a model's `signals` do not have is looked up among the
    /// numbers and booleans beside them, such as `confidence`, which is no signal unless it is named here.
    std::vector<std::string> signals{};
    /// The verifiers to keep; empty: all. Verdicts, confidence and draw_cost beside `verifiers` are those of `self`. If
    /// names are given without `self`, the first one takes its place, so that routers of one verifier are trained on it.
    std::vector<std::string> verifiers{};
    std::vector<std::string> fixed_answers{};  ///< answers to flag, compared without case and outer blanks
    std::optional<ColumnMapping> mapping{};    ///< for logs in another shape
    bool keep_samples = false;                 ///< keep clusters and scores of the samples
    bool keep_facts = false;                   ///< keep the question, context, features and prior of queries
    /// If true, keeps all texts, the facts as `keep_facts` does, and the clusters and scores of the samples as
    /// `keep_samples` does. A data set holds no answers, so `read_log` keeps only the facts, clusters and scores.
    bool keep_texts = false;
    /// If true, skips rows that cannot be read, and rows whose id is a duplicate. They are counted and the first are
    /// named in a warning. It is an error if more rows are bad than good.
    bool skip_bad_rows = false;
    bool allow_truncated = false;  ///< skip a last line that was cut off instead of refusing it
    std::size_t max_line_bytes = std::size_t{64} << 20U;
    ProgressHandler progress{};  ///< told by the readers of whole logs, in megabytes of the files
};

namespace detail {

/// The models of a log that are wanted.
struct ModelChoice {
    std::vector<bool> keep{};  ///< one for each model of the log
    std::vector<Index>
        order{};  ///< for each wanted model its place among those kept; empty if they stand in the log's order
};

/// Returns the models of the log that are wanted: all if none is named. Throws `ArgumentError` for names that the log
/// does not have, and for a name that stands twice.
inline ModelChoice choose_models(const std::vector<std::string>& log,
                                 const std::vector<std::string>& wanted) {
    ModelChoice choice{std::vector<bool>(log.size(), wanted.empty()), {}};
    std::vector<Index> numbers;
    for (const std::string& name : wanted) {
        const auto found = std::find(log.begin(), log.end(), name);
        if (found == log.end())
            throw ArgumentError("no model " + in_quotes(name) + " in the log; it has " + joined(log));
        numbers.push_back(found - log.begin());
        if (choice.keep[as_size(numbers.back())])
            throw ArgumentError("models: " + in_quotes(name) + " stands twice in " + joined(wanted));
        choice.keep[as_size(numbers.back())] = true;
    }
    if (std::is_sorted(numbers.begin(), numbers.end())) return choice;
    for (const Index number : numbers)
        choice.order.push_back(
            std::count_if(numbers.begin(), numbers.end(), [number](Index other) { return other < number; }));
    return choice;
}

}  // namespace detail

}  // namespace automix
