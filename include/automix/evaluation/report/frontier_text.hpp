// SPDX-License-Identifier: Apache-2.0
// Draws a frontier with characters, 78 columns wide, for a terminal, with the prices below. O(points + columns * rows).
#pragma once

#include <automix/evaluation/frontier.hpp>

#include <string>

namespace automix {

/// Draws the mean score upwards over the mean cost per query, with a legend, the models by number, and the prices.
std::string frontier_text(const Frontier& frontier);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/report/detail/frontier_text_inl.hpp>
#endif
