// SPDX-License-Identifier: Apache-2.0
#include "log_options.hpp"

#include "command.hpp"

#include <automix/io/mapping.hpp>

namespace automix::program {

void add_log_options(CLI::App& command, LogOptions& options) {
    command.add_option("log", options.paths, "Logs in JSON Lines (automix-log/1), read as one")
        ->required()
        ->type_name("LOG");
    command.add_option("--models", options.models, "Models to use, in the log's order, cheapest first [all]")
        ->delimiter(',')
        ->type_name("NAME,...");
    command.add_option("--map", options.map, "Names the columns of logs in another shape")->type_name("FILE");
    command.add_option("--fixed-answers", options.fixed_answers, "Answers that fixed_answer:NAME routes unseen")
        ->delimiter(',')
        ->type_name("TEXT,...");
    command.add_flag("--allow-truncated", options.allow_truncated, "Skip a last line that was cut off, with a warning");
}

Log read_logs(const LogOptions& options) {
    ReadOptions read;
    read.models = options.models;
    read.fixed_answers = options.fixed_answers;
    read.allow_truncated = options.allow_truncated;
    if (!options.map.empty()) read.mapping = read_mapping(options.map);
    return read_log(options.paths, read);
}

void add_format(CLI::App& command, bool& json) {
    command
        .add_option_function<std::string>(
            "--format", [&json](const std::string& format) { json = format == "json"; }, "Form of the output [text]")
        ->check(CLI::IsMember({"text", "json"}));
}

}  // namespace automix::program
