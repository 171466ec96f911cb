// SPDX-License-Identifier: Apache-2.0
// Definitions of the room stream: promises and budgets.
#include <automix/stream/detail/e_process_inl.hpp>
#include <automix/stream/detail/paced_router_inl.hpp>
#include <automix/stream/detail/promise_inl.hpp>
#include <automix/stream/detail/promise_watch_inl.hpp>
#include <automix/stream/detail/risk_bounds_inl.hpp>
