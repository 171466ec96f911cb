// SPDX-License-Identifier: Apache-2.0
// `automix record`: asks live models every query, draws verdicts on their answers, and writes the log to train on.
#include "command.hpp"
#include "in_order.hpp"
#include "live_models.hpp"

#include <automix/core/format.hpp>
#include <automix/data/log/log_reader.hpp>
#include <automix/data/log/log_writer.hpp>
#include <automix/file/line_reader.hpp>
#include <automix/live/config/configured_models.hpp>
#include <automix/live/config/query_reader.hpp>
#include <automix/live/detail/concurrent.hpp>
#include <automix/live/record_query.hpp>
#include <automix/live/recording_model.hpp>
#include <automix/live/replay_model.hpp>
#include <automix/text/metric.hpp>

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

namespace automix::program {
namespace {

struct RecordCommandOptions {
    LiveOptions live{};
    std::optional<std::string> queries{};
    std::string out{};
    std::optional<std::string> calls{};
    std::string metric = "exact";
    int draws = 8;
    bool json = false;
};

constexpr const char* record_help =
    "Queries, a line each: {\"id\":..,\"question\":..,\"context\":..,\"reference\":..,\"dataset\":..,"
    "\"split\":..};\n"
    "all are checked before the first is asked. Every call is kept in OUT.calls.jsonl, so a run that was "
    "stopped\n"
    "goes on where it was when it is started again: queries in OUT are passed over and no recorded call is "
    "asked\n"
    "twice. The last model is not verified. A query of which a call fails is left out, and the exit code is "
    "then 1.\n"
    "Metrics: exact (SQuAD's exact match), f1 (its token F1), choice (multiple choice), trimmed.\n";

/// False for a file of which a killed run has written a part of the first line.
bool holds_whole_line(const std::string& path) {
    detail::LineReader lines(path);
    std::string_view line;
    return lines.next(line) && (!lines.ended() || nlohmann::json::accept(line));
}

/// Throws `DataError` where a record of the log is not that of its query, or was scored by another metric.
void require_same(const LogRecord& log, const Query& query, const RecordOptions& recording, const Place& at) {
    const auto require = [&](const char* field, const std::string& found, const std::string& expected) {
        if (found == expected) return;
        throw DataError(Place{at.file, at.line, field},
                        "expected that of the query, " + in_quotes(expected) + ", found " + in_quotes(found));
    };
    require("question", log.question.value_or(""), query.question);
    require("context", log.context.value_or(""), query.context);
    require("reference", log.reference.value_or(""), query.reference.value_or(""));
    for (std::size_t m = 0; m < log.record.models.size(); ++m) {
        const double score = recording.metric(log.texts[m].answer.value_or(""), query.reference.value_or(""));
        if (score == log.record.models[m].score) continue;
        throw DataError(Place{at.file, at.line, "models[" + std::to_string(m) + "].score"},
                        "expected " + format_number(score) + " by this --metric, found " +
                            format_number(log.record.models[m].score));
    }
}

/// The ids of the log to go on with, where there is one. Throws `DataError` unless it has these models, as many verdicts as are
/// to be drawn, and of the queries their texts and scores.
std::unordered_set<std::string> recorded_ids(const RecordCommandOptions& options,
                                             const std::vector<std::string>& models,
                                             const std::vector<Query>& queries,
                                             const RecordOptions& recording) {
    std::unordered_set<std::string> ids;
    std::unordered_map<std::string, const Query*> known;
    for (const Query& query : queries) known.emplace(query.id, &query);
    std::error_code ignored;
    const bool is_there = std::filesystem::is_regular_file(options.out, ignored) &&
                          std::filesystem::file_size(options.out, ignored) > 0;
    if (!is_there) return ids;
    if (!holds_whole_line(options.out)) return ids;
    ReadOptions reading;
    reading.allow_truncated = true;
    reading.keep_texts = true;
    LogReader reader(options.out, reading);
    for (LogRecord log; reader.next(log);) {
        if (log.model_names != models) {
            throw DataError(Place{options.out, reader.place().line, "models"},
                            "expected " + joined(models) + ", as in " + options.live.models + ", found " +
                                joined(log.model_names));
        }
        for (std::size_t m = 0; m + 1 < models.size(); ++m) {
            const std::size_t drawn = log.record.models[m].verdicts.size();
            if (drawn != static_cast<std::size_t>(options.draws)) {
                throw DataError(
                    Place{options.out, reader.place().line, "models[" + std::to_string(m) + "].verdicts"},
                    "expected " + std::to_string(options.draws) + ", as --draws says, found " +
                        std::to_string(drawn));
            }
        }
        if (const auto query = known.find(log.record.id); query != known.end())
            require_same(log, *query->second, recording, reader.place());
        ids.insert(log.record.id);
    }
    return ids;
}

/// Takes the calls of queries in the log out of the recording, so that no other query that asks the same is served them.
void take_calls(const RecordCommandOptions& options, const std::vector<std::string>& models,
                const std::vector<Query>& queries, const std::unordered_set<std::string>& recorded,
                const RecordOptions& recording, const std::shared_ptr<CallReplay>& earlier) {
    const LiveModels replayed = replayed_models(options.live, models, earlier);
    const ConfiguredVerifiers verifiers(replayed.configs);
    for (const Query& query : queries) {
        if (recorded.contains(query.id)) (void)record_query(query, replayed.models, verifiers, recording);
    }
}

/// Writes records in the order of the queries, each as soon as those before it have ended.
class OrderedLog {
 public:
    explicit OrderedLog(const std::string& path) : writer_(path, detail::AppendMode::repair) {}

    void add(std::size_t number, std::variant<LogRecord, LiveFailure> ended) {
        const std::lock_guard lock(mutex_);
        ended_.add(number, std::move(ended), [&](const std::variant<LogRecord, LiveFailure>& next) {
            if (const auto* log = std::get_if<LogRecord>(&next)) {
                writer_.write(*log);
                ++written_;
            } else if (failed_++ == 0) {
                first_failure_ = std::get<LiveFailure>(next).message;
            }
        });
    }

    [[nodiscard]] std::size_t written() const noexcept { return written_; }
    [[nodiscard]] std::size_t failed() const noexcept { return failed_; }
    [[nodiscard]] const std::string& first_failure() const noexcept { return first_failure_; }

 private:
    std::mutex mutex_;
    LogWriter writer_;
    InOrder<std::variant<LogRecord, LiveFailure>> ended_;
    std::size_t written_ = 0;
    std::size_t failed_ = 0;
    std::string first_failure_;
};

/// Whether two paths name one file, be it there or not.
bool same_file(const std::string& a, const std::string& b) {
    return std::filesystem::weakly_canonical(a) == std::filesystem::weakly_canonical(b);
}

std::string summary(const RecordCommandOptions& options, const OrderedLog& log, std::size_t known,
                    const Ledger& ledger) {
    if (options.json) {
        OrderedJson costs = OrderedJson::object();
        for (const auto& [name, spent] : ledger.spending())
            costs[name] = {{"answers", spent.answers}, {"verification", spent.verification}};
        return program::to_text(OrderedJson{{"log", options.out},
                                            {"recorded", log.written()},
                                            {"already_recorded", known},
                                            {"failed", log.failed()},
                                            {"cost", ledger.spent()},
                                            {"models", std::move(costs)}});
    }
    std::string text = "recorded " + std::to_string(log.written()) + " queries in " + printable(options.out);
    if (known > 0) text += ", " + std::to_string(known) + " were there";
    text += "; cost " + format_number(ledger.spent()) + '\n';
    for (const auto& [name, spent] : ledger.spending()) {
        text += "  " + printable(name) + ": answers " + format_number(spent.answers) + ", verification " +
                format_number(spent.verification) + '\n';
    }
    return text;
}

std::string run(const RecordCommandOptions& options) {
    RecordOptions recording{.draws = options.draws, .metric = parse_metric(options.metric)};
    std::vector<Query> queries =
        parse_queries(read_input(options.queries), input_name(options.queries), References::required);
    const std::string calls = options.calls.value_or(options.out + ".calls.jsonl");
    const auto earlier = std::make_shared<CallReplay>();
    if (same_file(calls, options.out)) throw ArgumentError("--calls: must not be the log itself");
    if (std::filesystem::is_regular_file(calls)) read_calls(calls, *earlier, true);
    // What can be found wrong is found before anything is written or asked.
    std::vector<std::string> names;
    const std::vector<ModelConfig> configs = load_models(options.live, {}, {}).configs;
    check_queries(options.live, configs, queries);
    for (const ModelConfig& config : configs) names.push_back(config.name);
    const std::unordered_set<std::string> recorded = recorded_ids(options, names, queries, recording);
    take_calls(options, names, queries, recorded, recording, earlier);
    const std::size_t known =
        std::erase_if(queries, [&](const Query& query) { return recorded.contains(query.id); });
    const auto recorder = std::make_shared<CallRecorder>(calls, detail::AppendMode::repair);
    const LiveModels live = load_models(options.live, {}, [&](AnyModel model) -> AnyModel {
        return RecordingModel(std::move(model), recorder, earlier);
    });
    const ConfiguredVerifiers verifiers(live.configs);
    OrderedLog log(options.out);
    {
        LiveRun run(queries.size(), live.ledger.get());
        detail::for_each_concurrently(
            queries.size(), options.live.concurrency, run.stop(), [&](std::size_t i) {
                log.add(i, record_query(queries[i], live.models, verifiers, recording, run.stop()));
                run.advance();
            });
    }
    const std::string text = summary(options, log, known, *live.ledger);
    const std::size_t left = queries.size() - log.written() - log.failed();
    if (log.failed() + left == 0) return text;
    std::fwrite(text.data(), 1, text.size(), stdout);
    throw DataError(std::to_string(log.failed()) + " queries failed and " + std::to_string(left) +
                    " were not asked; start again to go on" +
                    (log.failed() > 0 ? ". The first failure: " + log.first_failure() : std::string()));
}

}  // namespace

void add_record(CLI::App& app, Command& chosen) {
    auto options = std::make_shared<RecordCommandOptions>();
    CLI::App* command =
        app.add_subcommand("record", "Ask live models every query and write the log to train on");
    command->footer(std::string(record_help) + exit_codes);
    add_live(*command, options->live)->required();
    command->add_option("--queries", options->queries, "Queries; standard input where it is left out")
        ->type_name("FILE");
    command->add_option("--out", options->out, "Log to write or to go on with")->required()->type_name("LOG");
    command->add_option("--draws", options->draws, "Verdicts on each answer but the last model's")
        ->check(CLI::Range(0, 1000))
        ->type_name("K")
        ->capture_default_str();
    command->add_option("--metric", options->metric, "Score of an answer against the reference")
        ->type_name("NAME")
        ->capture_default_str();
    command
        ->add_option("--calls", options->calls,
                     "Recording of the calls; OUT.calls.jsonl where it is left out")
        ->type_name("FILE");
    add_format(*command, options->json);
    command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace automix::program
