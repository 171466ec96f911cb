// SPDX-License-Identifier: Apache-2.0
#include "score_command.hpp"

#include "command.hpp"

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>

#include <array>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>

namespace automix::program {
namespace {

constexpr std::string_view blanks = " \t\r\n";

/// The line of an answer; what is no UTF-8 in it is replaced.
std::string line_of(const AnswerToScore& answer) {
    OrderedJson json{{"id", answer.query->id}, {"question", answer.query->question}};
    if (!answer.query->context.empty()) json["context"] = answer.query->context;
    if (answer.query->reference) {
        json["reference"] = *answer.query->reference;
        if (!answer.query->other_references.empty()) {
            json["reference"] = OrderedJson::array({*answer.query->reference});
            for (const std::string& reference : answer.query->other_references)
                json["reference"].push_back(reference);
        }
    }
    json["model"] = answer.model;
    json["answer"] = answer.answer;
    return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace) + '\n';
}

/// `text` as one word of a shell.
std::string shell_word(const std::string& text) {
    std::string word = "'";
    for (const char c : text) word += c == '\'' ? "'\\''" : std::string(1, c);
    return word + '\'';
}

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
    {
        std::ofstream input(file, std::ios::binary | std::ios::trunc);
        std::error_code ignored;
        std::filesystem::permissions(
            file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, ignored);
        for (const AnswerToScore& answer : answers) input << line_of(answer);
        input.flush();
        if (!input) throw DataError(Place{file, 0, {}}, "cannot be written");
    }
    std::fflush(nullptr);
    // A file as its input cannot block a command that writes before it has read everything.
    std::FILE* pipe = popen(("( " + command + "\n) < " + shell_word(file)).c_str(), "r");
    if (pipe == nullptr) fail("cannot be started");
    std::string output;
    std::array<char, 4096> buffer{};
    for (std::size_t read = 0; (read = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
        output.append(buffer.data(), read);
    const int status = pclose(pipe);
    if (status != 0) {
        constexpr int bits = 8;
        fail("the command failed with " + (status >= 1 << bits ? "exit code " + std::to_string(status >> bits)
                                                               : "signal " + std::to_string(status)));
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
