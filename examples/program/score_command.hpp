// SPDX-License-Identifier: Apache-2.0
// Scores answers by a command of the user's: it reads a line for each answer and writes a line with its score.
#pragma once

#include <automix/live/batch_metric.hpp>

#include <span>
#include <string>
#include <vector>

namespace automix::program {

/// Runs the command once and returns the scores that it writes. Its standard input is `file`, which is written first, a
/// line an answer: {"id":..,"question":..,"context":..,"reference":..,"model":..,"answer":..}. It is removed after a
/// success. Each line of the output is a number in [0, 1] or {"score": number}. Throws `DataError` if the command fails or
/// writes anything else.
std::vector<double> score_by_command(const std::string& command, const std::string& file,
                                     std::span<const AnswerToScore> answers);

}  // namespace automix::program
