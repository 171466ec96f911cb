// SPDX-License-Identifier: Apache-2.0
// Draws a frontier as a self-contained SVG picture with axes, grid, legend and shaded intervals, fit for a slide. Colours
// follow the reader's light or dark scheme. O(points).
#pragma once

#include <automix/evaluation/frontier.hpp>

#include <string>

namespace automix {

struct FrontierSvgOptions {
    std::string unit = "units of price";  ///< unit of the prices, such as `USD`
};

/// Returns the whole file. Costs are those of a thousand or a million queries if those of one are small, and the axis says
/// so.
std::string frontier_svg(const Frontier& frontier, const FrontierSvgOptions& options = {});

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/report/detail/frontier_svg_inl.hpp>
#endif
