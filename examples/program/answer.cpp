// SPDX-License-Identifier: Apache-2.0
// Implements `automix answer`: a saved policy answers queries, from live models, from a recording of their calls, or
// from a log.
#include "answer_text.hpp"
#include "command.hpp"
#include "in_order.hpp"
#include "live_models.hpp"
#include "log_options.hpp"

#include <automix/core/format.hpp>
#include <automix/live/answering.hpp>
#include <automix/live/config/open_models.hpp>
#include <automix/live/config/query_reader.hpp>
#include <automix/live/json/answer_json.hpp>
#include <automix/live/log_answers.hpp>
#include <automix/live/recording_model.hpp>
#include <automix/live/replay_model.hpp>
#include <automix/live/served_models.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/belief/trained_policy.hpp>
#include <automix/routing/json/policy_json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::program {
namespace {

struct AnswerOptions {
    LiveOptions live{};
    std::string policy{};
    std::vector<std::string> queries{};
    LogOptions reading{};
    std::optional<std::string> replay{};
    std::optional<std::string> record{};
    AnsweringOptions answering{};
    bool text = false;
};

constexpr const char* answer_help = R"(Queries, a line each:
  {"id":..,"question":..,"context":..,"dataset":..}
All are checked before the first is asked. A log will do for queries, and with --map a table. Answers come in
the same order, a line each, with the model that gave it, verdicts, costs, latency and explanation. A query
that failed has "error", and the exit code is then 1. --replay takes a recording of --record together with
--models, or a log alone, and asks nobody. Ctrl-C, SIGTERM or SIGHUP begins no further call, waits for those
under way and writes their answers; the exit code is then 130, 143 or 129. A second signal interrupts them.
)";

/// The output of answers. It writes them to standard output in the order of the queries, each once those before it are
/// written, or keeps them.
class OrderedOutput {
 public:
    OrderedOutput(std::vector<std::string> models, std::size_t queries, bool keep)
        : models_(std::move(models)), queries_(queries), keep_(keep), kept_(keep ? queries : 0) {}

    void add(std::size_t number, const LiveAnswer& answer) {
        for (std::size_t m = 0; m < answer.models.size(); ++m) {
            const ModelShare& share = answer.models[m];
            if (absent_ == 0 && !share.absent_signals.empty()) {
                const AbsentSignal& signal = share.absent_signals.front();
                first_absent_ =
                    in_quotes(signal.name) + " of " + in_quotes(models_[m]) + ": " + signal.reason;
            }
            absent_ += share.absent_signals.size();
            share.for_each_verifier([&](const VerifierShare& verifier) {
                declined_ += static_cast<std::size_t>(verifier.declined_replies);
            });
        }
        if (answer.failed() && failed_++ == 0) first_failure_ = answer.failure->message;
        if (!answer.warning.empty() && warned_++ == 0) first_warning_ = answer.warning;
        if (answer.degraded && degraded_++ == 0) first_degraded_ = answer.failure->message;
        if (keep_) {
            kept_[number] = answer;
            return;
        }
        lines_.add(number,
                   to_json(answer, models_).dump(-1, ' ', true, OrderedJson::error_handler_t::replace) + '\n',
                   write_output);
    }

    /// Writes the table of the answers that were kept.
    void write_text(const std::vector<Query>& queries) const {
        write_output(answers_text(queries, kept_, models_));
    }

    /// Says how many queries failed, and why the first one did.
    [[nodiscard]] std::string failures() const {
        if (failed_ == 0) return "no query failed";
        return std::to_string(failed_) + " of " + counted(queries_, "query", "queries") +
               (failed_ == 1 ? " failed: " : " failed, the first: ") + first_failure_;
    }

    /// Writes the numbers of degraded answers, declined verdicts, missing signals and missing questions to standard error.
    void warn() const {
        if (declined_ > 0) {
            std::fprintf(
                stderr, "automix: warning: %s declined; such a verdict is null\n",
                counted(declined_, "reply to a verification was", "replies to verifications were").c_str());
        }
        if (absent_ > 0) {
            std::fprintf(stderr, "automix: warning: %s missing, the first: %s\n",
                         counted(absent_, "signal is", "signals are").c_str(),
                         printable(first_absent_).c_str());
        }
        if (warned_ > 0) {
            std::fprintf(stderr, "automix: warning: %s: %s\n", counted(warned_, "query", "queries").c_str(),
                         first_warning_.c_str());
        }
        if (degraded_ > 0) {
            std::fprintf(stderr, "automix: warning: %zu of %s degraded, the first because of: %s\n",
                         degraded_, counted(queries_, "answer is", "answers are").c_str(),
                         printable(first_degraded_).c_str());
        }
    }

    /// Writes the warnings. Throws `DataError` if a query failed.
    void conclude() const {
        warn();
        if (failed_ > 0) throw DataError(failures());
    }

 private:
    std::vector<std::string> models_;
    std::size_t queries_;
    bool keep_;
    std::vector<LiveAnswer> kept_;
    InOrder<std::string> lines_;
    std::size_t failed_ = 0;
    std::string first_failure_;
    std::size_t degraded_ = 0;
    std::size_t declined_ = 0;
    std::size_t absent_ = 0;
    std::size_t warned_ = 0;
    std::string first_warning_;
    std::string first_absent_;
    std::string first_degraded_;
};

/// Throws `DataError` if the policy needs evidence that live models do not give.
void require_live(const PolicyFile& policy, const std::string& path) {
    for (const ModelShape& model : policy.router.trained().models) {
        if (model.kind == VerificationKind::confidence && model.verifier == self_verifier)
            throw DataError(Place{path, 0, "statistics.models"},
                            "the policy goes by a logged confidence of " + in_quotes(model.name) +
                                ", which live models do not give");
    }
    if (policy.router.report().accepted == AcceptedAnswer::plurality)
        throw DataError(Place{path, 0, "report.accepted"},
                        "the policy accepts pluralities, which this command does not draw");
}

/// Returns the names of the further verifiers that a policy asks, each once.
std::vector<std::string> asked_verifiers(const std::vector<ModelShape>& models) {
    std::vector<std::string> names;
    for (const ModelShape& model : models) {
        for (Index v = 0; v < model.verifier_count(); ++v) {
            const VerifierShape verifier = model.verifier_shape(v);
            if (verifier.kind == VerificationKind::none || verifier.name == self_verifier) continue;
            if (std::find(names.begin(), names.end(), verifier.name) == names.end())
                names.push_back(verifier.name);
        }
    }
    return names;
}

/// Writes warnings for mean prices of answers that are far from those at which the policy was trained, and for queries that
/// are not those of the log.
void warn_of_log(const LogAnswers& log, const PolicyFile& policy, const std::vector<Query>& queries) {
    constexpr double far = 2.0;
    const TrainedPolicy& trained = policy.router.trained();
    for (std::size_t m = 0; m < trained.models.size(); ++m) {
        const double paid = log.prices().answers[m].mean();
        const double expected = trained.prices.answers[m];
        if (std::max(paid, expected) <= far * std::min(paid, expected)) continue;
        std::fprintf(
            stderr,
            "automix: warning: an answer of %s costs %s on average in the log, but %s when the policy "
            "was trained\n",
            printable(in_quotes(trained.models[m].name)).c_str(), format_number(paid).c_str(),
            format_number(expected).c_str());
    }
    const auto differs = [&](const Query& query) {
        const std::string_view logged = log.question(query.id);
        return !logged.empty() && !query.question.empty() && logged != query.question;
    };
    const auto others = std::count_if(queries.begin(), queries.end(), differs);
    if (others == 0) return;
    const Query& first = *std::find_if(queries.begin(), queries.end(), differs);
    std::fprintf(stderr,
                 "automix: warning: the log has another question for %s, the first with id %s; its own is "
                 "answered\n",
                 counted(static_cast<std::size_t>(others), "query", "queries").c_str(),
                 printable(in_quotes(first.id)).c_str());
}

void answer_from_log(const AnswerOptions& options, const PolicyFile& policy,
                     const std::vector<Query>& queries, OrderedOutput& output) {
    const LogAnswers log = LogAnswers::read(*options.replay, policy.router);
    warn_of_log(log, policy, queries);
    const Explainer explainer = options.answering.explain ? policy.router.explainer() : Explainer();
    for (std::size_t i = 0; i < queries.size(); ++i)
        output.add(i, log.answer(queries[i].id, policy.router, options.answering, explainer));
}

void answer_live(const AnswerOptions& options, const PolicyFile& policy, const std::vector<Query>& queries,
                 OrderedOutput& output) {
    require_live(policy, options.policy);
    std::shared_ptr<CallReplay> replay;
    if (options.replay) read_calls(*options.replay, *(replay = std::make_shared<CallReplay>()), true);
    std::shared_ptr<CallRecorder> recorder;
    if (options.record)
        recorder = std::make_shared<CallRecorder>(*options.record, CallRecorder::Mode::repair);
    OpenOptions opening{.names = names_of(policy.statistics.models),
                        .verifiers = asked_verifiers(policy.router.trained().models),
                        .command = command_verifiers(options.live),
                        .signal_command = command_signals(options.live)};
    opening.signals.emplace();
    for (Index model = 0; model < std::ssize(opening.names); ++model)
        opening.signals->push_back(policy.router.signals(model));
    const auto served = std::make_shared<ServedModels>();
    opening.wrap = [&](AnyModel model) {
        return note_served(recorder ? AnyModel(RecordingModel(std::move(model), recorder)) : std::move(model),
                           served);
    };
    const std::stop_source interrupt;
    const OpenedModels live =
        replay ? open_recording(options.live.models, replay, opening)
               : open_models(options.live.models, options.live.budget, finishing_backend(interrupt), opening);
    check_prompts(options.live, live, queries);
    warn_of_prices(live, policy.router.trained().models, policy.router.trained().prices);
    LiveRun run(live.ledger.get(), interrupt);
    run.show_progress(0, queries.size());
    std::size_t ended = 0;
    AnsweringOptions answering = options.answering;
    answering.concurrency = options.live.concurrency;
    answering.ledger = live.ledger;
    answering.verifiers = live.further;
    answering.stop = run.stop();
    answering.on_answer = [&](std::size_t number, const LiveAnswer& answer) {
        output.add(number, answer);
        run.show_progress(++ended, queries.size());
    };
    (void)Answerer(policy.router, live.models, live.verifiers(), answering).answer_all(queries);
    warn_of_served(*served);
    if (live.ledger && live.ledger->unreported() > 0)
        std::fprintf(stderr, "automix: warning: %s\n", unreported_text(*live.ledger).c_str());
    if (!run.stop().stop_requested()) return;
    if (options.text) output.write_text(queries);
    output.warn();
    run.require_end("stopped by a signal: " + output.failures());
}

/// Reads the queries, as those of a log if an option of its reader is given.
std::vector<Query> queries_of(const AnswerOptions& options) {
    const LogOptions& reading = options.reading;
    if (reading.map.empty() && !reading.skip_bad_rows && !reading.allow_truncated)
        return queries_from(options.queries);
    if (options.queries.empty())
        throw ArgumentError("--queries: needed where --map, --skip-bad-rows or --allow-truncated is given");
    LogQueries read = read_log_queries(options.queries, read_options(reading));
    for (const std::string& warning : read.warnings)
        std::fprintf(stderr, "automix: warning: %s\n", printable(warning).c_str());
    return std::move(read.queries);
}

std::string run(const AnswerOptions& options) {
    const PolicyFile policy = read_policy(options.policy);
    const std::vector<Query> queries = queries_of(options);
    OrderedOutput output(names_of(policy.statistics.models), queries.size(), options.text);
    if (options.replay && !is_call_recording(*options.replay)) {
        if (!options.live.models.empty())
            throw ArgumentError("--models: a log of answers has no use for it; leave it out");
        answer_from_log(options, policy, queries, output);
    } else {
        if (options.live.models.empty()) throw ArgumentError("give --models, or --replay with a log");
        answer_live(options, policy, queries, output);
    }
    if (options.text) output.write_text(queries);
    output.conclude();
    return {};
}

}  // namespace

void add_answer(CLI::App& app, Command& chosen) {
    auto options = std::make_shared<AnswerOptions>();
    CLI::App* command = app.add_subcommand("answer", "Answer queries by a saved policy, from live models");
    command->footer(std::string(answer_help) + exit_codes);
    command->add_option("--policy", options->policy, "Policy of `automix train`")->required()->type_name("F");
    add_live(*command, options->live);
    add_queries(*command, options->queries);
    add_reading_options(*command, options->reading);
    CLI::Option* replay = command->add_option("--replay", options->replay,
                                              "A log or a recording of calls in place of live models");
    replay->type_name("FILE");
    command->add_option("--record", options->record, "Append every call to this file")
        ->type_name("FILE")
        ->excludes(replay);
    command->get_option("--budget")->excludes(replay);
    command
        ->add_option_function<std::string>(
            "--on-failure",
            [options](const std::string& text) {
                options->answering.on_failure = text == "keep" ? OnFailure::keep_answer : OnFailure::fail;
            },
            "Where a call fails: ask the next model or keep the answer so far, or fail the query")
        ->check(CLI::IsMember({"keep", "fail"}).description(""))
        ->type_name("keep|fail")
        ->default_str("keep");
    command
        ->add_option_function<std::string>(
            "--format", [options](const std::string& form) { options->text = form == "text"; },
            "Lines of JSON, or a table with the costs and an explanation")
        ->check(CLI::IsMember({"json", "text"}).description(""))
        ->type_name("json|text")
        ->default_str("json");
    command
        ->add_option("--batch", options->answering.batch,
                     "Fewest verdicts to draw in a round, for fewer rounds at more draws")
        ->check(CLI::Range(1, 1000))
        ->type_name("K")
        ->capture_default_str();
    add_seed(*command, options->answering.seed, "Seed of the hash of ids");
    command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace automix::program
