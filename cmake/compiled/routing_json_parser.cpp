// SPDX-License-Identifier: Apache-2.0
// Definitions of the room routing/json: the parser of policies.
#include <automix/routing/json/detail/policy_parser_inl.hpp>
