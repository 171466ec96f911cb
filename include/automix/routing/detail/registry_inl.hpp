// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/registry.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/baselines/adaptive_consistency.hpp>
#include <automix/routing/baselines/frugalgpt.hpp>
#include <automix/routing/baselines/win_rate.hpp>
#include <automix/routing/belief/context_choice.hpp>
#include <automix/routing/belief/fixed_k.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/constant.hpp>
#include <automix/routing/loop.hpp>
#include <automix/routing/published/exact_router.hpp>
#include <automix/routing/published/fixed_answer.hpp>
#include <automix/routing/published/greedy_pomdp.hpp>
#include <automix/routing/published/simple_pomdp.hpp>
#include <automix/routing/published/threshold.hpp>
#include <automix/routing/published/union.hpp>
#include <automix/routing/registry.hpp>

#include <algorithm>
#include <optional>
#include <string_view>

namespace automix::detail {

inline constexpr std::string_view fixed_answer_prefix = "fixed_answer:";
inline constexpr std::string_view pomdp_prefix = "pomdp:";

/// Returns the name of the router that is wrapped, or the name itself.
inline std::string_view unwrapped(std::string_view name) {
    if (name.starts_with(fixed_answer_prefix)) name.remove_prefix(fixed_answer_prefix.size());
    return name;
}

/// Returns the options of the router of one of the names that `is_pomdp` knows.
inline PomdpOptions pomdp_options(std::string_view name, PomdpOptions options) {
    options.context = context_of(name, {{}, options});
    if (name == "context_only") {
        options.max_draws = {0};
        options.accept = AcceptRule::first;
        options.signals = false;
    }
    return options;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE AnyRouter make_router(std::string_view name, const RouterSettings& settings) {
    constexpr std::string_view wrapper = detail::fixed_answer_prefix;
    if (name.starts_with(wrapper)) {
        const std::string_view inner = name.substr(wrapper.size());
        if (inner.starts_with(wrapper))
            throw ArgumentError("fixed_answer wraps no second one, found " + in_quotes(name));
        return AnyRouter::of(FixedAnswerRouter<AnyRouter>(make_router(inner, settings)));
    }
    if (is_pomdp(name)) return AnyRouter::of(PomdpRouter(detail::pomdp_options(name, settings.pomdp)));
    if (name == "fixed_k")
        return AnyRouter::of(FixedKRouter({settings.pomdp.objective, settings.pomdp.max_draws}));
    if (name == "threshold") return AnyRouter::of(ThresholdRouter(settings.one_shot));
    if (name == "double_threshold") return AnyRouter::of(DoubleThresholdRouter(settings.one_shot));
    if (name == "triple_threshold") return AnyRouter::of(TripleThresholdRouter(settings.one_shot));
    if (name == "self_consistency") return AnyRouter::of(SelfConsistencyRouter(settings.one_shot));
    if (name == "simple_pomdp") return AnyRouter::of(SimplePomdpRouter(settings.one_shot));
    if (name == "greedy_pomdp") return AnyRouter::of(GreedyPomdpRouter(settings.one_shot));
    if (name == "union") return AnyRouter::of(UnionRouter(settings.one_shot));
    if (name == "exact") return AnyRouter::of(ExactRouter(settings.one_shot));
    if (name == "always_small") return AnyRouter::of(AlwaysSmallRouter());
    if (name == "always_large") return AnyRouter::of(AlwaysLargeRouter());
    if (name == "random_mix") return AnyRouter::of(RandomMixRouter(settings.mix));
    const PomdpOptions& shared = settings.pomdp;
    if (name == "frugalgpt")
        return AnyRouter::of(
            FrugalGptRouter({shared.objective, shared.max_draws, shared.context, shared.seed}));
    if (name == "win_rate")
        return AnyRouter::of(WinRateRouter({shared.objective, shared.context, shared.seed}));
    if (name == "adaptive_consistency") {
        AdaptiveConsistencyOptions options;
        options.max_draws = std::min(settings.one_shot.max_draws, max_rounds);
        return AnyRouter::of(AdaptiveConsistencyRouter(options));
    }
    throw ArgumentError("unknown router " + in_quotes(name) + "; known are " + joined(router_names) +
                        ", pomdp:FIELDS, context_only, frugalgpt, win_rate, adaptive_consistency and "
                        "fixed_answer:NAME");
}

AUTOMIX_INLINE bool is_one_shot(std::string_view name) {
    return std::find(one_shot_names.begin(), one_shot_names.end(), detail::unwrapped(name)) !=
           one_shot_names.end();
}

AUTOMIX_INLINE bool is_pomdp(std::string_view name) {
    name = detail::unwrapped(name);
    return name == "pomdp" || name == "context_only" || name.starts_with(detail::pomdp_prefix);
}

AUTOMIX_INLINE bool is_threshold_sweep(std::string_view name) {
    name = detail::unwrapped(name);
    return name == "frugalgpt" || name == "win_rate";
}

AUTOMIX_INLINE ContextChoice context_of(std::string_view name, const RouterSettings& settings) {
    if (is_threshold_sweep(name)) return settings.pomdp.context;
    if (!is_pomdp(name)) return {false, {}};
    name = detail::unwrapped(name);
    if (!name.starts_with(detail::pomdp_prefix)) return settings.pomdp.context;
    const std::string_view fields = name.substr(detail::pomdp_prefix.size());
    if (const std::optional<ContextChoice> choice = parse_context_choice(fields)) return *choice;
    throw ArgumentError(
        "router " + in_quotes(name) +
        ": expected best, none, or some of text, dataset, features and prior joined by +, found " +
        in_quotes(fields));
}

}  // namespace automix
