// SPDX-License-Identifier: Apache-2.0
// The one loop over a router and a source, live and offline: ask the router, do what it says, add what came of it to the
// evidence, until it accepts. Training, evaluation and production all run this. Costs one call of the router and one
// of the source per step; no allocation.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/router/action.hpp>
#include <automix/router/evidence.hpp>
#include <automix/router/router.hpp>
#include <automix/router/source.hpp>

#include <string>
#include <utility>

namespace automix {

/// How one query ended.
struct Outcome {
    int model = -1;  ///< whose answer stands; -1: none
    AcceptedAnswer accepted = AcceptedAnswer::first;
    double answer_cost = 0.0;
    double verification_cost = 0.0;
    int draws = 0;
    int rounds = 0;         ///< of draws
    bool routed = false;    ///< a model beyond the first was asked
    std::string failure{};  ///< why the source stopped; the answer of `model` stands all the same

    [[nodiscard]] double cost() const noexcept { return answer_cost + verification_cost; }
};

namespace detail {

[[noreturn]] inline void break_protocol(const std::string& what) { throw ProtocolError("router: " + what); }

/// Throws `ProtocolError` where a source counts what cannot be: nothing at all, more positive than parsed or more parsed
/// than drawn, a confidence outside [0, 1].
inline void require_counts(const Drawn& drawn) {
    if (drawn.drawn < (drawn.failure.empty() ? 1 : 0)) {
        throw ProtocolError("source: a round of draws brought none and no failure");
    }
    if (drawn.positive < 0 || drawn.positive > drawn.parsed || drawn.parsed > drawn.drawn) {
        throw ProtocolError("source: a round brought " + std::to_string(drawn.drawn) + " draws, " +
                            std::to_string(drawn.parsed) + " of them parsed and " + std::to_string(drawn.positive) +
                            " positive");
    }
    if (drawn.logged_confidence && !(*drawn.logged_confidence >= 0.0 && *drawn.logged_confidence <= 1.0)) {
        throw ProtocolError("source: expected a confidence in [0, 1], found " +
                            format_number(*drawn.logged_confidence));
    }
}

/// Adds one round of draws to the evidence on the current answer.
inline void add_draws(ModelEvidence& model, const Drawn& drawn) {
    model.drawn += drawn.drawn;
    model.parsed += drawn.parsed;
    model.positive += drawn.positive;
    if (drawn.logged_confidence) model.logged_confidence = drawn.logged_confidence;
    model.samples = drawn.samples;
    model.largest_cluster = drawn.largest_cluster;
}

}  // namespace detail

/// Runs one query to its end. `evidence` holds one entry a model and must be reset; it is left as the router last saw it.
/// Throws `ProtocolError` where the router asks for what cannot be done or the source counts what cannot be, and what the
/// source throws.
template <router Router, source Source>
Outcome run(const Router& policy, Source& from, Evidence& evidence) {
    Outcome outcome;
    for (;;) {
        const Action action = policy.next(evidence);
        switch (action.kind) {
            case ActionKind::accept:
                if (!evidence.started()) detail::break_protocol("accept before any model has answered");
                outcome.accepted = action.accepted;
                return outcome;

            case ActionKind::route: {
                if (action.model <= evidence.current || action.model > evidence.last_model()) {
                    detail::break_protocol("route from model " + std::to_string(evidence.current) + " to model " +
                                           std::to_string(action.model) + " of " +
                                           std::to_string(evidence.models.size()));
                }
                Answered answered = from.answer(action.model);
                outcome.answer_cost += answered.cost;
                outcome.routed = outcome.routed || action.model > 0;
                if (!answered.failure.empty()) {
                    outcome.failure = std::move(answered.failure);
                    return outcome;
                }
                evidence.current = outcome.model = action.model;
                auto& model = evidence.models[static_cast<std::size_t>(action.model)];
                model.answered = true;
                model.flagged = answered.flagged;
                break;
            }

            case ActionKind::verify: {
                if (!evidence.started()) detail::break_protocol("verify before any model has answered");
                if (action.draws < 1 && action.draws != all_draws) {
                    detail::break_protocol("verify with " + std::to_string(action.draws) + " draws");
                }
                Drawn drawn = from.draw(evidence.current, action.draws);
                detail::require_counts(drawn);
                outcome.verification_cost += drawn.cost;
                outcome.draws += drawn.drawn;
                ++outcome.rounds;
                detail::add_draws(evidence.models[static_cast<std::size_t>(evidence.current)], drawn);
                if (!drawn.failure.empty()) {
                    outcome.failure = std::move(drawn.failure);
                    return outcome;
                }
                break;
            }
        }
    }
}

}  // namespace automix
