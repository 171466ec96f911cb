// SPDX-License-Identifier: Apache-2.0
// Implements `automix frontier`: shows what quality costs on the test rows of a log, as a table of points or as a picture.
#include "command.hpp"
#include "live_line.hpp"
#include "log_options.hpp"
#include "router_options.hpp"
#include "split_options.hpp"

#include <automix/core/error.hpp>
#include <automix/data/checks.hpp>
#include <automix/data/statistics_options.hpp>
#include <automix/evaluation/frontier.hpp>
#include <automix/evaluation/report/frontier_csv.hpp>
#include <automix/evaluation/report/frontier_json.hpp>
#include <automix/evaluation/report/frontier_svg.hpp>
#include <automix/evaluation/report/frontier_text.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix::program {
namespace {

struct TraceOptions {
    LogOptions log{};
    RouterOptions router{};
    SplitOptions split{};
    std::string name = "pomdp";
    int resamples = 1000;
    std::string format = "text";
    std::string unit = FrontierSvgOptions().unit;
};

struct TracedLog {
    std::vector<std::string> models{};
    Index train_rows = 0;
    Frontier frontier{};
    std::vector<std::string> warnings{};
};

TracedLog trace(const TraceOptions& options) {
    // Reject bad usage before any log is read.
    const RouterOptions& given = options.router;
    const RouterSettings settings = router_settings(given, options.log);
    const DrawLimits limits = draw_limits(given);
    make_router(options.name, settings);
    require_used(given, {options.name});
    if (std::find(given.given.begin(), given.given.end(), "--objective") != given.given.end())
        throw ArgumentError(
            "--objective: no effect, as the frontier shows the policies of all prices of quality; evaluate "
            "tests that of "
            "one objective");
    if (options.unit != FrontierSvgOptions().unit && options.format != "svg")
        throw ArgumentError("--unit: no effect on --format " + options.format + "; it is for svg");
    const Prices prices = given_prices(given, options.log);
    FrontierOptions wanted;
    wanted.bootstrap = BootstrapOptions{0.95, options.resamples, given.seed};
    wanted.seed = given.seed;
    validate(*wanted.bootstrap);
    const std::optional<SplitRule> rule = split_rule(options.split);

    ProgressLine line;
    Log log = read_logs_for(options.log, given, may_read_queries({options.name}, settings), line.handler());
    limits.require_known(log.data.model_names());
    const PricedSplit split = split_log(log.data, options.split, rule, given.seed, prices);
    const std::vector<std::string>& models = split.rows.train.model_names();
    require_evidence(split.rows, {options.name}, limits);
    const AnyRouter router = make_router_for(models, options.name, settings, limits);
    const StatisticsOptions checked = statistics_options(limits, models, options.log);
    for (const auto& more : {split.test.notes, check_log(split.rows.train, checked)})
        log.warnings.insert(log.warnings.end(), more.begin(), more.end());
    Frontier frontier =
        trace_frontier(router, {split.rows.train, split.train}, split.rows.test, split.test, wanted);
    frontier.router = options.name;
    return {models, split.rows.train.rows(), std::move(frontier), std::move(log.warnings)};
}

std::string show(const TraceOptions& options, const TracedLog& traced) {
    // Neither form has a place for them.
    if (options.format == "csv" || options.format == "svg") print_warnings(traced.warnings);
    if (options.format == "csv") return frontier_csv(traced.frontier);
    if (options.format == "svg") return frontier_svg(traced.frontier, {options.unit});
    if (options.format == "json") {
        OrderedJson json{{"models", traced.models},
                         {"rows", {{"train", traced.train_rows}, {"test", traced.frontier.rows}}},
                         {"warnings", traced.warnings}};
        OrderedJson frontier = to_json(traced.frontier);
        json["router"] = frontier["router"];
        json["policies"] = std::move(frontier["policies"]);
        json["single_models"] = std::move(frontier["models"]);
        json["oracle"] = std::move(frontier["oracle"]);
        json["prices"] = std::move(frontier["prices"]);
        return program::to_text(json);
    }
    return frontier_text(traced.frontier) + warnings_text(traced.warnings);
}

}  // namespace

void add_frontier(CLI::App& app, Command& chosen) {
    auto options = std::make_shared<TraceOptions>();
    CLI::App* command = app.add_subcommand(
        "frontier",
        "Show what quality costs on the test rows: a router's policies for all prices of quality");
    command->footer(std::string(router_help) + exit_codes);
    add_log_options(*command, options->log);
    command->add_option("--router", options->name, "Router to train, see below")
        ->type_name("NAME")
        ->capture_default_str();
    add_price_options(*command, options->router);
    add_policy_options(*command, options->router);
    add_family_options(*command, options->router);
    add_split_options(*command, options->split);
    add_seed(*command, options->router, "splits and resamples");
    add_resamples(*command, options->resamples);
    command->add_option("--format", options->format, "Form of the output")
        ->check(CLI::IsMember({"text", "json", "csv", "svg"}).description(""))
        ->type_name("text|json|csv|svg")
        ->capture_default_str();
    command->add_option("--unit", options->unit, "Unit of the prices in the picture, such as USD")
        ->type_name("NAME")
        ->capture_default_str();
    command->callback([options, command, &chosen] {
        note_given(*command, options->router);
        chosen = [options] { return show(*options, trace(*options)); };
    });
}

}  // namespace automix::program
