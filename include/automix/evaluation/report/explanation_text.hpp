// SPDX-License-Identifier: Apache-2.0
// Text of an explanation, for people to read.
#pragma once

#include <automix/routing/explanation.hpp>

#include <string>
#include <vector>

namespace automix {

/// Returns `accept`, `accept the plurality`, `route to NAME` or `verify K`; `verify K by NAME` if there are `verifiers` to
/// choose from.
std::string action_text(const Action& action, const std::vector<std::string>& models,
                        const std::vector<std::string>& verifiers = {});

/// Returns several lines: the belief, a table of the alternatives with the chosen one marked, and the reason.
std::string to_text(const Explanation& explanation, const std::vector<std::string>& models);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/report/detail/explanation_text_inl.hpp>
#endif
