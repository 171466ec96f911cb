// SPDX-License-Identifier: Apache-2.0
// The one loop over a router and a source, live and offline: ask the router, do what it says, add what came of it to the
// evidence, until it accepts. Training, evaluation and production all run this. Costs one call of the router and one
// of the source per step; no allocation.
#pragma once

#include <automix/core/error.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/router.hpp>
#include <automix/routing/source.hpp>

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

/// Throws `ProtocolError` unless what a source charges is a price.
void require_cost(double cost);

/// Throws `ProtocolError` where the largest cluster is larger than the samples.
void require_clusters(int samples, int largest_cluster);

/// Throws `ProtocolError` where a source counts what cannot be: more draws than asked for, or fewer without a reason, more
/// positive than parsed or more parsed than drawn, a cluster larger than the samples, a confidence outside [0, 1].
void require_counts(const Drawn& drawn, int asked);

/// Adds one round of draws to the evidence on the current answer.
void add_draws(ModelEvidence& model, const Drawn& drawn);

}  // namespace detail

/// Rounds of draws on one query after which a router is taken to verify for ever.
inline constexpr int most_rounds = 10'000;

/// Runs one query to its end. `evidence` holds one entry a model and must be reset; it is left as the router last saw it.
/// Throws `ProtocolError` where the router asks for what cannot be done or for more than `most_rounds` rounds, or the
/// source counts or charges what cannot be, and what the source throws.
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
                auto& model = evidence.models[static_cast<std::size_t>(action.model)];
                model.answered = true;
                model.flagged = answered.flagged;
                model.samples = answered.samples;
                model.largest_cluster = answered.largest_cluster;
                break;
            }

            case ActionKind::verify: {
                if (!evidence.started()) detail::break_protocol("verify before any model has answered");
                if (action.draws < 1 && action.draws != all_draws) {
                    detail::break_protocol("verify with " + std::to_string(action.draws) + " draws");
                }
                if (outcome.rounds == most_rounds) {
                    detail::break_protocol("verify after " + std::to_string(most_rounds) +
                                           " rounds on one query");
                }
                Drawn drawn = from.draw(evidence.current, action.draws);
                detail::require_counts(drawn, action.draws);
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

#ifndef AUTOMIX_COMPILED
#include <automix/routing/detail/loop_inl.hpp>
#endif
