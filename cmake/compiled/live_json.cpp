// SPDX-License-Identifier: Apache-2.0
// Definitions of the room live/json.
#include <automix/live/json/detail/answer_json_inl.hpp>
#include <automix/live/json/detail/call_json_inl.hpp>
