// SPDX-License-Identifier: Apache-2.0
// Definitions of the room routing/baselines.
#include <automix/routing/baselines/detail/adaptive_consistency_inl.hpp>
#include <automix/routing/baselines/detail/frugalgpt_inl.hpp>
#include <automix/routing/baselines/detail/win_rate_inl.hpp>
