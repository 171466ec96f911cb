// SPDX-License-Identifier: Apache-2.0
// Definitions of the room data/log.
#include <automix/data/log/detail/facts_json_inl.hpp>
#include <automix/data/log/detail/log_inl.hpp>
#include <automix/data/log/detail/log_reader_inl.hpp>
#include <automix/data/log/detail/log_writer_inl.hpp>
#include <automix/data/log/detail/mapping_inl.hpp>
