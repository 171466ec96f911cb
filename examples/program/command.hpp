// SPDX-License-Identifier: Apache-2.0
// Declares the commands of the program and the functions that they share. Each command adds itself to the command line
// and returns the text that it prints. A text is printed only once it is complete, so an error leaves no partial
// output.
#pragma once

#include <automix/core/error.hpp>
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

/// The end of a command that found what it watches for. The exit code is then 3.
class Alarm : public Error {
 public:
    using Error::Error;
};

/// The end of every help text.
inline constexpr const char* exit_codes = "Exit codes: 0 done, 1 bad data, 2 bad usage.";

/// Each adds its sub-command to `app`. Parsing a line that names the sub-command sets `chosen`.
void add_answer(CLI::App& app, Command& chosen);
void add_compare(CLI::App& app, Command& chosen);
void add_decide(CLI::App& app, Command& chosen);
void add_describe(CLI::App& app, Command& chosen);
void add_evaluate(CLI::App& app, Command& chosen);
void add_frontier(CLI::App& app, Command& chosen);
void add_learn(CLI::App& app, Command& chosen);
void add_record(CLI::App& app, Command& chosen);
void add_rehearse(CLI::App& app, Command& chosen);
void add_report(CLI::App& app, Command& chosen);
void add_score(CLI::App& app, Command& chosen);
void add_serve(CLI::App& app, Command& chosen);
void add_simulate(CLI::App& app, Command& chosen);
void add_solve(CLI::App& app, Command& chosen);
void add_train(CLI::App& app, Command& chosen);
void add_watch(CLI::App& app, Command& chosen);

/// Adds `--format text|json`; sets `json` to true for JSON.
void add_format(CLI::App& command, bool& json);

/// Adds an option with one argument, a list separated by commas; the help calls it `form`. Refuses an item that is not
/// a number as a whole, such as an empty one.
CLI::Option* add_list(CLI::App& command, const std::string& name, std::vector<std::string>& list,
                      const std::string& form, const std::string& help);
CLI::Option* add_list(CLI::App& command, const std::string& name, std::vector<double>& list,
                      const std::string& form, const std::string& help);

/// Adds `--seed N`, any number of 64 bits in decimal digits; 0 if it is left out.
void add_seed(CLI::App& command, std::uint64_t& seed, const std::string& help);
void add_seed(CLI::App& command, std::optional<std::uint64_t>& seed, const std::string& help);

/// Returns what is wrong with the text of an option's number; empty if nothing is. Refuses nan and inf, which CLI11
/// accepts.
std::string finite_not_negative(const std::string& text);

/// Writes every control character as `\xNN` (line feeds, escape sequences and U+0080 to U+009F among them), so that no
/// name from a log breaks a table or reaches a terminal as a command.
std::string printable(std::string_view text);
std::vector<std::string> printable(const std::vector<std::string>& texts);

/// Returns indented JSON with one line feed at its end and no control characters but line feeds.
std::string to_text(const OrderedJson& json);

/// Returns a cost with two digits behind the point, or with three significant digits below 1.
std::string cost_text(double cost);

/// Returns a value with six digits behind the point, or with three significant digits below 0.001.
std::string value_text(double value);

/// Throws `ArgumentError` if `--out` names one of the files that are read, under any name.
void require_other_file(const std::string& out, const std::vector<std::string>& inputs);

/// Writes all of `text` to standard output at once. Throws `DataError` with the system's reason if that fails.
void write_output(std::string_view text);

/// Writes the warnings to standard error, printable, one a line.
void print_warnings(const std::vector<std::string>& warnings);

/// Lists the warnings under a heading, printable; returns nothing if there are none.
std::string warnings_text(const std::vector<std::string>& warnings);

}  // namespace automix::program
