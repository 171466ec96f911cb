// SPDX-License-Identifier: Apache-2.0
// Replays a log with a router: runs the loop of production on every row, with answers and verdicts from the log. If the
// router randomises, results are the exact expectation over u: one run for each interval of u, weighted by its length.
// O(rows * draws * intervals).
#pragma once

#include <automix/context/context_fields.hpp>
#include <automix/context/query_forecast.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/log_source.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/loop.hpp>
#include <automix/routing/router.hpp>
#include <automix/routing/source.hpp>

#include <Eigen/Core>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

/// The actions of a router on a log as scores and costs, one value a row.
struct Replay {
    Eigen::ArrayXd performance{};        ///< score of the accepted answer, in [0, 1]
    Eigen::ArrayXd answer_cost{};        ///< price of all answers
    Eigen::ArrayXd verification_cost{};  ///< price of all draws
    Eigen::ArrayXd routed{};             ///< probability that a model beyond the first is asked
    Eigen::ArrayXd last{};               ///< probability that the last model's answer is accepted
    Eigen::ArrayXd draws{};
    Eigen::ArrayXd rounds{};

    explicit Replay(Index rows = 0);

    template <class Rows>
    [[nodiscard]] Replay select_rows(const Rows& rows) const {
        Replay part;
        part.performance = performance(rows);
        part.answer_cost = answer_cost(rows);
        part.verification_cost = verification_cost(rows);
        part.routed = routed(rows);
        part.last = last(rows);
        part.draws = draws(rows);
        part.rounds = rounds(rows);
        return part;
    }

    /// Adds an outcome to a row, times `weight`.
    void add(Index row, double weight, const Outcome& outcome, double score);
};

namespace detail {

/// An interval of u, given by a point inside it and its length.
struct UniformInterval {
    double inside = 0.0;
    double length = 1.0;
};

/// Returns the intervals between breakpoints; none if there are no breakpoints. Throws `ProtocolError` unless they
/// ascend within [0, 1].
std::vector<UniformInterval> uniform_intervals(std::span<const double> breakpoints);

/// Throws `DataError` if a query has no answer to score.
void require_answer(const Outcome& outcome, const std::string& id);

/// Returns a message of a router, which knows numbers of models only, with the name in place of the number that it
/// begins with, as in `model 0: ..`.
std::string with_model_name(std::string_view message, const std::vector<std::string>& names);

/// Throws `DataError` if a router reads facts that no row of a log has.
void require_facts(ContextFields reads, const Dataset& data);

/// Runs the query of a row to its end. Adds the id and the name of the model to the message of a `ProtocolError`.
template <router Router, source Source>
Outcome run_row(const Router& policy, Source& source, Evidence& evidence, const Dataset& data, Index row) {
    try {
        const Outcome outcome = run(policy, source, evidence);
        require_answer(outcome, data.id(row));
        return outcome;
    } catch (const ProtocolError& error) {
        throw ProtocolError("id " + in_quotes(data.id(row)) + ": " +
                            with_model_name(error.what(), data.model_names()));
    }
}

}  // namespace detail

/// Runs the router on every row. A router without breakpoints gets one value of u a row, from `seed` and the id. Throws
/// the errors of the router and the log, `ProtocolError` and `DataError` with the id of the record, and `ArgumentError`
/// if the prices belong to another data set. Throws `DataError` if the router reads facts that no row has.
template <router Router>
Replay replay(const Router& policy, const Dataset& data, const PriceTable& prices, std::uint64_t seed = 0) {
    require_prices_for(data, prices);
    if constexpr (query_reading_router<Router>) detail::require_facts(policy.reads(), data);
    Replay result(data.rows());
    LogSource source(data, prices);
    if constexpr (model_bound_router<Router>) source.bind(policy.models());
    Evidence evidence(data.models());
    std::optional<QueryForecast> forecast;  // of the row at hand
    const auto run_row = [&](Index row, double u, double weight) {
        source.open(row);
        evidence.reset(u);
        evidence.forecast = forecast;
        const Outcome outcome = detail::run_row(policy, source, evidence, data, row);
        result.add(row, weight, outcome, source.score(outcome.model, outcome.accepted));
        if (outcome.model == evidence.last_model()) result.last(row) += weight;
    };
    std::vector<detail::UniformInterval> intervals;
    if constexpr (randomised_router<Router>) intervals = detail::uniform_intervals(policy.breakpoints());
    for (Index row = 0; row < data.rows(); ++row) {
        forecast = forecast_of(policy, data.facts(row));
        if (intervals.empty()) run_row(row, uniform_of(data.id(row), seed), 1.0);
        for (const auto& [inside, length] : intervals) run_row(row, inside, length);
    }
    return result;
}

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/detail/replay_inl.hpp>
#endif
