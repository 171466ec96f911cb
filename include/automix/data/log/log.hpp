// SPDX-License-Identifier: Apache-2.0
// This file reads whole logs into a data set in columns. Several files are read as one. Ids must be unique over all
// files, and all files must have the same models in the same order. Odd but usable data give warnings, each kind once
// with its count and first place. `read_log` returns the warnings. `read_dataset`, which returns the data alone, passes
// them to a function. Reading takes one pass, in constant memory beyond columns and ids.
#pragma once

#include <automix/core/error.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/log/detail/read_warnings.hpp>
#include <automix/data/log/read_options.hpp>

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

namespace automix {

struct Log {
    Dataset data{};
    std::vector<std::string> warnings{};
    std::vector<detail::VerdictCounts> verdicts{};  ///< one for each model of `data`
    std::vector<Place> truncated{};                 ///< last lines that were cut off and skipped
    std::size_t skipped = 0;                        ///< number of bad rows that were skipped
};

/// Reads the files as one log. Throws `DataError` for the first error, with file, line and field. Throws
/// `ArgumentError` for models, signals and verifiers that the log does not have.
Log read_log(const std::vector<std::string>& paths, const ReadOptions& options = {});

Log read_log(const std::string& path, const ReadOptions& options = {});

/// Reads from one path or several paths in braces.
Log read_log(std::initializer_list<std::string> paths, const ReadOptions& options = {});

/// A function that receives one warning.
using WarningHandler = std::function<void(const std::string& warning)>;

/// Writes a line to standard error: `automix: warning: ...`.
void print_warning(const std::string& warning);

/// Reads the files as one log and returns its data alone. Calls `on_warning` with each warning. The default prints
/// them, and an empty function drops them. Throws as `read_log`, and passes on the exceptions of `on_warning`.
Dataset read_dataset(const std::vector<std::string>& paths, const ReadOptions& options = {},
                     const WarningHandler& on_warning = print_warning);

Dataset read_dataset(const std::string& path, const ReadOptions& options = {},
                     const WarningHandler& on_warning = print_warning);

/// Reads from one path or several paths in braces.
Dataset read_dataset(std::initializer_list<std::string> paths, const ReadOptions& options = {},
                     const WarningHandler& on_warning = print_warning);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/data/log/detail/log_inl.hpp>
#endif
