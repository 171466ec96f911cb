// SPDX-License-Identifier: Apache-2.0
// Reads whole logs into a data set in columns. Several files are read as one: ids are unique over all of them, models and
// their order the same. What is odd but usable comes back as warnings, each kind once with its count and first place.
// One pass, in constant memory beyond columns and ids.
#pragma once

#include <automix/core/error.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/log/detail/read_warnings.hpp>
#include <automix/data/log/read_options.hpp>

#include <initializer_list>
#include <string>
#include <vector>

namespace automix {

struct Log {
    Dataset data{};
    std::vector<std::string> warnings{};
    std::vector<detail::VerdictCounts> verdicts{};  ///< one for each model of `data`
    std::vector<Place> truncated{};                 ///< last lines that were cut off and skipped
};

/// Reads the files as one log. Throws `DataError` for the first thing wrong, naming file, line and field, and
/// `ArgumentError` for models that the log does not have.
Log read_log(const std::vector<std::string>& paths, const ReadOptions& options = {});

Log read_log(const std::string& path, const ReadOptions& options = {});

/// Paths in braces, be it one or several.
Log read_log(std::initializer_list<std::string> paths, const ReadOptions& options = {});

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/data/log/detail/log_inl.hpp>
#endif
