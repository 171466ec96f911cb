// SPDX-License-Identifier: Apache-2.0
// Definitions of the room data/log: statistics.
#include <automix/data/log/detail/statistics_csv_inl.hpp>
#include <automix/data/log/detail/statistics_json_inl.hpp>
