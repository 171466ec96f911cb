// SPDX-License-Identifier: Apache-2.0
#include "log_options.hpp"

#include "command.hpp"

#include <automix/data/log/mapping.hpp>

namespace automix::program {

void add_log_options(CLI::App& command, LogOptions& options) {
    command.add_option("LOG", options.paths, "Logs in JSON Lines (automix-log/1), read as one")
        ->required()
        ->type_name("");
    add_list(command, "--models", options.models, "NAME,...",
             "Models to use, in the log's order, cheapest first (default: all)");
    command.add_option("--map", options.map, "File that names the columns of logs in another shape")
        ->type_name("FILE");
    command.add_flag("--allow-truncated", options.allow_truncated,
                     "Skip a last line that was cut off, with a warning");
}

Log read_logs(const LogOptions& options, const std::vector<std::string>& fixed_answers, bool keep_samples) {
    ReadOptions read;
    read.models = options.models;
    read.fixed_answers = fixed_answers;
    read.keep_samples = keep_samples;
    read.allow_truncated = options.allow_truncated;
    if (!options.map.empty()) read.mapping = read_mapping(options.map);
    return read_log(options.paths, read);
}

}  // namespace automix::program
