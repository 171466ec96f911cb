// SPDX-License-Identifier: Apache-2.0
// Definitions of the room context/json.
#include <automix/context/json/detail/context_json_inl.hpp>
