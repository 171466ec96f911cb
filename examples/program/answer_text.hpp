// SPDX-License-Identifier: Apache-2.0
// Answers to live queries as a person reads them.
#pragma once

#include <automix/live/live_answer.hpp>
#include <automix/live/query.hpp>

#include <span>
#include <string>
#include <vector>

namespace automix::program {

/// A table of the answers; what they cost, beside asking the last model each time; how many equal their references, where there
/// are any; and the explanation of the first decision that verdicts were drawn for.
std::string answers_text(std::span<const Query> queries, std::span<const LiveAnswer> answers,
                         const std::vector<std::string>& models);

}  // namespace automix::program
