// SPDX-License-Identifier: Apache-2.0
#include "request_options.hpp"

#include <automix/core/format.hpp>
#include <automix/stream/log/request_map.hpp>

namespace automix::program {

void add_requests(CLI::App& command, RequestOptions& options) {
    command
        .add_option("LOG", options.paths, "Log of requests, as a gateway writes it; several are read as one")
        ->required()
        ->type_name("");
    command.add_option("--map", options.map, "File that names the fields of a log of another program")
        ->type_name("FILE");
}

Requests read_requests(const RequestOptions& options, RequestTexts texts) {
    return options.map.empty() ? automix::read_requests(options.paths, texts)
                               : automix::read_requests(options.paths, read_request_map(options.map), texts);
}

OrderedJson to_json(const SeenCounts& counts) {
    return {{"requests", counts.requests},
            {"used", counts.used},
            {"failed", counts.failed},
            {"unexplored", counts.unexplored},
            {"unexplorable", counts.unexplorable},
            {"incomplete", counts.incomplete},
            {"unlabelled", counts.unlabelled},
            {"contradictory", counts.contradictory}};
}

std::vector<std::string> request_notes(const SeenRows& rows, const Requests& log) {
    std::vector<std::string> notes = rows.notes();
    for (const std::string& warning : log.warnings()) notes.push_back(warning);
    return notes;
}

std::string interval_text(double value, double low, double high) {
    return format_significant(value, 4) + " [" + format_significant(low, 4) + ", " +
           format_significant(high, 4) + "]";
}

}  // namespace automix::program
