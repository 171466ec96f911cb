// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/explained_queries.hpp.
#pragma once

#include <automix/context/query_forecast.hpp>
#include <automix/core/config.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/core/utf8.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/evaluation/explained_queries.hpp>
#include <automix/evaluation/log_source.hpp>
#include <automix/evaluation/log_walk.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/explanation.hpp>
#include <automix/routing/loop.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

inline constexpr std::size_t query_fates = 4;

/// Returns what became of a query whose accepted answer is that of `model` and has that score.
inline QueryFate fate_of(const Dataset& data, Index row, Index model, double score) {
    constexpr double right = 0.5;
    const double small = data.scores(0)(row);
    if (model == 0) return score > right ? QueryFate::kept_right : QueryFate::kept_wrong;
    return score > small ? QueryFate::sent_gained : QueryFate::sent_in_vain;
}

/// Returns `count` rows, taken in turn from the kinds, in the order of the kinds.
inline std::vector<Index> choose_queries(
    std::array<std::vector<std::pair<std::uint64_t, Index>>, query_fates> kinds, std::size_t count) {
    for (auto& kind : kinds) std::sort(kind.begin(), kind.end());
    std::array<std::size_t, query_fates> taken{};
    for (std::size_t left = count; left > 0;) {
        const std::size_t before = left;
        for (std::size_t k = 0; k < query_fates && left > 0; ++k) {
            if (taken[k] == kinds[k].size()) continue;
            ++taken[k];
            --left;
        }
        if (left == before) break;
    }
    std::vector<Index> rows;
    for (std::size_t k = 0; k < query_fates; ++k) {
        for (std::size_t i = 0; i < taken[k]; ++i) rows.push_back(kinds[k][i].second);
    }
    return rows;
}

/// Runs one query and notes each decision with its explanation.
inline ExplainedQuery explain_query(const AnyRouter& router, const Explainer& explainer, const Dataset& data,
                                    const PriceTable& prices, Index row,
                                    const ExplainedQueriesOptions& options) {
    const QueryFacts facts = data.facts(row);
    ExplainedQuery query;
    query.id = data.id(row);
    query.dataset = data.dataset(row);
    query.question = first_bytes(facts.question, options.max_text);
    if (query.question.size() < facts.question.size()) query.question += " ...";
    for (Index model = 0; model < data.models(); ++model) query.scores.push_back(data.scores(model)(row));
    LogSource source(data, prices);
    source.open(row);
    Evidence evidence(data.models());
    evidence.reset(uniform_of(data.id(row), options.seed));
    evidence.forecast = router.forecast(facts);
    const auto note = [&](const Evidence& seen, const Action& action) {
        ExplainedStep step{action, seen.current, 0, 0, {}};
        if (seen.started()) {
            step.parsed = seen.current_model().parsed;
            step.positive = seen.current_model().positive;
        }
        if (explainer) step.explanation = explainer(seen, facts);
        query.steps.push_back(std::move(step));
    };
    const ShownRouter<AnyRouter, decltype(note)> shown{router, note};
    const Outcome outcome = run_row(shown, source, evidence, data, row);
    query.accepted = outcome.model;
    query.score = source.score(outcome.model, outcome.accepted);
    query.cost = outcome.cost();
    query.fate = fate_of(data, row, outcome.model, query.score);
    return query;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::vector<ExplainedQuery> explain_queries(const AnyRouter& router, const Dataset& data,
                                                           const PriceTable& prices,
                                                           const ExplainedQueriesOptions& options) {
    require_prices_for(data, prices);
    // A sample is enough to find some of each kind.
    constexpr Index looked_at = 2000;
    std::array<std::vector<std::pair<std::uint64_t, Index>>, detail::query_fates> kinds;
    LogSource source(data, prices);
    Evidence evidence(data.models());
    for (const Index row : sampled_rows(data, looked_at, options.seed)) {
        source.open(row);
        evidence.reset(uniform_of(data.id(row), options.seed));
        evidence.forecast = router.forecast(data.facts(row));
        const Outcome outcome = detail::run_row(router, source, evidence, data, row);
        const double score = source.score(outcome.model, outcome.accepted);
        const auto kind = static_cast<std::size_t>(detail::fate_of(data, row, outcome.model, score));
        kinds[kind].emplace_back(hash_text(data.id(row), options.seed), row);
    }
    const Explainer explainer = router.explainer();
    std::vector<ExplainedQuery> queries;
    for (const Index row : detail::choose_queries(std::move(kinds), options.count))
        queries.push_back(detail::explain_query(router, explainer, data, prices, row, options));
    return queries;
}

}  // namespace automix
