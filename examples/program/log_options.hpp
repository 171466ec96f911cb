// SPDX-License-Identifier: Apache-2.0
// Adds the options of every command that reads logs.
#pragma once

#include <automix/core/progress.hpp>
#include <automix/data/log/log.hpp>

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace automix::program {

struct LogOptions {
    std::vector<std::string> paths{};
    std::vector<std::string> models{};
    std::vector<std::string> signals{};
    std::vector<std::string> verifiers{};
    std::string map{};
    bool skip_bad_rows = false;
    bool allow_truncated = false;
};

/// Returns the verifiers that a policy may ask beside the first one.
std::vector<std::string> further_verifiers(const LogOptions& options);

void add_log_options(CLI::App& command, LogOptions& options);

/// Adds the options of reading alone, without the logs and their models.
void add_reading_options(CLI::App& command, LogOptions& options);

/// Returns what the reader of logs takes. Throws `DataError` for a mapping that cannot be read.
ReadOptions read_options(const LogOptions& options);

/// What is kept of a log beside scores, prices and verification.
struct Kept {
    std::vector<std::string> fixed_answers{};  ///< answers to flag
    bool samples = false;
    bool facts = false;  ///< the facts on queries
    ProgressHandler progress{};
};

/// Reads the logs as one. Throws `DataError` for bad data and `ArgumentError` for models, signals and verifiers that the
/// logs do not have.
Log read_logs(const LogOptions& options, const Kept& kept = {});

}  // namespace automix::program
