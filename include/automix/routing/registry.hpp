// SPDX-License-Identifier: Apache-2.0
// Routers by name, for programs and configuration files. `fixed_answer:NAME` wraps the router of that name.
// `pomdp:FIELDS` is `pomdp` that reads these facts on queries, such as `pomdp:none` and `pomdp:text+dataset`.
// `context_only` chooses a model by these facts and never verifies, as prompt routers do. `frugalgpt`, `win_rate` and
// `adaptive_consistency` are recipes of other papers.
#pragma once

#include <automix/routing/any_router.hpp>
#include <automix/routing/belief/context_choice.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/published/one_shot.hpp>

#include <array>
#include <span>
#include <string_view>

namespace automix {

struct RouterSettings {
    OneShotOptions one_shot{};
    PomdpOptions
        pomdp{};  ///< objective, limits of draws and facts also apply to `fixed_k`, `frugalgpt`, `win_rate`
    double mix = 0.5;  ///< share that `random_mix` sends to the large model
};

/// All names but `pomdp:FIELDS`, the baselines below and `fixed_answer:NAME`, in the order of reports.
inline constexpr std::array<std::string_view, 13> router_names = {
    "pomdp",
    "fixed_k",
    "threshold",
    "double_threshold",
    "triple_threshold",
    "self_consistency",
    "simple_pomdp",
    "greedy_pomdp",
    "union",
    "exact",
    "always_small",
    "always_large",
    "random_mix",
};

/// The names of the routers that draw their verdicts at once and decide once, as `OneShotRouter` does.
inline constexpr std::span<const std::string_view> one_shot_names = std::span(router_names).subspan(2, 8);

/// The names of the recipes that a router is compared with, in the order of reports.
inline constexpr std::array<std::string_view, 6> baseline_names = {
    "frugalgpt", "win_rate", "context_only", "self_consistency", "adaptive_consistency", "random_mix"};

/// Returns an untrained router of that name. Throws `ArgumentError` for an unknown name, listing the known ones, and
/// for `fixed_answer` around itself.
AnyRouter make_router(std::string_view name, const RouterSettings& settings = {});

/// Returns true for one of `one_shot_names`, also in `fixed_answer:NAME`.
bool is_one_shot(std::string_view name);

/// Returns true for `pomdp`, `pomdp:FIELDS` and `context_only`, also in `fixed_answer:NAME`.
bool is_pomdp(std::string_view name);

/// Returns true for `frugalgpt` and `win_rate`, which choose among thresholds for an objective, also in
/// `fixed_answer:NAME`.
bool is_threshold_sweep(std::string_view name);

/// Returns the facts on queries that a router of that name may read once it is trained; none for names of other routers
/// than `is_pomdp` and `is_threshold_sweep` know. Throws `ArgumentError` for unknown fields.
ContextChoice context_of(std::string_view name, const RouterSettings& settings = {});

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/routing/detail/registry_inl.hpp>
#endif
