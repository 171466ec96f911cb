// SPDX-License-Identifier: Apache-2.0
// Definitions of the room model.
#include <automix/model/detail/amount_inl.hpp>
#include <automix/model/detail/ledger_inl.hpp>
#include <automix/model/detail/limiter_inl.hpp>
#include <automix/model/detail/retry_inl.hpp>
