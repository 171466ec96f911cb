// SPDX-License-Identifier: Apache-2.0
// Definitions of the room gateway, but for its server.
#include <automix/gateway/detail/api_key_inl.hpp>
#include <automix/gateway/detail/budget_lease_inl.hpp>
#include <automix/gateway/detail/budget_period_inl.hpp>
#include <automix/gateway/detail/chat_reply_inl.hpp>
#include <automix/gateway/detail/chat_request_inl.hpp>
#include <automix/gateway/detail/connection_watch_inl.hpp>
#include <automix/gateway/detail/explorer_inl.hpp>
#include <automix/gateway/detail/gateway_inl.hpp>
#include <automix/gateway/detail/gateway_metrics_inl.hpp>
#include <automix/gateway/detail/pacing_inl.hpp>
#include <automix/gateway/detail/seen_models_inl.hpp>
#include <automix/gateway/detail/served_policy_inl.hpp>
#include <automix/gateway/detail/shadow_inl.hpp>
#include <automix/gateway/detail/shared_learning_inl.hpp>
