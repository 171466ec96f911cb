// SPDX-License-Identifier: Apache-2.0
// Definitions of the room live/config.
#include <automix/live/config/detail/configured_models_inl.hpp>
#include <automix/live/config/detail/models_file_inl.hpp>
#include <automix/live/config/detail/open_models_inl.hpp>
#include <automix/live/config/detail/prompt_checks_inl.hpp>
#include <automix/live/config/detail/prompt_choice_inl.hpp>
#include <automix/live/config/detail/query_reader_inl.hpp>
