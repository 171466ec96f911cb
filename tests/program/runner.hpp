// SPDX-License-Identifier: Apache-2.0
// Runs programs as a user does, with standard output, standard error and exit code apart, and writes small logs for them.
#pragma once

#include "support/catch.hpp"
#include "support/files.hpp"

#include <nlohmann/json.hpp>

#include <spawn.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

extern char** environ;

namespace program {

using nlohmann::json;
using Arguments = std::vector<std::string>;

struct Outcome {
    int code = 0;  ///< -1 where a signal ended it
    std::string out{};
    std::string err{};
};

/// Waits for the program. Standard output goes to the file `sink` where one is named, standard input is the file `input`.
inline Outcome run(const std::string& executable, Arguments arguments, const std::string& sink = "",
                   const std::string& input = "/dev/null") {
    const files::Directory directory;
    const std::string out = sink.empty() ? directory.path("out") : sink;
    const std::string err = directory.path("err");
    arguments.insert(arguments.begin(), executable);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input.c_str(), O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), O_WRONLY | O_CREAT, 0600);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err.c_str(), O_WRONLY | O_CREAT, 0600);
    pid_t child = 0;
    const int failed = posix_spawn(&child, executable.c_str(), &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) throw std::runtime_error("cannot run " + executable);
    int status = 0;
    waitpid(child, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, sink.empty() ? files::read(out) : "",
            files::read(err)};
}

inline Outcome run_automix(const Arguments& arguments, const std::string& sink = "") {
    return run(AUTOMIX_PROGRAM, arguments, sink);
}

/// What it prints on success, with nothing on standard error.
inline std::string text_of(const Arguments& arguments) {
    const Outcome outcome = run_automix(arguments);
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    CHECK(outcome.err.empty());
    return outcome.out;
}

inline json json_of(Arguments arguments) {
    arguments.insert(arguments.end(), {"--format", "json"});
    return json::parse(text_of(arguments));
}

/// Checks that a line is refused with this exit code and one message, and prints nothing else.
inline void check_refused(const Arguments& arguments, int code, const std::string& message) {
    using namespace Catch::Matchers;
    std::string line;
    for (const std::string& argument : arguments) line += argument + ' ';
    const Outcome outcome = run_automix(arguments);
    INFO(line << "\n" << outcome.err);
    CHECK(outcome.code == code);
    CHECK(outcome.out.empty());
    CHECK_THAT(outcome.err, StartsWith("automix: ") && EndsWith("\n") && ContainsSubstring(message));
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
}

/// Both, since a caller gives what the case is about only.
inline Arguments operator+(Arguments first, const Arguments& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

/// A line of a log with a small model that has a confidence and a large one that is right or wrong.
inline json record(const std::string& id, const std::string& dataset, const std::string& split, double small,
                   double large, double confidence) {
    return {{"schema", "automix-log/1"},
            {"id", id},
            {"dataset", dataset},
            {"split", split},
            {"models",
             {{{"name", "small"}, {"score", small}, {"confidence", confidence}},
              {{"name", "large"}, {"score", large}}}}};
}

inline std::string lines(const std::vector<json>& records) {
    std::string text;
    for (const json& record : records) text += record.dump() + '\n';
    return text;
}

/// Eight queries whose figures are easy by hand. The small model is unsure (confidence 0) of every query of data set a and
/// sure (1) of every one of b.
inline std::vector<json> hand_records() {
    return {record("a1", "a", "train", 0, 1, 0), record("a2", "a", "train", 0, 1, 0),
            record("b1", "b", "train", 1, 1, 1), record("b2", "b", "train", 1, 0, 1),
            record("a3", "a", "test", 0, 1, 0),  record("a4", "a", "test", 0.5, 1, 0),
            record("b3", "b", "test", 1, 1, 1),  record("b4", "b", "test", 0.5, 0.5, 1)};
}

inline std::vector<std::string> keys(const json& object) {
    std::vector<std::string> names;
    for (const auto& [key, value] : object.items()) names.push_back(key);
    return names;
}

}  // namespace program
