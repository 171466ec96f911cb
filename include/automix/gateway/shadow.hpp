// SPDX-License-Identifier: Apache-2.0
// Tells what another policy would have done with a query that was answered, from what was seen of it. Nothing is asked.
//     const automix::ShadowOutcome outcome = automix::shadow_outcome(shadow, query, answer);
#pragma once

#include <automix/gateway/served_policy.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/live/query.hpp>

#include <cstdint>
#include <string_view>

namespace automix {

enum class ShadowOutcome : std::uint8_t {
    agree,     ///< it would have accepted the same model's answer
    disagree,  ///< it would have accepted an earlier model's answer, or asked a later one
    unknown,   ///< it would have asked for what was not seen
};

/// Returns `agree`, `disagree` or `unknown`.
constexpr std::string_view to_string(ShadowOutcome outcome) noexcept {
    return outcome == ShadowOutcome::agree      ? "agree"
           : outcome == ShadowOutcome::disagree ? "disagree"
                                                : "unknown";
}

/// Returns what the shadow policy would have done. A policy over other models than the answer's is `unknown`.
[[nodiscard]] ShadowOutcome shadow_outcome(const ServedPolicy& shadow, const Query& query,
                                           const LiveAnswer& answer);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/gateway/detail/shadow_inl.hpp>
#endif
