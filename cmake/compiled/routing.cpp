// SPDX-License-Identifier: Apache-2.0
// Definitions of the rooms routing and routing/baselines.
#include <automix/routing/baselines/detail/adaptive_consistency_inl.hpp>
#include <automix/routing/baselines/detail/frugalgpt_inl.hpp>
#include <automix/routing/baselines/detail/win_rate_inl.hpp>
#include <automix/routing/detail/loop_inl.hpp>
#include <automix/routing/detail/objective_inl.hpp>
#include <automix/routing/detail/promise_certificate_inl.hpp>
#include <automix/routing/detail/query_group_inl.hpp>
#include <automix/routing/detail/registry_inl.hpp>
