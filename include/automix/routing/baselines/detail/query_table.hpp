// SPDX-License-Identifier: Apache-2.0
// The tables that the forecasts of the baselines are fitted to: any target in [0, 1] of a log's queries, and the facts
// that a log holds. O(length of the texts).
#pragma once

#include <automix/context/context_fields.hpp>
#include <automix/context/fit_context.hpp>
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/data/record.hpp>
#include <automix/routing/belief/context_choice.hpp>

#include <string>
#include <vector>

namespace automix::detail {

/// Returns the facts to read: those chosen, or the name of the data set, the text and the features, if the log holds them.
/// Throws `DataError` for chosen facts that the log does not hold, and `ArgumentError` for a prior, which is of models.
inline ContextFields facts_to_read(const ContextChoice& choice, const Dataset& data) {
    ContextFields known;
    known.dataset = data.dataset_names().size() > 1;
    for (Index row = 0; row < data.rows(); ++row) {
        const QueryFacts facts = data.facts(row);
        known.text = known.text || !facts.question.empty();
        known.features = known.features || !facts.features.empty();
    }
    if (choice.best) return known;
    const ContextFields& fields = choice.fields;
    if (fields.prior) throw ArgumentError("context prior: win_rate and frugalgpt read no prior");
    if (fields.text && !known.text) throw DataError("context text: no training row has a question");
    if (fields.features && !known.features) throw DataError("context features: no training row has features");
    return fields;
}

/// Fits a forecast of one target to the facts on each row. `target(row)` lies in [0, 1], and `facts(row)` are views that
/// outlive the call.
template <class Target, class Facts>
FittedContext fit_target(const Dataset& data, const std::vector<int>& folds, ContextFields fields,
                         Target target, Facts facts) {
    Dataset table(std::vector<std::string>{"target"});
    table.reserve(as_size(data.rows()));
    for (Index row = 0; row < data.rows(); ++row) {
        Record record;
        record.id = data.id(row);
        record.dataset = data.dataset(row);
        record.models = {ModelRecord{}};
        record.models.front().score = target(row);
        QueryFacts known = facts(row);
        known.prior = {};
        table.append(record, {}, known);
    }
    const PriceTable free{{PriceColumn(0.0)},      {PriceColumn(0.0)},      {PriceColumn(0.0)},
                          {PriceOrigin::standard}, {PriceOrigin::standard}, {}};
    ContextOptions options;
    options.fields = fields;
    return fit_context(table, free, folds, options);
}

/// Throws `DataError` if a table has no rows or fewer than two models.
inline void require_routable(const Dataset& data) {
    if (data.rows() == 0) throw DataError("no rows to train on");
    if (data.models() < 2) throw DataError("routing needs at least two models, found one");
}

}  // namespace automix::detail
