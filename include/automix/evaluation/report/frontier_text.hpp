// SPDX-License-Identifier: Apache-2.0
// A frontier drawn with characters, 80 columns wide, for a terminal. O(points + columns * rows).
#pragma once

#include <automix/evaluation/frontier.hpp>

#include <string>

namespace automix {

/// Mean score upwards over mean cost per query, with a legend. Models are numbered.
std::string frontier_text(const Frontier& frontier);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/report/detail/frontier_text_inl.hpp>
#endif
