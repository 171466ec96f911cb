// SPDX-License-Identifier: Apache-2.0
#include "log_options.hpp"

#include "command.hpp"

#include <automix/data/log/mapping.hpp>
#include <automix/data/record.hpp>

#include <algorithm>

namespace automix::program {

std::vector<std::string> further_verifiers(const LogOptions& options) {
    std::vector<std::string> further = options.verifiers;
    if (further.empty()) return further;
    const auto self = std::find(further.begin(), further.end(), self_verifier);
    further.erase(self == further.end() ? further.begin() : self);
    return further;
}

void add_log_options(CLI::App& command, LogOptions& options) {
    command
        .add_option("LOG", options.paths,
                    "Logs in JSON Lines (automix-log/1) or tables (with --map), read as one")
        ->required()
        ->type_name("");
    add_list(command, "--models", options.models, "NAME,...", "Models to use (default: all)");
    add_list(command, "--signals", options.signals, "NAME,...",
             "Signals of answers to keep (default: all in \"signals\"). A name that is not\n"
             "there is a number beside, such as confidence");
    add_list(command, "--verifier", options.verifiers, "NAME,...",
             "Verifiers that a policy may ask (default: self, whose verdicts stand beside\n"
             "\"verifiers\"). The first is that of routers of one verifier; self always is, if named");
    add_reading_options(command, options);
}

void add_reading_options(CLI::App& command, LogOptions& options) {
    command
        .add_option(
            "--map", options.map,
            "Read tables (CSV, TSV or flat JSON Lines) through a file that names their columns, such as\n"
            "{\"id\":\"qid\",\"split\":\"part\",\"words\":{\"yes\":1,\"no\":0},\n"
            " \"models\":[{\"name\":\"small\",\"score\":\"s_f1\",\"verdicts\":[\"v1\",\"v2\"]},\n"
            "           {\"name\":\"large\",\"score\":\"l_f1\",\"cost\":\"l_usd\"}]}\n"
            "Also of the table: dataset, category, question, context, reference, features, prior. Of a\n"
            "model: confidence, draws (behind the confidence), draw_cost, answer, signals,\n"
            "verifiers. See examples/formats.md")
        ->type_name("FILE");
    command.add_flag("--skip-bad-rows", options.skip_bad_rows,
                     "Skip rows that cannot be read, and duplicate ids, with a warning");
    command.add_flag("--allow-truncated", options.allow_truncated,
                     "Skip a last line that was cut off, with a warning");
}

ReadOptions read_options(const LogOptions& options) {
    ReadOptions read;
    read.models = options.models;
    read.signals = options.signals;
    read.verifiers = options.verifiers;
    read.skip_bad_rows = options.skip_bad_rows;
    read.allow_truncated = options.allow_truncated;
    if (!options.map.empty()) read.mapping = read_mapping(options.map);
    return read;
}

Log read_logs(const LogOptions& options, const Kept& kept) {
    ReadOptions read = read_options(options);
    read.fixed_answers = kept.fixed_answers;
    read.keep_samples = kept.samples;
    read.keep_facts = kept.facts;
    read.progress = kept.progress;
    return read_log(options.paths, read);
}

}  // namespace automix::program
