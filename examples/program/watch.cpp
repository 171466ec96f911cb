// SPDX-License-Identifier: Apache-2.0
// Implements `automix watch`: tells what has changed in traffic since a policy was trained.
#include "command.hpp"
#include "request_options.hpp"

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/evaluation/report/text_table.hpp>
#include <automix/routing/json/policy_json.hpp>
#include <automix/stream/log/request_reader.hpp>
#include <automix/stream/log/request_writer.hpp>
#include <automix/stream/watch.hpp>

#include <CLI/CLI.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace automix::program {
namespace {

struct WatchCommandOptions {
    RequestOptions logs{};
    std::string policy{};
    WatchOptions watch{};
    bool json = false;
};

constexpr const char* watch_help =
    "Verdict rates, unreadable verdicts and scores are compared with the policy's statistics, prices and "
    "latency\n"
    "with the beginning of the log. p-values are for all of it together and hold however often one looks: as "
    "long\n"
    "as nothing changes, there is never an alarm, but with probability --delta. Names are those that the "
    "backend\n"
    "gave; a second one of a model is an alarm.\n"
    "Exit codes: 0 nothing has changed, 1 bad data, 2 bad usage, 3 something has changed.";

std::string to_json_text(const WatchReport& report, const std::vector<std::string>& warnings) {
    OrderedJson watched = OrderedJson::array();
    for (const Watched& part : report.watched) {
        OrderedJson& json = watched.emplace_back();
        json = {{"what", name_of(part.kind)},
                {"model", part.model.empty() ? OrderedJson(nullptr) : OrderedJson(part.model)},
                {"requests", part.requests}};
        if (part.kind == WatchedKind::name) {
            json["names"] = part.names;
        } else {
            json["reference"] = part.reference ? OrderedJson(*part.reference) : OrderedJson(nullptr);
            json["mean"] = part.mean;
            json["recent"] = part.recent;
        }
        json["p_value"] = part.p_value;
        json["alarm"] = part.alarm;
        json["since"] = part.since.empty() ? OrderedJson(nullptr) : OrderedJson(part.since);
    }
    return program::to_text(OrderedJson{{"delta", report.delta},
                                        {"alarm", report.alarm()},
                                        {"watched", std::move(watched)},
                                        {"warnings", warnings}});
}

std::string to_text(const WatchReport& report, const std::vector<std::string>& warnings) {
    TextTable table({"what", "requests", "policy", "traffic", "since change", "p-value", "changed since"});
    for (const Watched& part : report.watched) {
        std::string name(name_of(part.kind));
        if (!part.model.empty()) name += " of " + printable(part.model);
        if (part.kind == WatchedKind::name) {
            table.add({name, std::to_string(part.requests), "", joined(printable(part.names)), "", "",
                       printable(part.since)});
            continue;
        }
        const auto figure = [&](double value) {
            return part.requests > 0 ? format_significant(value, 3) : std::string();
        };
        table.add({name, std::to_string(part.requests),
                   part.reference ? format_significant(*part.reference, 3) : std::string(), figure(part.mean),
                   part.alarm ? figure(part.recent) : std::string(), format_significant(part.p_value, 2),
                   printable(part.since)});
    }
    return table.text() + (report.alarm() ? "\nsomething has changed\n" : "\nnothing has changed\n") +
           warnings_text(warnings);
}

std::string run(const WatchCommandOptions& options) {
    const PolicyFile policy = automix::read_policy(options.policy);
    const Requests log = read_requests(options.logs, RequestTexts::drop);
    WatchOptions watching = options.watch;
    watching.policy = policy_file_digest(options.policy);
    const WatchReport report = watch(log.requests, policy.router, policy.statistics, watching);
    std::vector<std::string> warnings = log.warnings();
    warnings.insert(warnings.end(), report.notes.begin(), report.notes.end());
    const std::string shown = options.json ? to_json_text(report, warnings) : to_text(report, warnings);
    if (!report.alarm()) return shown;
    write_output(shown);
    throw Alarm("something has changed since the policy was trained");
}

}  // namespace

void add_watch(CLI::App& app, Command& chosen) {
    auto options = std::make_shared<WatchCommandOptions>();
    CLI::App* command =
        app.add_subcommand("watch", "Tell what has changed in traffic since a policy was trained");
    command->footer(watch_help);
    add_requests(*command, options->logs);
    command->add_option("--policy", options->policy, "Policy with the statistics to compare with")
        ->required()
        ->type_name("F");
    command->add_option("--delta", options->watch.delta, "Probability of any false alarm, for ever")
        ->type_name("X")
        ->capture_default_str();
    add_seed(*command, options->watch.seed, "ranks among equal numbers");
    add_format(*command, options->json);
    command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace automix::program
