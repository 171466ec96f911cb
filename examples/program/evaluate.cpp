// SPDX-License-Identifier: Apache-2.0
// `automix evaluate`: trains routers on one part of a log and shows what they cost and gain on the other.
#include "command.hpp"
#include "log_options.hpp"

#include <automix/automix.hpp>
#include <automix/io/report_json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::program {
namespace {

struct EvaluateOptions {
    LogOptions log{};
    std::vector<std::string> routers{};
    std::vector<double> costs{};
    std::optional<double> verification_cost{};
    std::vector<double> draw_costs{};
    std::vector<double> cost_range{};
    int bins = 8;
    double mix = 0.5;
    std::string train_split = "train";
    std::string test_split = "test";
    std::string split{};
    std::uint64_t seed = 0;
    int resamples = 1000;
    bool json = false;
};

/// One router, trained and evaluated; nothing but the reason where nothing was feasible.
struct Row {
    std::string name{};
    std::string infeasible{};
    Parameters parameters{};
    Evaluation train{};
    Evaluation test{};
};

struct Result {
    std::vector<std::string> models{};
    Index train_rows = 0;
    Index test_rows = 0;
    Figure train_base = 0.0;
    Figure test_base = 0.0;
    std::vector<Row> rows{};
    Baselines baselines{};
    std::vector<std::string> warnings{};
};

std::vector<std::string> chosen_routers(const std::vector<std::string>& names) {
    std::vector<std::string> chosen;
    const auto add = [&](const std::string& name) {
        if (std::find(chosen.begin(), chosen.end(), name) == chosen.end()) chosen.push_back(name);
    };
    for (const std::string& name : names) {
        if (name == "all") {
            for (const auto known : router_names) add(std::string(known));
        } else {
            add(name);
        }
    }
    return chosen;
}

/// `hash:SHARE` or `random:SHARE`; without it, by the records' own field.
Split split_log(const Dataset& data, const EvaluateOptions& options) {
    if (options.split.empty()) {
        const auto& names = data.split_names();
        if (std::all_of(names.begin(), names.end(), [](const auto& name) { return name.empty(); })) {
            throw DataError("the log has no split field: give --split hash:SHARE or random:SHARE");
        }
        return split_by_field(data, options.train_split, options.test_split);
    }
    const std::string_view text = options.split;
    const std::size_t colon = text.find(':');
    const std::string_view kind = text.substr(0, colon);
    const std::string_view number = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
    double share = 0.0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), share);
    if (error != std::errc{} || end != number.data() + number.size() || (kind != "hash" && kind != "random")) {
        throw ArgumentError("--split: expected hash:SHARE or random:SHARE, found " + in_quotes(text));
    }
    Split split = kind == "hash" ? split_by_hash(data, share, options.seed) : split_by_share(data, share, options.seed);
    if (split.train.rows() == 0 || split.test.rows() == 0) {
        throw DataError("--split " + options.split + " leaves no rows to " +
                        (split.train.rows() == 0 ? "train on" : "test on"));
    }
    return split;
}

Result run(const EvaluateOptions& options) {
    RouterSettings settings;
    settings.one_shot.bins = options.bins;
    settings.mix = options.mix;
    if (!options.cost_range.empty()) settings.one_shot.cost_range = {options.cost_range[0], options.cost_range[1]};
    const Prices prices{options.costs, options.verification_cost, options.draw_costs};
    AutomixOptions automix_options;
    automix_options.prices = prices;
    automix_options.evaluation.seed = options.seed;
    automix_options.evaluation.mix = options.mix;
    automix_options.evaluation.bootstrap = BootstrapOptions{0.95, options.resamples, options.seed};

    std::vector<Automix<AnyRouter>> mixers;
    for (const std::string& name : chosen_routers(options.routers)) {
        mixers.emplace_back(make_router(name, settings), automix_options);
    }
    const Log log = read_logs(options.log);
    const auto [train, test] = split_log(log.data, options);
    const PriceTable train_prices = resolve_prices(train, prices);
    const PriceTable test_prices = resolve_prices(test, prices);
    const EndModels train_ends = end_models(train, train_prices);
    const EndModels test_ends = end_models(test, test_prices);

    Result result;
    result.models = train.model_names();
    result.train_rows = train.rows();
    result.test_rows = test.rows();
    result.train_base = base_ibc(train_ends.small(), train_ends.large());
    result.test_base = base_ibc(test_ends.small(), test_ends.large());
    result.baselines = evaluate_baselines(test, test_prices, options.mix);
    result.warnings = log.warnings;
    EvaluationOptions without_intervals = automix_options.evaluation;
    without_intervals.bootstrap.reset();
    for (auto& mixer : mixers) {
        Row row{mixer.router().name(), {}, {}, {}, {}};
        const TrainingResult trained = mixer.train(train);
        if (trained.feasible) {
            row.parameters = mixer.router().parameters();
            row.train = automix::evaluate(mixer.router(), train, train_prices, without_intervals);
            row.test = mixer.evaluate(test);
        } else {
            row.infeasible = trained.reason;
        }
        result.rows.push_back(std::move(row));
    }
    return result;
}

std::string to_json_text(const Result& result) {
    OrderedJson json;
    json["models"] = result.models;
    json["rows"] = {{"train", result.train_rows}, {"test", result.test_rows}};
    json["base_ibc"] = {{"train", to_json(result.train_base)}, {"test", to_json(result.test_base)}};
    json["warnings"] = result.warnings;
    json["routers"] = OrderedJson::array();
    for (const Row& row : result.rows) {
        OrderedJson entry{{"name", row.name}};
        const bool feasible = row.infeasible.empty();
        entry["infeasible"] = feasible ? OrderedJson(nullptr) : OrderedJson(row.infeasible);
        entry["parameters"] = feasible ? to_json(row.parameters) : OrderedJson(nullptr);
        entry["train"] = feasible ? to_json(row.train.report) : OrderedJson(nullptr);
        entry["test"] = feasible ? to_json(row.test) : OrderedJson(nullptr);
        entry["datasets"] = feasible ? datasets_json(row.test) : OrderedJson::object();
        json["routers"].push_back(std::move(entry));
    }
    json["baselines"] = to_json(result.baselines);
    return json.dump(2) + '\n';
}

std::string table_of_dataset(const Result& result, std::size_t dataset) {
    std::vector<std::pair<std::string, Report>> reports;
    std::string title;
    for (const Row& row : result.rows) {
        if (!row.infeasible.empty()) continue;
        const auto& [name, report] = row.test.datasets[dataset];
        title = name + ", " + std::to_string(report.rows);
        reports.emplace_back(row.name, report);
    }
    return reports.empty() ? "" : '\n' + report_table(title, reports);
}

std::string to_text(const Result& result) {
    const auto base = [](const Figure& figure) { return figure ? format_number(*figure) : "- (" + figure.reason() + ")"; };
    std::string text = joined(result.models, " -> ") + ": trained on " + std::to_string(result.train_rows) +
                       " queries, tested on " + std::to_string(result.test_rows) + "\nbase IBC: train " +
                       base(result.train_base) + ", test " + base(result.test_base) + "\n\n";
    std::vector<std::pair<std::string, Report>> reports;
    std::string policies;
    std::size_t datasets = 0;
    for (const Row& row : result.rows) {
        if (!row.infeasible.empty()) {
            policies += "  " + row.name + ": " + row.infeasible + '\n';
            continue;
        }
        reports.emplace_back(row.name, row.test.report);
        datasets = row.test.datasets.size();
        if (!row.parameters.empty()) policies += "  " + row.name + ": " + automix::to_string(row.parameters) + '\n';
    }
    const auto add_baseline = [&](const std::string& name, const Report& report) {
        const auto same = [&](const auto& entry) { return entry.first == name; };
        if (std::none_of(reports.begin(), reports.end(), same)) reports.emplace_back(name, report);
    };
    add_baseline("always_small", result.baselines.always_small);
    add_baseline("always_large", result.baselines.always_large);
    add_baseline("random_mix", result.baselines.random_mix);
    add_baseline("oracle", result.baselines.oracle);
    text += report_table("all, " + std::to_string(result.test_rows), reports);
    for (std::size_t i = 0; datasets > 1 && i < datasets; ++i) text += table_of_dataset(result, i);
    if (!policies.empty()) text += "\npolicies\n" + policies;
    if (!result.warnings.empty()) text += "\nwarnings\n";
    for (const std::string& warning : result.warnings) text += "  " + warning + '\n';
    return text;
}

}  // namespace

void add_evaluate(CLI::App& app, Command& chosen) {
    auto options = std::make_shared<EvaluateOptions>();
    CLI::App* command = app.add_subcommand("evaluate", "Train routers on a log; show what they cost and gain on its test rows");
    add_log_options(*command, options->log);
    command->add_option("--router", options->routers, "Routers: " + joined(router_names) + ", fixed_answer:NAME, all")
        ->delimiter(',')
        ->required()
        ->type_name("NAME,...");
    command->add_option("--costs", options->costs, "Price of an answer of each model [recorded, else 1,50]")
        ->delimiter(',')
        ->type_name("X,...");
    auto* verification = command->add_option("--verification-cost", options->verification_cost,
                                             "Price of all draws on an answer together [recorded draws, else 1]");
    command->add_option("--draw-cost", options->draw_costs, "Price of one draw, for all models or for each")
        ->delimiter(',')
        ->type_name("X[,...]")
        ->excludes(verification);
    command->add_option("--bins", options->bins, "Grid of the published family")->capture_default_str();
    command->add_option("--cost-range", options->cost_range, "Admissible mean cost per query on the training rows")
        ->delimiter(',')
        ->expected(2)
        ->type_name("LEAST,MOST");
    command->add_option("--mix", options->mix, "Share that random_mix sends to the large model")->capture_default_str();
    command->add_option("--train-split", options->train_split, "Split to train on")->capture_default_str();
    command->add_option("--test-split", options->test_split, "Split to test on")->capture_default_str();
    command->add_option("--split", options->split, "hash:SHARE or random:SHARE of the queries to train on")
        ->type_name("KIND:SHARE");
    command->add_option("--seed", options->seed, "Seed of splits and resamples")->capture_default_str();
    command->add_option("--resamples", options->resamples, "Resamples behind the intervals")->capture_default_str();
    add_format(*command, options->json);
    command->callback([options, &chosen] {
        chosen = [options] {
            const Result result = run(*options);
            return options->json ? to_json_text(result) : to_text(result);
        };
    });
}

}  // namespace automix::program
