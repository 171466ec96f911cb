// SPDX-License-Identifier: Apache-2.0
// What the commands of the program share: each adds itself to the command line and hands back what it prints. Nothing is
// printed until the whole answer is there, so an error leaves no partial output.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <string>

namespace automix::program {

/// Runs a command that was chosen on the command line and returns its standard output.
using Command = std::function<std::string()>;

/// Each adds its sub-command to `app`; `chosen` is set once the line was parsed and names it.
void add_describe(CLI::App& app, Command& chosen);
void add_evaluate(CLI::App& app, Command& chosen);

/// `--format text|json`: true for JSON.
void add_format(CLI::App& command, bool& json);

}  // namespace automix::program
