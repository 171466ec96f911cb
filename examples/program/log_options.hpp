// SPDX-License-Identifier: Apache-2.0
// The options of every command that reads logs.
#pragma once

#include <automix/io/log.hpp>

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace automix::program {

struct LogOptions {
    std::vector<std::string> paths{};
    std::vector<std::string> models{};
    std::vector<std::string> fixed_answers{};
    std::string map{};
    bool allow_truncated = false;
};

void add_log_options(CLI::App& command, LogOptions& options);

/// Reads the logs as one. Throws `DataError` for bad data and `ArgumentError` for models that they do not have.
Log read_logs(const LogOptions& options);

}  // namespace automix::program
