// SPDX-License-Identifier: Apache-2.0
// Adds the options of the commands that read logs of requests.
#pragma once

#include "command.hpp"

#include <automix/stream/log/request_reader.hpp>
#include <automix/stream/seen_rows.hpp>

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace automix::program {

/// The logs of a command, and how they are read.
struct RequestOptions {
    std::vector<std::string> paths{};
    std::string map{};  ///< file that names the fields of a log of another program; empty: none
};

/// Adds the positional LOG, one or several, and `--map`.
void add_requests(CLI::App& command, RequestOptions& options);

/// Reads the logs as one. Throws `DataError` for bad data.
Requests read_requests(const RequestOptions& options, RequestTexts texts);

/// Returns the numbers of requests that were seen, for JSON.
OrderedJson to_json(const SeenCounts& counts);

/// Returns the reasons why requests were left out, and then what the reader has passed over.
std::vector<std::string> request_notes(const SeenRows& rows, const Requests& log);

/// Returns a figure with its interval, as in `0.8123 [0.7901, 0.8345]`.
std::string interval_text(double value, double low, double high);

}  // namespace automix::program
