// SPDX-License-Identifier: Apache-2.0
// Implements `automix score`: scores the answers in a log of requests that have no score yet.
#include "command.hpp"
#include "request_options.hpp"
#include "score_command.hpp"

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/live/batch_metric.hpp>
#include <automix/live/config/query_reader.hpp>
#include <automix/live/query.hpp>
#include <automix/live/query_metric.hpp>
#include <automix/stream/log/request_reader.hpp>
#include <automix/stream/log/request_writer.hpp>
#include <automix/stream/request_record.hpp>
#include <automix/text/metric.hpp>

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix::program {
namespace {

struct ScoreCommandOptions {
    RequestOptions logs{};
    std::vector<std::string> references{};
    std::string out{};
    std::optional<std::string> metric{};
    std::optional<std::string> score_command{};
    bool json = false;
};

constexpr const char* score_help =
    R"(Scores the answers that have a text and no score, and appends a line for each score:
  {"schema":"automix-requests/1","score_of":"r1","model":"small","score":1.0,"time":..}
The log must hold texts (--log-text of the gateway). A log that a gateway still writes takes no other writer:
give --out another file then, and both to `learn`.
--score-command runs a command once. It reads a line an answer
  {"id":..,"question":..,"context":..,"reference":..,"model":..,"answer":..}
and writes a line with the score of each, a number in [0, 1] or {"score":number}.
--metric takes those of `automix record` and needs --references: queries as `automix record` reads them, known
by the id of the request or else by question and context. Requests without a reference are left out.
)";

/// The references of queries, by id and by texts.
class KnownReferences {
 public:
    explicit KnownReferences(const std::vector<std::string>& paths) {
        if (paths.empty()) return;
        queries_ = read_queries(paths, References::required);
        for (std::size_t i = 0; i < queries_.size(); ++i) {
            by_id_.emplace(queries_[i].id, i);
            by_texts_.emplace(std::pair(queries_[i].question, queries_[i].context), i);
        }
    }

    /// Adds the references of a query, if they are known.
    void add_to(Query& query) const {
        auto known = by_id_.find(query.id);
        std::optional<std::size_t> place;
        if (known != by_id_.end()) {
            place = known->second;
        } else if (const auto texts = by_texts_.find({query.question, query.context});
                   texts != by_texts_.end()) {
            place = texts->second;
        }
        if (!place) return;
        query.reference = queries_[*place].reference;
        query.other_references = queries_[*place].other_references;
    }

 private:
    std::vector<Query> queries_;
    std::map<std::string, std::size_t> by_id_;
    std::map<std::pair<std::string, std::string>, std::size_t> by_texts_;
};

double seconds_now() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string run(const ScoreCommandOptions& options) {
    if (!options.metric && !options.score_command)
        throw ArgumentError("give --score-command, or --metric with --references");
    if (options.metric && options.references.empty())
        throw ArgumentError("--metric " + *options.metric + ": needs --references");
    const std::optional<QueryMetric> metric =
        options.metric ? std::optional<QueryMetric>(parse_metric(*options.metric)) : std::nullopt;
    if (options.out.empty() && (options.logs.paths.size() > 1 || !options.logs.map.empty()))
        throw ArgumentError("--out: name the file to append to, as the log is " +
                            std::string(options.logs.map.empty() ? "several files" : "of another program"));
    const std::string out = options.out.empty() ? options.logs.paths.front() : options.out;
    const KnownReferences references(options.references);
    const Requests log = read_requests(options.logs, RequestTexts::keep);
    std::vector<Query> queries;
    queries.reserve(log.requests.size());
    std::vector<AnswerToScore> answers;
    std::size_t textless = 0;
    std::size_t unknown = 0;
    for (const RequestRecord& request : log.requests) {
        if (request.unverified) continue;
        Query& query = queries.emplace_back();
        query.id = request.id;
        query.dataset = request.dataset;
        query.question = request.question.value_or("");
        query.context = request.context.value_or("");
        references.add_to(query);
        for (const RequestModel& model : request.models) {
            if (model.score) continue;
            if (!model.answer) {
                ++textless;
            } else if (metric && !query.reference) {
                ++unknown;
            } else {
                answers.push_back({&query, model.name, *model.answer});
            }
        }
    }
    RequestLog to(out);
    std::vector<double> scores;
    if (options.score_command) {
        if (!answers.empty())
            scores = score_by_command(*options.score_command, out + ".to-score.jsonl", answers);
    } else {
        for (const AnswerToScore& answer : answers) scores.push_back((*metric)(*answer.query, answer.answer));
    }
    for (std::size_t i = 0; i < answers.size(); ++i) {
        to.append(LateScore{.id = answers[i].query->id,
                            .model = answers[i].model,
                            .score = scores[i],
                            .time = seconds_now()});
    }
    std::vector<std::string> warnings = log.warnings();
    if (textless > 0)
        warnings.push_back(std::to_string(textless) +
                           " answers have neither a score nor a text, and are left out");
    if (unknown > 0)
        warnings.push_back(std::to_string(unknown) + " answers have no reference, and are left out");
    if (options.json)
        return program::to_text(OrderedJson{{"log", out},
                                            {"scored", scores.size()},
                                            {"without_text", textless},
                                            {"without_reference", unknown},
                                            {"warnings", warnings}});
    return "scored " + std::to_string(scores.size()) + (scores.size() == 1 ? " answer" : " answers") +
           " in " + printable(out) + '\n' + warnings_text(warnings);
}

}  // namespace

void add_score(CLI::App& app, Command& chosen) {
    auto options = std::make_shared<ScoreCommandOptions>();
    CLI::App* command = app.add_subcommand("score", "Score the answers in a log of requests");
    command->footer(std::string(score_help) + exit_codes);
    add_requests(*command, options->logs);
    command->add_option("--out", options->out, "File to append the scores to (default: LOG)")->type_name("F");
    auto* metric =
        command->add_option("--metric", options->metric, "Score of an answer against the reference")
            ->type_name("NAME");
    command->add_option("--score-command", options->score_command, "Command that scores the answers")
        ->type_name("CMD")
        ->excludes(metric);
    command->add_option("--references", options->references, "Queries with references; may be given again")
        ->type_name("F")
        ->allow_extra_args(false);
    add_format(*command, options->json);
    command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace automix::program
