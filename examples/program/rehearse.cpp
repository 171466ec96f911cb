// SPDX-License-Identifier: Apache-2.0
// Implements `automix rehearse`: tells what a policy would have cost and scored on traffic that another one served.
#include "command.hpp"
#include "request_options.hpp"

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/evaluation/report/text_table.hpp>
#include <automix/routing/json/policy_json.hpp>
#include <automix/stream/log/request_reader.hpp>
#include <automix/stream/rehearse.hpp>
#include <automix/stream/seen_rows.hpp>

#include <CLI/CLI.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix::program {
namespace {

struct RehearseCommandOptions {
    RequestOptions logs{};
    std::string policy{};
    std::optional<std::string> old{};
    RehearsalOptions rehearsal{};
    bool json = false;
};

constexpr const char* rehearse_help =
    "Replays policies on the requests of which everything was seen, and weights them by the inverse of the\n"
    "probability with which they were. Intervals are of 95 % unless --level says otherwise; those of the "
    "gain\n"
    "compare both policies on the same requests. If too little was explored, nothing is said, and the exit "
    "code\n"
    "is 1.\n";

OrderedJson mean_json(const WeightedMean& mean) {
    return {{"mean", mean.mean}, {"se", mean.se}, {"low", mean.low}, {"high", mean.high}};
}

OrderedJson figures_json(const PolicyFigures& figures) {
    return {{"score", mean_json(figures.score)},
            {"cost", mean_json(figures.cost)},
            {"routed", mean_json(figures.routed)}};
}

std::string to_json_text(const Rehearsal& rehearsal, const SeenRows& rows,
                         const std::vector<std::string>& warnings) {
    const auto optional = [](const std::optional<PolicyFigures>& figures) {
        return figures ? figures_json(*figures) : OrderedJson(nullptr);
    };
    return program::to_text(OrderedJson{{"requests", to_json(rows.counts)},
                                        {"effective_rows", rehearsal.effective_rows},
                                        {"level", rehearsal.level},
                                        {"new", figures_json(rehearsal.next)},
                                        {"old", optional(rehearsal.now)},
                                        {"gain", optional(rehearsal.gain)},
                                        {"warnings", warnings}});
}

std::string to_text(const Rehearsal& rehearsal, const SeenRows& rows,
                    const std::vector<std::string>& warnings) {
    TextTable table({"policy", "score", "cost", "routed"});
    const auto cell = [](const WeightedMean& mean) { return interval_text(mean.mean, mean.low, mean.high); };
    const auto add = [&](const std::string& name, const PolicyFigures& figures) {
        table.add({name, cell(figures.score), cell(figures.cost), cell(figures.routed)});
    };
    add("new", rehearsal.next);
    if (rehearsal.now) add("old", *rehearsal.now);
    if (rehearsal.gain) add("new less old", *rehearsal.gain);
    return "on " + std::to_string(rehearsal.rows) + " of " + std::to_string(rows.counts.requests) +
           " requests, which count as " + format_significant(rehearsal.effective_rows, 3) +
           " rows; means per request with intervals of " + format_percent(rehearsal.level) + "\n\n" +
           table.text() + warnings_text(warnings);
}

std::string run(const RehearseCommandOptions& options) {
    const PolicyFile next = automix::read_policy(options.policy);
    std::optional<PolicyFile> now;
    if (options.old) now = automix::read_policy(*options.old);
    const bool reads = next.router.reads().any() || (now && now->router.reads().any());
    const Requests log = read_requests(options.logs, reads ? RequestTexts::keep : RequestTexts::drop);
    const std::vector<ModelShape> shapes =
        now ? shapes_for_both(next.router.models(), now->router.models()) : next.router.models();
    const SeenRows rows = seen_rows(log.requests, shapes);
    const Rehearsal rehearsal = rehearse(next.router, now ? &now->router : nullptr, rows, options.rehearsal);
    const std::vector<std::string> warnings = request_notes(rows, log);
    return options.json ? to_json_text(rehearsal, rows, warnings) : to_text(rehearsal, rows, warnings);
}

}  // namespace

void add_rehearse(CLI::App& app, Command& chosen) {
    auto options = std::make_shared<RehearseCommandOptions>();
    CLI::App* command =
        app.add_subcommand("rehearse", "Tell what a policy would have cost and scored on traffic");
    command->footer(std::string(rehearse_help) + exit_codes);
    add_requests(*command, options->logs);
    command->add_option("--policy", options->policy, "Policy to rehearse")->required()->type_name("F");
    command->add_option("--old", options->old, "Policy to compare it with")->type_name("F");
    command
        ->add_option("--min-rows", options->rehearsal.min_rows, "Effective rows below which nothing is said")
        ->type_name("N")
        ->capture_default_str();
    command->add_option("--level", options->rehearsal.level, "Level of the intervals")
        ->type_name("X")
        ->capture_default_str();
    add_format(*command, options->json);
    command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace automix::program
