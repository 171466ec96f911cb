// SPDX-License-Identifier: Apache-2.0
// Definitions of the room live.
#include <automix/live/detail/log_answers_inl.hpp>
