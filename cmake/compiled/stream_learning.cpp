// SPDX-License-Identifier: Apache-2.0
// Definitions of the room stream: learning from traffic, and what has changed in it.
#include <automix/stream/detail/adaptive_router_inl.hpp>
#include <automix/stream/detail/drift_inl.hpp>
#include <automix/stream/detail/inverse_propensity_inl.hpp>
#include <automix/stream/detail/learn_inl.hpp>
#include <automix/stream/detail/reference_rates_inl.hpp>
#include <automix/stream/detail/rehearse_inl.hpp>
#include <automix/stream/detail/seen_rows_inl.hpp>
#include <automix/stream/detail/statistics_changes_inl.hpp>
#include <automix/stream/detail/traffic_sums_inl.hpp>
#include <automix/stream/detail/watch_inl.hpp>
#include <automix/stream/detail/weighted_statistics_inl.hpp>
