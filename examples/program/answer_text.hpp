// SPDX-License-Identifier: Apache-2.0
// Prints the answers to live queries as text.
#pragma once

#include <automix/live/live_answer.hpp>
#include <automix/live/query.hpp>

#include <span>
#include <string>
#include <vector>

namespace automix::program {

/// Returns a table of the answers, and their cost compared with that of asking the last model each time. If there are
/// references, adds how many answers match them. Ends with the explanation of the first decision after a verdict.
std::string answers_text(std::span<const Query> queries, std::span<const LiveAnswer> answers,
                         const std::vector<std::string>& models);

}  // namespace automix::program
