// SPDX-License-Identifier: Apache-2.0
// The concepts of a router. Required member of `router`:
//     Action next(const Evidence&) const      the next action; called until it accepts
// and of `trainable_router` in addition (copyable, so that training can be undone):
//     TrainingResult train(const TrainingData&)
// Valid:
//     struct Cheap {
//         Action next(const Evidence& e) const { return e.started() ? Action::accept() : Action::route(0); }
//     };
// Invalid: the same with a `next` that is not const, or that returns a bool. Copy `Cheap` as a skeleton.
#pragma once

#include <automix/context/context_fields.hpp>
#include <automix/context/query_forecast.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/training.hpp>

#include <concepts>
#include <optional>
#include <span>
#include <string>

namespace automix {

template <class R>
concept router = requires(const R& r, const Evidence& evidence) {
    { r.next(evidence) } -> std::same_as<Action>;
};

template <class R>
concept trainable_router = router<R> && std::copyable<R> && requires(R& r, const TrainingData& training) {
    { r.train(training) } -> std::same_as<TrainingResult>;
};

/// A router that knows the models that it was trained on, and how each is verified; none before training.
template <class R>
concept model_bound_router = router<R> && requires(const R& r) {
    { r.models() } -> std::same_as<std::vector<ModelShape>>;
};

/// A router whose actions depend on `evidence.u` only by the interval between these numbers that it falls into
/// (ascending, in (0, 1)). Reports then give the exact expectation over u.
template <class R>
concept randomised_router = router<R> && requires(const R& r) {
    { r.breakpoints() } -> std::convertible_to<std::span<const double>>;
};

/// A router that reads the facts on a query. The caller puts `forecast(facts)` into the evidence before the first action.
template <class R>
concept query_reading_router = router<R> && requires(const R& r, const QueryFacts& facts) {
    { r.forecast(facts) } -> std::same_as<std::optional<QueryForecast>>;
    { r.reads() } -> std::same_as<ContextFields>;
};

/// A router that reads signals of answers: `signals(model)` names those of a model's answers, none before training.
template <class R>
concept signal_reading_router = router<R> && requires(const R& r, Index model) {
    { r.signals(model) } -> std::same_as<std::vector<std::string>>;
};

/// Returns a warning if a router reads the question of a query that has none: it is then read as one without words.
/// Other facts may be missing. Returns an empty text if nothing is lacking.
inline std::string missing_facts(ContextFields reads, const QueryFacts& facts) {
    if (!reads.text || !facts.question.empty()) return {};
    return "the policy reads " + to_string(reads) +
           ", but the query has no question: it is read as one without words";
}

/// Returns what a router reads of a query; nothing for a router that does not read it.
template <router Router>
std::optional<QueryForecast> forecast_of(const Router& policy, const QueryFacts& facts) {
    if constexpr (query_reading_router<Router>) return policy.forecast(facts);
    return std::nullopt;
}

/// Puts what a router reads of a query into the evidence, for a router that reads it.
template <router Router>
void read_query(const Router& policy, const QueryFacts& facts, Evidence& evidence) {
    if constexpr (query_reading_router<Router>) evidence.forecast = forecast_of(policy, facts);
}

}  // namespace automix
