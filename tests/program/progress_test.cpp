// SPDX-License-Identifier: Apache-2.0
// Long work shows its progress on a terminal, erases it at the end, and says nothing in a pipe.
#include "program/runner.hpp"

#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

namespace {

using namespace program;
using Catch::Matchers::ContainsSubstring;

/// Runs the program with a terminal as its standard error, and returns all that reaches it.
std::string on_terminal(Arguments arguments) {
    const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    REQUIRE(terminal >= 0);
    REQUIRE(grantpt(terminal) == 0);
    REQUIRE(unlockpt(terminal) == 0);
    const std::string name = ptsname(terminal);
    const int side = open(name.c_str(), O_RDWR | O_NOCTTY);
    arguments.insert(arguments.begin(), AUTOMIX_PROGRAM);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, side, STDERR_FILENO);
    pid_t child = 0;
    const int failed = posix_spawn(&child, AUTOMIX_PROGRAM, &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(side);
    REQUIRE(failed == 0);
    std::string shown;
    std::array<char, 4096> buffer{};
    // The end of the last writer is an error of reading.
    for (ssize_t bytes = 0; (bytes = read(terminal, buffer.data(), buffer.size())) > 0;)
        shown.append(buffer.data(), static_cast<std::size_t>(bytes));
    close(terminal);
    int status = 0;
    waitpid(child, &status, 0);
    INFO(shown);
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) == 0);
    return shown;
}

/// Returns what a terminal shows in the end: the last line, as far as it is not overwritten.
std::string left_over(const std::string& shown) {
    std::string line;
    std::size_t column = 0;
    for (const char c : shown) {
        if (c == '\r') {
            column = 0;
        } else {
            if (column == line.size()) line += ' ';
            line[column++] = c;
        }
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

std::string progress_log(const files::Directory& directory, int rows) {
    std::vector<json> records;
    for (int i = 0; i < rows; ++i) {
        const bool right = i % 3 != 0;
        json record = program::record("q" + std::to_string(i), i % 2 == 0 ? "even" : "odd",
                                      i % 4 < 2 ? "train" : "test", right ? 1 : 0, 1, right ? 1 : 0);
        record["question"] = "word" + std::to_string(i % 7) + " and word" + std::to_string(i % 11);
        record["models"][0]["verdicts"] = {right ? 1 : 0, i % 5 == 0 ? 0 : 1};
        record["models"][0].erase("confidence");
        records.push_back(record);
    }
    return directory.write("log.jsonl", lines(records));
}

}  // namespace

TEST_CASE("long work shows progress on a terminal and is silent in a pipe") {
    const files::Directory directory;
    const std::string log = progress_log(directory, 3000);
    const std::vector<Arguments> commands = {
        {"describe", log},
        {"compare", log, "--halves", "2", "--routers", "exact,threshold"},
        {"train", log, "--costs", "1,9", "--draw-cost", "0.5", "--out", directory.path("policy.json")},
        {"report", log, "--costs", "1,9", "--draw-cost", "0.5", "--resamples", "20", "--router", "exact",
         "--out", directory.path("page.html")}};
    for (const Arguments& command : commands) {
        INFO(command.front());
        const std::string shown = on_terminal(command);
        CHECK_THAT(shown, ContainsSubstring("\rreading "));
        CHECK(shown.find('\n') == std::string::npos);
        CHECK(left_over(shown).empty());
        const Outcome piped = run_automix(command);
        CHECK(piped.code == 0);
        CHECK(piped.err.empty());
    }
}

TEST_CASE("compare and report name their steps on a terminal", "[property]") {
    const files::Directory directory;
    const std::string log = progress_log(directory, 6000);
    CHECK_THAT(on_terminal({"compare", log, "--halves", "300", "--routers", "pomdp:none", "--costs", "1,9",
                            "--draw-cost", "0.5"}),
               ContainsSubstring(" %") && ContainsSubstring("halves/s") && ContainsSubstring(" left"));
    CHECK_THAT(on_terminal({"report", log, "--costs", "1,9", "--draw-cost", "0.5", "--out",
                            directory.path("page.html")}),
               ContainsSubstring("report, "));
}
