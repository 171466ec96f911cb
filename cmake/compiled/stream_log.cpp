// SPDX-License-Identifier: Apache-2.0
// Definitions of the room stream/log, of the records that it reads and writes, and of sums of traffic as JSON.
#include <automix/stream/detail/request_record_inl.hpp>
#include <automix/stream/json/detail/traffic_json_inl.hpp>
#include <automix/stream/log/detail/request_line_inl.hpp>
#include <automix/stream/log/detail/request_map_inl.hpp>
#include <automix/stream/log/detail/request_reader_inl.hpp>
#include <automix/stream/log/detail/request_writer_inl.hpp>
#include <automix/stream/log/detail/traffic_log_inl.hpp>
