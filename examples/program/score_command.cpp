// SPDX-License-Identifier: Apache-2.0
#include "score_command.hpp"

#include "command.hpp"
#include "run_command.hpp"

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>

namespace automix::program {
namespace {

constexpr std::string_view blanks = " \t\r\n";

/// The score on a line; nothing where there is none.
std::optional<double> score_of(const std::string& line) {
    const OrderedJson json = OrderedJson::parse(line, nullptr, false);
    const OrderedJson& value = json.is_object() && json.contains("score") ? json.at("score") : json;
    if (!value.is_number()) return std::nullopt;
    const double score = value.get<double>();
    return score >= 0.0 && score <= 1.0 ? std::optional(score) : std::nullopt;
}

}  // namespace

std::vector<double> score_by_command(const std::string& command, const std::string& file,
                                     std::span<const AnswerToScore> answers) {
    const auto fail = [&](const std::string& what) {
        throw DataError("--score-command: " + what + "; the answers are in " + file +
                        " and the calls are kept, so start again to score again");
    };
    std::string input;
    for (const AnswerToScore& answer : answers)
        input += answer_line(*answer.query, answer.model, answer.answer);
    write_private(file, input);
    std::string output;
    try {
        output = output_of(command, file);
    } catch (const ArgumentError& error) {
        fail(error.what());
    }
    std::vector<double> scores;
    std::istringstream lines(output);
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        if (line.find_first_not_of(blanks) == std::string::npos) continue;
        const auto score = score_of(line);
        if (!score) {
            fail("line " + std::to_string(number) +
                 " of its output: expected a number in [0, 1] or {\"score\": number}, found " +
                 in_quotes(line));
        }
        scores.push_back(*score);
    }
    if (scores.size() != answers.size()) {
        fail("expected a score for each of " + std::to_string(answers.size()) + " answers, found " +
             std::to_string(scores.size()));
    }
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
    return scores;
}

}  // namespace automix::program
