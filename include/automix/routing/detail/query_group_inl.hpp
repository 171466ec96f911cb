// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/query_group.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/routing/query_group.hpp>

#include <string>
#include <string_view>

namespace automix::detail {

inline constexpr std::string_view group_feature = "features.";

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE ContextFields facts_of_groups(std::string_view field) {
    if (field == "dataset") return {.dataset = true};
    if (field.starts_with(detail::group_feature) && field != detail::group_feature) return {.features = true};
    throw ArgumentError("promise by: expected dataset or features.NAME, found " + in_quotes(field));
}

AUTOMIX_INLINE std::string group_of(std::string_view field, const QueryFacts& facts) {
    if (facts_of_groups(field).dataset) return std::string(facts.dataset);
    const std::string_view name = field.substr(detail::group_feature.size());
    for (const QueryFeature& feature : facts.features) {
        if (feature.name == name) return feature.text ? *feature.text : format_number(feature.number);
    }
    return {};
}

}  // namespace automix
