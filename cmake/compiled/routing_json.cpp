// SPDX-License-Identifier: Apache-2.0
// Definitions of the room routing/json.
#include <automix/routing/json/detail/belief_json_inl.hpp>
#include <automix/routing/json/detail/evidence_json_inl.hpp>
#include <automix/routing/json/detail/explanation_json_inl.hpp>
#include <automix/routing/json/detail/pomdp_report_json_inl.hpp>
