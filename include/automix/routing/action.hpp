// SPDX-License-Identifier: Apache-2.0
// The actions of a router. A query starts with a route to some model. Then verdicts may be drawn on the current answer,
// or a larger model may be asked. In the end an answer is accepted: the current model's, or the plurality of its
// samples.
#pragma once

#include <automix/core/numerics.hpp>

#include <cstdint>

namespace automix {

enum class ActionKind : std::uint8_t { accept, route, verify };

/// The answer of the current model that is accepted.
enum class AcceptedAnswer : std::uint8_t { first, plurality };

/// The number of draws that asks for all that the source holds.
inline constexpr int all_draws = -1;

/// One step of the loop; `model` belongs to route, `draws` and `verifier` to verify, `accepted` to accept.
struct Action {
    ActionKind kind = ActionKind::accept;
    Index model = -1;
    int draws = 0;
    AcceptedAnswer accepted = AcceptedAnswer::first;
    Index verifier = 0;  ///< number of the verifier of the current model's answers

    /// Returns the action that accepts the current model's answer and ends the query.
    static constexpr Action accept(AcceptedAnswer which = AcceptedAnswer::first) noexcept {
        return {ActionKind::accept, -1, 0, which, 0};
    }
    /// Returns the action that asks a larger model; 0 is the cheapest.
    static constexpr Action route(Index model) noexcept {
        return {ActionKind::route, model, 0, AcceptedAnswer::first, 0};
    }

    /// Returns the action that draws that many verdicts of a verifier on the current answer in one round.
    static constexpr Action verify(int draws, Index verifier = 0) noexcept {
        return {ActionKind::verify, -1, draws, AcceptedAnswer::first, verifier};
    }

    friend constexpr bool operator==(const Action&, const Action&) = default;
};

}  // namespace automix
