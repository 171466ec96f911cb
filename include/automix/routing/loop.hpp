// SPDX-License-Identifier: Apache-2.0
// The loop over a router and a source, live and offline. It asks the router for an action, takes it, and adds the
// result to the evidence, until the router accepts. Training, evaluation and production all run this loop. Each step
// calls the router once and the source once and allocates nothing.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/router.hpp>
#include <automix/routing/source.hpp>

#include <string>
#include <utility>

namespace automix {

/// The outcome of one query.
struct Outcome {
    Index model = -1;  ///< whose answer is used; -1: none
    AcceptedAnswer accepted = AcceptedAnswer::first;
    double answer_cost = 0.0;
    double verification_cost = 0.0;
    int draws = 0;
    int rounds = 0;         ///< rounds of draws
    bool routed = false;    ///< a model beyond the first was asked
    std::string failure{};  ///< why the source stopped; the answer of `model` is still used

    [[nodiscard]] double cost() const noexcept { return answer_cost + verification_cost; }
};

namespace detail {

[[noreturn]] inline void break_protocol(const std::string& what) { throw ProtocolError("router: " + what); }

/// Throws `ProtocolError` unless the cost that a source charges is a price.
void require_cost(double cost);

/// Throws `ProtocolError` if the largest cluster has more members than there are samples.
void require_clusters(int samples, int largest_cluster);

/// Throws `ProtocolError` for impossible counts of a source. Examples are more draws than asked for, fewer without a
/// reason, more verdicts positive than parsed or more parsed than drawn. A cluster larger than the samples and a
/// confidence outside [0, 1] are impossible too.
void require_counts(const Drawn& drawn, int asked);

/// Adds one round of draws to the evidence of the verifier that was asked.
void add_draws(VerifierEvidence& verifier, const Drawn& drawn);

/// Draws verdicts of a verifier on a model's answer. Throws `ProtocolError` if the source has no such verifier.
template <source Source>
Drawn draw_from(Source& from, Index model, const Action& action) {
    if constexpr (multi_verifier_source<Source>) {
        return from.draw(model, action.verifier, action.draws);
    } else {
        if (action.verifier != 0)
            break_protocol("verify by verifier " + std::to_string(action.verifier) +
                           ", while the source has one");
        return from.draw(model, action.draws);
    }
}

}  // namespace detail

/// Maximum number of rounds of draws on one answer. A router that asks for more would never end.
inline constexpr int max_rounds = 64;

/// Runs one query to its end. `evidence` has one entry for each model and must be reset; it is left as the router last
/// saw it. Throws `ProtocolError` if the router asks for an impossible action, or for more than `max_rounds` rounds
/// on an answer, or if counts or cost of the source are impossible. A source that is a `draw_limiting_source` ends the
/// rounds by itself. Errors of the source pass through.
template <router Router, source Source>
Outcome run(const Router& policy, Source& from, Evidence& evidence) {
    Outcome outcome;
    int rounds = 0;  // on the current answer
    for (;;) {
        const Action action = policy.next(evidence);
        switch (action.kind) {
            case ActionKind::accept:
                if (!evidence.started()) detail::break_protocol("accept before any model has answered");
                outcome.accepted = action.accepted;
                return outcome;

            case ActionKind::route: {
                if (action.model <= evidence.current || action.model > evidence.last_model()) {
                    detail::break_protocol("route from model " + std::to_string(evidence.current) +
                                           " to model " + std::to_string(action.model) + " of " +
                                           std::to_string(evidence.models.size()));
                }
                Answered answered = from.answer(action.model);
                detail::require_cost(answered.cost);
                detail::require_clusters(answered.samples, answered.largest_cluster);
                outcome.answer_cost += answered.cost;
                outcome.routed = outcome.routed || action.model > 0;
                if (!answered.failure.empty()) {
                    outcome.failure = std::move(answered.failure);
                    return outcome;
                }
                evidence.current = outcome.model = action.model;
                rounds = 0;
                auto& model = evidence.models[as_size(action.model)];
                model.answered = true;
                model.flagged = answered.flagged;
                model.samples = answered.samples;
                model.largest_cluster = answered.largest_cluster;
                model.signals = std::move(answered.signals);
                break;
            }

            case ActionKind::verify: {
                if (!evidence.started()) detail::break_protocol("verify before any model has answered");
                if (action.verifier < 0)
                    detail::break_protocol("verify by verifier " + std::to_string(action.verifier));
                if (action.draws < 1 && action.draws != all_draws) {
                    detail::break_protocol("verify with " + std::to_string(action.draws) + " draws");
                }
                if (!draw_limiting_source<Source> && rounds == max_rounds) {
                    detail::break_protocol("verify after " + std::to_string(max_rounds) +
                                           " rounds on one answer");
                }
                Drawn drawn = detail::draw_from(from, evidence.current, action);
                detail::require_counts(drawn, action.draws);
                outcome.verification_cost += drawn.cost;
                outcome.draws += drawn.drawn;
                ++outcome.rounds;
                ++rounds;
                detail::add_draws(evidence.models[as_size(evidence.current)].verifier_at(action.verifier),
                                  drawn);
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

#ifndef AUTOMIX_COMPILED
#include <automix/routing/detail/loop_inl.hpp>
#endif
