// SPDX-License-Identifier: Apache-2.0
// A frontier as a table of CSV (RFC 4180), one point a line. O(points).
#pragma once

#include <automix/evaluation/frontier.hpp>

#include <string>

namespace automix {

/// A header and one line a point: `kind` is `policy`, `model` or `oracle`; fields without a value are empty.
std::string frontier_csv(const Frontier& frontier);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/report/detail/frontier_csv_inl.hpp>
#endif
