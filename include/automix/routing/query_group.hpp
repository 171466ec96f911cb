// SPDX-License-Identifier: Apache-2.0
// Groups of queries by a fact that is known before anything is asked: `dataset`, the name of the data set, or
// `features.NAME`, a feature of the caller. A promise may hold for each group by itself.
//     const std::string group = automix::group_of("features.tenant", facts);
#pragma once

#include <automix/context/context_fields.hpp>
#include <automix/data/query_facts.hpp>

#include <string>
#include <string_view>

namespace automix {

/// Returns the facts that a field of groups reads. Throws `ArgumentError` unless it is `dataset` or `features.NAME`.
ContextFields facts_of_groups(std::string_view field);

/// Returns the name of a query's group; empty if the query does not have the fact. A number is written as short as it can
/// be. Throws as `facts_of_groups`.
std::string group_of(std::string_view field, const QueryFacts& facts);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/routing/detail/query_group_inl.hpp>
#endif
