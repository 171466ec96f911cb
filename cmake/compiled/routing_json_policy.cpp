// SPDX-License-Identifier: Apache-2.0
// Definitions of the room routing/json: policies.
#include <automix/routing/json/detail/policy_json_inl.hpp>
