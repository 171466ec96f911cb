// SPDX-License-Identifier: Apache-2.0
// Writes a frontier as a table of CSV (RFC 4180), one point a line. O(points).
#pragma once

#include <automix/evaluation/frontier.hpp>

#include <string>

namespace automix {

/// Writes a header and one line a point. `kind` is `policy`, `model` or `oracle`. Fields without a value are empty.
std::string frontier_csv(const Frontier& frontier);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/report/detail/frontier_csv_inl.hpp>
#endif
