// SPDX-License-Identifier: Apache-2.0
// Implements `automix record`: asks live models every query, draws verdicts on their answers, and writes the log to
// train on.
#include "command.hpp"
#include "live_models.hpp"
#include "score_command.hpp"

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/live/call_journal.hpp>
#include <automix/live/config/models_file.hpp>
#include <automix/live/config/open_models.hpp>
#include <automix/live/config/query_reader.hpp>
#include <automix/live/query.hpp>
#include <automix/live/record_log.hpp>
#include <automix/live/served_models.hpp>
#include <automix/model/any_model.hpp>
#include <automix/model/ledger.hpp>
#include <automix/text/metric.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace automix::program {
namespace {

struct RecordCommandOptions {
    LiveOptions live{};
    std::vector<std::string> queries{};
    std::string out{};
    std::optional<std::string> calls{};
    std::string metric = "answer";
    std::optional<std::string> score_command{};
    int draws = 8;
    bool json = false;
};

constexpr const char* record_help = R"(Queries, a line each:
  {"id":..,"question":..,"context":..,"reference":..,"dataset":..,"split":..}
All are checked before the first is asked. A reference may be a list; the score is then that of the best one.
The last model is not verified. Further verifiers of the models file judge the answers of the others too.
Signals of the models file are written beside each answer.

Every call is kept in OUT.calls.jsonl. A run that was stopped goes on where it was when it is started again:
it passes over the queries in OUT and asks no recorded call twice. A query of which a call fails is asked once
more at the end, then left out, and the exit code is 1. If a server asks for a wait of up to 15 minutes, it is
kept before that. When the budget is gone, no further query is begun. Ctrl-C, SIGTERM or SIGHUP begins no
further call, waits for those under way and keeps them; the exit code is then 130, 143 or 129. A second signal
interrupts them.

Metrics: answer (equal as people say), answer_f1 (its F1 by word, or by character in Chinese and Japanese),
exact (SQuAD's exact match), f1 (its token F1), choice (multiple choice), trimmed.
--score-command runs a command once, when all calls are done. It reads a line an answer
  {"id":..,"question":..,"context":..,"reference":..,"model":..,"answer":..}
and writes a line with the score of each, a number in [0, 1] or {"score":number}. If it fails, the calls are
kept and the next run scores again.
)";

/// Returns true if two paths name one file, which need not exist.
bool same_file(const std::string& a, const std::string& b) {
    return std::filesystem::weakly_canonical(a) == std::filesystem::weakly_canonical(b);
}

std::string seconds_text(std::chrono::milliseconds time) {
    return format_number(std::ceil(std::chrono::duration<double>(time).count())) + " s";
}

std::string summary(const RecordCommandOptions& options, const LogRecording& done, const Ledger& ledger) {
    if (options.json) {
        OrderedJson costs = OrderedJson::object();
        for (const auto& [name, spent] : ledger.spending())
            costs[name] = {{"answers", spent.answers}, {"verification", spent.verification}};
        return program::to_text(OrderedJson{{"log", options.out},
                                            {"recorded", done.recorded},
                                            {"already_recorded", done.known},
                                            {"failed", done.failed},
                                            {"left", done.left},
                                            {"cut_answers", done.cut_answers},
                                            {"cut_verdicts", done.cut_verdicts},
                                            {"declined_verdicts", done.declined_verdicts},
                                            {"absent_signals", done.absent_signals},
                                            {"unreported_calls", ledger.unreported()},
                                            {"cost", ledger.spent()},
                                            {"models", std::move(costs)}});
    }
    std::string text =
        "recorded " + counted(done.recorded, "query", "queries") + " in " + printable(options.out);
    if (done.known > 0) text += ", " + counted(done.known, "was", "were") + " there";
    text += "; cost " + format_number(ledger.spent()) + '\n';
    for (const auto& [name, spent] : ledger.spending()) {
        text += "  " + printable(name) + ": answers " + format_number(spent.answers) + ", verification " +
                format_number(spent.verification) + '\n';
    }
    const auto add_part = [&](std::size_t part, std::size_t all, const char* what, const char* became) {
        if (part == 0) return;
        text += std::to_string(part) + " of " + std::to_string(all) + what +
                (part == 1 ? " was " : " were ") + became + '\n';
    };
    constexpr const char* verdicts = " replies to verifications";
    add_part(done.cut_answers, done.answers, " answers", "cut at max_tokens of generation");
    add_part(done.cut_verdicts, done.verdicts, verdicts, "cut at max_tokens of verification");
    add_part(done.declined_verdicts, done.verdicts, verdicts, "declined; such a verdict is null");
    if (done.absent_signals > 0)
        text += counted(done.absent_signals, "signal is", "signals are") +
                " missing, the first: " + printable(done.first_absent_signal) + '\n';
    if (ledger.unreported() > 0) text += unreported_text(ledger) + '\n';
    if (done.retry_after)
        text += "a server asks to be tried again after " + seconds_text(*done.retry_after) + '\n';
    return text;
}

/// Writes a warning for models whose verdicts would all be the same, though each is paid.
void warn_of_copies(const OpenedModels& live, int draws) {
    if (draws < 2) return;
    for (std::size_t m = 0; m + 1 < live.configs.size(); ++m) {
        const ModelConfig& config = live.configs[m];
        const bool left_out = std::find(config.leave_out.begin(), config.leave_out.end(), "temperature") !=
                              config.leave_out.end();
        if (left_out || config.verification.temperature > 0.0) continue;
        std::fprintf(stderr,
                     "automix: warning: verification of %s has a temperature of 0, so its %d verdicts will "
                     "be copies; raise the temperature, or give --draws 1\n",
                     printable(in_quotes(config.name)).c_str(), draws);
    }
}

std::string run(const RecordCommandOptions& options) {
    const Metric metric = parse_metric(options.metric);
    const std::vector<Query> queries =
        queries_from(options.queries, options.score_command ? References::optional : References::required);
    const std::string calls = options.calls.value_or(options.out + ".calls.jsonl");
    if (same_file(calls, options.out)) throw ArgumentError("--calls: must not be the log itself");
    const auto journal = std::make_shared<CallJournal>(calls);
    const auto served = std::make_shared<ServedModels>();
    const std::stop_source interrupt;
    const OpenedModels live = open_models(
        options.live.models, options.live.budget, finishing_backend(interrupt),
        {.wrap = [&](AnyModel model) { return note_served(keep_calls(std::move(model), journal), served); },
         .command = command_verifiers(options.live),
         .signal_command = command_signals(options.live)});
    check_prompts(options.live, live, queries);
    warn_of_copies(live, options.draws);
    LogRecording done;
    std::string unasked;
    {
        LiveRun run(live.ledger.get(), interrupt);
        RecordLogOptions recording;
        recording.record = {
            .draws = options.draws, .metric = metric, .verifiers = live.further, .ledger = live.ledger};
        if (options.score_command) {
            recording.score_all = [&options](std::span<const AnswerToScore> answers) {
                return score_by_command(*options.score_command, options.out + ".to-score.jsonl", answers);
            };
        }
        recording.concurrency = options.live.concurrency;
        recording.stop = run.stop();
        recording.journal = journal;
        recording.on_progress = [&](std::size_t ended, std::size_t total) {
            run.show_progress(ended, total);
        };
        recording.on_wait = [](std::chrono::milliseconds wait, std::size_t open) {
            std::fprintf(stderr, "automix: waits %s, as a server asks, before %s tried again\n",
                         seconds_text(wait).c_str(), counted(open, "query is", "queries are").c_str());
        };
        recording.option_prefix = "--";
        done = record_log(queries, live.models, live.verifiers(), options.out, recording);
        if (done.complete()) {
            warn_of_served(*served);
            return summary(options, done, *live.ledger);
        }
        write_output(summary(options, done, *live.ledger));
        unasked = counted(done.failed, "query", "queries") + " failed and " +
                  counted(done.left, "was", "were") + " not asked; start again to go on" +
                  (done.failed > 0 ? ". The first failure: " + done.first_failure : std::string());
        warn_of_served(*served);
        run.require_end("stopped by a signal: " + unasked);
    }
    throw DataError(unasked);
}

}  // namespace

void add_record(CLI::App& app, Command& chosen) {
    auto options = std::make_shared<RecordCommandOptions>();
    CLI::App* command =
        app.add_subcommand("record", "Ask live models every query and write the log to train on");
    command->footer(std::string(record_help) + exit_codes);
    add_live(*command, options->live)->required();
    add_queries(*command, options->queries);
    command->add_option("--out", options->out, "Log to write or to go on with")->required()->type_name("LOG");
    command->add_option("--draws", options->draws, "Verdicts on each answer but the last model's")
        ->check(CLI::Range(0, 1000))
        ->type_name("K")
        ->capture_default_str();
    CLI::Option* metric =
        command->add_option("--metric", options->metric, "Score of an answer against the reference");
    metric->type_name("NAME")->capture_default_str();
    command
        ->add_option("--score-command", options->score_command,
                     "Command that scores the answers in place of a metric")
        ->type_name("CMD")
        ->excludes(metric);
    command
        ->add_option("--calls", options->calls,
                     "Recording of the calls; OUT.calls.jsonl where it is left out")
        ->type_name("FILE");
    add_format(*command, options->json);
    command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace automix::program
