// SPDX-License-Identifier: Apache-2.0
// Definitions of the room live: recorded calls.
#include <automix/live/detail/recording_model_inl.hpp>
#include <automix/live/detail/replay_model_inl.hpp>
