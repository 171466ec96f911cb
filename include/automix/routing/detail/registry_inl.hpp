// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/registry.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/belief/fixed_k.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/constant.hpp>
#include <automix/routing/published/exact_router.hpp>
#include <automix/routing/published/fixed_answer.hpp>
#include <automix/routing/published/greedy_pomdp.hpp>
#include <automix/routing/published/simple_pomdp.hpp>
#include <automix/routing/published/threshold.hpp>
#include <automix/routing/published/union.hpp>
#include <automix/routing/registry.hpp>

#include <algorithm>
#include <string_view>

namespace automix {

AUTOMIX_INLINE AnyRouter make_router(std::string_view name, const RouterSettings& settings) {
    constexpr std::string_view wrapper = "fixed_answer:";
    if (name.starts_with(wrapper)) {
        const std::string_view inner = name.substr(wrapper.size());
        if (inner.starts_with(wrapper))
            throw ArgumentError("fixed_answer wraps no second one, found " + in_quotes(name));
        return AnyRouter::of(FixedAnswerRouter<AnyRouter>(make_router(inner, settings)));
    }
    if (name == "pomdp") return AnyRouter::of(PomdpRouter(settings.pomdp));
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
    throw ArgumentError("unknown router " + in_quotes(name) + "; known are " + joined(router_names) +
                        " and fixed_answer:NAME");
}

AUTOMIX_INLINE bool is_one_shot(std::string_view name) {
    constexpr std::string_view wrapper = "fixed_answer:";
    if (name.starts_with(wrapper)) name.remove_prefix(wrapper.size());
    return std::find(one_shot_names.begin(), one_shot_names.end(), name) != one_shot_names.end();
}

}  // namespace automix
