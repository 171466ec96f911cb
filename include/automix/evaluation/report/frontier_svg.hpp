// SPDX-License-Identifier: Apache-2.0
// Draws a frontier as a self-contained SVG picture with axes, grid, legend and shaded intervals. Colours follow the
// reader's light or dark scheme. O(points).
#pragma once

#include <automix/evaluation/frontier.hpp>

#include <string>
#include <string_view>

namespace automix {

namespace detail {

/// Escapes text for use between tags and in attributes. Characters that XML lacks become question marks.
std::string xml_text(std::string_view text);

}  // namespace detail

/// Returns the whole file.
std::string frontier_svg(const Frontier& frontier);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/report/detail/frontier_svg_inl.hpp>
#endif
