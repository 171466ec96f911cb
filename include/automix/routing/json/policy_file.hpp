// SPDX-License-Identifier: Apache-2.0
// Defines the contents of a policy file. policy_json.hpp reads and writes it.
#pragma once

#include <automix/data/statistics.hpp>
#include <automix/routing/belief/pomdp_router.hpp>

#include <string_view>

namespace automix {

inline constexpr std::string_view policy_schema = "automix-policy/1";

struct PolicyFile {
    PomdpRouter router{};
    Statistics statistics{};  ///< statistics that the router was trained on, without its prior
};

}  // namespace automix
