// SPDX-License-Identifier: Apache-2.0
// Definitions of the room live.
#include <automix/live/detail/answer_signals_inl.hpp>
#include <automix/live/detail/call_journal_inl.hpp>
#include <automix/live/detail/log_answers_inl.hpp>
#include <automix/live/detail/record_log_inl.hpp>
#include <automix/live/detail/served_models_inl.hpp>
