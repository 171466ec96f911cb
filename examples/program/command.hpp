// SPDX-License-Identifier: Apache-2.0
// What the commands of the program share: each adds itself to the command line and hands back what it prints. Nothing is
// printed until the whole answer is there, so an error leaves no partial output.
#pragma once

#include <automix/evaluation/report/report_json.hpp>

#include <CLI/CLI.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace automix::program {

/// Runs a command that was chosen on the command line and returns its standard output.
using Command = std::function<std::string()>;

/// The last line of every help.
inline constexpr const char* exit_codes = "Exit codes: 0 done, 1 bad data, 2 bad usage.";

/// Each adds its sub-command to `app`; `chosen` is set once the line was parsed and names it.
void add_answer(CLI::App& app, Command& chosen);
void add_compare(CLI::App& app, Command& chosen);
void add_decide(CLI::App& app, Command& chosen);
void add_describe(CLI::App& app, Command& chosen);
void add_evaluate(CLI::App& app, Command& chosen);
void add_frontier(CLI::App& app, Command& chosen);
void add_record(CLI::App& app, Command& chosen);
void add_simulate(CLI::App& app, Command& chosen);
void add_solve(CLI::App& app, Command& chosen);
void add_train(CLI::App& app, Command& chosen);

/// `--format text|json`: true for JSON.
void add_format(CLI::App& command, bool& json);

/// An option with one argument, a list with commas between; `form` is what the help calls it. Numbers are parsed whole
/// or refused, the empty one too.
CLI::Option* add_list(CLI::App& command, const std::string& name, std::vector<std::string>& list,
                      const std::string& form, const std::string& help);
CLI::Option* add_list(CLI::App& command, const std::string& name, std::vector<double>& list,
                      const std::string& form, const std::string& help);

/// `--seed N`, any number of 64 bits in decimal digits; nothing else is taken for one. 0 where it is left out.
void add_seed(CLI::App& command, std::uint64_t& seed, const std::string& help);
void add_seed(CLI::App& command, std::optional<std::uint64_t>& seed, const std::string& help);

/// What is wrong with the text of an option's number, nothing where it will do. The parser of floating point numbers takes
/// nan and inf.
std::string finite_not_negative(const std::string& text);

/// The text with every control character written `\xNN` (line feeds, escape sequences and U+0080 to U+009F among them), so
/// that no name from a log breaks a table or reaches a terminal as a command.
std::string printable(std::string_view text);
std::vector<std::string> printable(const std::vector<std::string>& texts);

/// Indented, one line feed at the end, and no control characters but line feeds.
std::string to_text(const OrderedJson& json);

/// The warnings under a heading, printable; nothing where there are none.
std::string warnings_text(const std::vector<std::string>& warnings);

}  // namespace automix::program
