// SPDX-License-Identifier: Apache-2.0
// Definitions of the room stream/json: states of budgets and e-processes.
#include <automix/stream/json/detail/stream_state_json_inl.hpp>
