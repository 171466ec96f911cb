// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/any_router.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/numerics.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/belief/policy_explainer.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/evidence.hpp>

#include <memory>
#include <optional>

namespace automix {

AUTOMIX_INLINE Explainer explainer_of(const PomdpRouter& router) {
    if (!PolicyExplainer::has_table(router)) return {};
    const auto explainer = std::make_shared<const PolicyExplainer>(router);
    return [explainer](const Evidence& evidence) { return explainer->explain(evidence); };
}

AUTOMIX_INLINE std::optional<int> max_draws_of(const PomdpRouter& router, Index model) {
    const auto& models = router.trained().models;
    const auto m = as_size(model);
    return m < models.size() ? std::optional(models[m].draws) : std::nullopt;
}

}  // namespace automix
