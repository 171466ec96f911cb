// SPDX-License-Identifier: Apache-2.0
// The actions that a policy of the routing POMDP takes at some evidence, in a few bytes: tables may hold millions of
// them.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/routing/action.hpp>

#include <cstdint>

namespace automix::detail {

/// An action; `argument` is the model routed to, or the number of draws of `verifier`.
struct CompactAction {
    ActionKind kind = ActionKind::accept;
    std::uint8_t argument = 0;
    std::uint8_t verifier = 0;

    static constexpr CompactAction route(Index model) noexcept {
        return {ActionKind::route, static_cast<std::uint8_t>(model), 0};
    }
    static constexpr CompactAction verify(int draws, Index verifier = 0) noexcept {
        return {ActionKind::verify, static_cast<std::uint8_t>(draws), static_cast<std::uint8_t>(verifier)};
    }

    friend constexpr bool operator==(const CompactAction&, const CompactAction&) = default;
};

/// The actions of a policy at some evidence.
struct CellPolicy {
    CompactAction best{};
    CompactAction without_verifying{};  ///< the best action if no draws are left

    friend constexpr bool operator==(const CellPolicy&, const CellPolicy&) = default;
};

}  // namespace automix::detail
