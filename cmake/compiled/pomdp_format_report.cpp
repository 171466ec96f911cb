// SPDX-License-Identifier: Apache-2.0
// Definitions of the room pomdp/format: reports.
#include <automix/pomdp/format/detail/report_json_inl.hpp>
