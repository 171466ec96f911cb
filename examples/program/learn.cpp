// SPDX-License-Identifier: Apache-2.0
// Implements `automix learn`: trains a policy again with the requests that were seen whole.
#include "command.hpp"
#include "live_line.hpp"
#include "request_options.hpp"

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/evaluation/report/text_table.hpp>
#include <automix/routing/json/policy_json.hpp>
#include <automix/routing/json/pomdp_report_json.hpp>
#include <automix/stream/learn.hpp>
#include <automix/stream/log/request_reader.hpp>
#include <automix/stream/seen_rows.hpp>

#include <CLI/CLI.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix::program {
namespace {

struct LearnCommandOptions {
    RequestOptions logs{};
    std::string policy{};
    std::string out{};
    LearnOptions learning{};
    std::optional<std::string> prices{};
    bool json = false;
};

constexpr const char* learn_help =
    "Learns from requests of which all models' answers, their scores and all draws were seen: those that "
    "were\n"
    "explored, and those of which the policy by itself saw everything. Each counts by the inverse of the\n"
    "probability with which it was seen, so explored requests stand for those that were not. Whether a "
    "request\n"
    "is scored must not depend on its outcome.\n"
    "The objective is the policy's. --prices old charges the new rows the policy's prices, measured those in "
    "the\n"
    "log, for older rows too. What a query tells is learnt from the log alone, as statistics hold no "
    "texts.\n";

std::string to_json_text(const LearnedPolicy& learned, const SeenRows& rows,
                         const LearnCommandOptions& options, const std::vector<std::string>& warnings) {
    return program::to_text(OrderedJson{{"policy", options.out},
                                        {"models", names_of(learned.statistics.models)},
                                        {"requests", to_json(rows.counts)},
                                        {"effective_rows", learned.effective_rows},
                                        {"old_rows", learned.old_rows},
                                        {"context_rows", learned.context_rows},
                                        {"prices", learned.prices == RequestPrices::old ? "old" : "measured"},
                                        {"report", automix::to_json(learned.router.report())},
                                        {"warnings", warnings}});
}

std::string to_text(const LearnedPolicy& learned, const SeenRows& rows, const LearnCommandOptions& options,
                    const std::vector<std::string>& warnings) {
    const PomdpReport& report = learned.router.report();
    std::string text = joined(printable(names_of(learned.statistics.models)), " -> ") + ": learnt from " +
                       std::to_string(rows.counts.used) + " of " + std::to_string(rows.counts.requests) +
                       " requests, which count as " + format_significant(learned.effective_rows, 3) +
                       " rows, beside " + format_significant(learned.old_rows, 3) +
                       " rows so far; saved to " + printable(options.out) + '\n' + "objective " +
                       to_string(report.objective) + " at " +
                       (learned.prices == RequestPrices::old ? "the prices of the policy before"
                                                             : "prices measured from the requests") +
                       "; guard " + (report.guard.passed ? "passed" : "not passed") + '\n';
    if (!report.fallback.empty()) text += "fallback: " + printable(report.fallback) + '\n';
    text += "forecast of a query: score " + format_fixed(report.expected.score, 4) + ", cost " +
            format_price(report.expected.cost) + ", " + format_fixed(report.expected.draws, 2) + " draws\n";
    return text + warnings_text(warnings);
}

std::string run(const LearnCommandOptions& options) {
    ProgressLine line;
    LearnOptions learning = options.learning;
    if (options.prices)
        learning.prices = *options.prices == "old" ? RequestPrices::old : RequestPrices::measured;
    std::vector<std::string> inputs = options.logs.paths;
    inputs.push_back(options.logs.map);
    require_other_file(options.out, inputs);
    const PolicyFile before = automix::read_policy(options.policy);
    PolicyOutput out(options.out);
    line.show({"reading requests", "", 0.0, 0.0, {}});
    const bool reads = before.router.options().context.best || before.router.options().context.fields.any();
    const Requests log = read_requests(options.logs, reads ? RequestTexts::keep : RequestTexts::drop);
    const SeenRows rows = seen_rows(log.requests, before.router.models());
    line.show({"training", "", 0.0, 0.0, {}});
    learning.progress = line.handler();
    const LearnedPolicy learned = learn(before.router, before.statistics, rows, learning);
    out.write(learned.router, learned.statistics);
    std::vector<std::string> warnings = request_notes(rows, log);
    for (const auto& more : {learned.notes, learned.training.warnings})
        warnings.insert(warnings.end(), more.begin(), more.end());
    return options.json ? to_json_text(learned, rows, options, warnings)
                        : to_text(learned, rows, options, warnings);
}

}  // namespace

void add_learn(CLI::App& app, Command& chosen) {
    auto options = std::make_shared<LearnCommandOptions>();
    CLI::App* command = app.add_subcommand("learn", "Train a policy again with what traffic has shown");
    command->footer(std::string(learn_help) + exit_codes);
    add_requests(*command, options->logs);
    command->add_option("--policy", options->policy, "Policy to learn from, with its statistics")
        ->required()
        ->type_name("F");
    command->add_option("--out", options->out, "Where to save the new policy")->required()->type_name("F");
    auto* fresh =
        command->add_flag("--fresh", options->learning.fresh, "Leave the policy's own statistics out");
    command
        ->add_option("--forget", options->learning.forget,
                     "Weight of each row so far beside that of a new one")
        ->type_name("X")
        ->capture_default_str()
        ->excludes(fresh);
    command
        ->add_option("--min-rows", options->learning.min_rows, "Effective rows below which nothing is learnt")
        ->type_name("N")
        ->capture_default_str();
    command
        ->add_option("--prices", options->prices,
                     "Prices to train at: old or measured (default: old; measured with --fresh)")
        ->check(CLI::IsMember({"old", "measured"}).description(""))
        ->type_name("WHICH");
    add_format(*command, options->json);
    command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace automix::program
