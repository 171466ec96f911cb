// SPDX-License-Identifier: Apache-2.0
// A frontier as a picture in SVG that needs nothing else: axes, grid, legend, shaded intervals; colours follow the reader's
// light or dark scheme. O(points).
#pragma once

#include <automix/evaluation/frontier.hpp>

#include <string>
#include <string_view>

namespace automix {

namespace detail {

/// Text that may stand between tags and in attributes; characters that XML does not have become question marks.
std::string xml_text(std::string_view text);

}  // namespace detail

/// The whole file.
std::string frontier_svg(const Frontier& frontier);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/report/detail/frontier_svg_inl.hpp>
#endif
