// SPDX-License-Identifier: Apache-2.0
// `automix evaluate`: trains routers on one part of a log and shows what they cost and gain on the other.
#include "command.hpp"
#include "comparison.hpp"
#include "log_options.hpp"

#include <automix/automix.hpp>

#include <algorithm>
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
    std::vector<std::string> fixed_answers{};
    int bins = 8;
    double mix = 0.5;
    std::string train_split = "train";
    std::string test_split = "test";
    std::string split{};
    std::uint64_t seed = 0;
    int resamples = 1000;
    bool json = false;
};

constexpr const char* router_help =
    "Routers:\n"
    "  threshold, double_threshold, triple_threshold   thresholds on the confidence, on a grid\n"
    "  self_consistency                                confidence up to one half is routed\n"
    "  simple_pomdp, greedy_pomdp                      the two one-step POMDPs of AutoMix\n"
    "  union                                           the best of threshold, double_threshold, both POMDPs\n"
    "  exact                                           the best of all functions of the confidence\n"
    "  always_small, always_large, random_mix          look at nothing\n"
    "  fixed_answer:NAME                               routes --fixed-answers unverified, else as NAME\n"
    "  all                                             all of them but fixed_answer\n"
    "A price given here beats the recorded one, which beats the default.\n";

/// The names, `all` spelled out, each once.
std::vector<std::string> chosen_routers(const std::vector<std::string>& names) {
    std::vector<std::string> chosen;
    const auto add = [&](std::string_view name) {
        if (std::find(chosen.begin(), chosen.end(), name) == chosen.end()) chosen.emplace_back(name);
    };
    for (const std::string& name : names) {
        if (name == "all") {
            std::for_each(router_names.begin(), router_names.end(), add);
        } else {
            add(name);
        }
    }
    return chosen;
}

CostRange cost_range(const std::vector<double>& bounds) {
    if (bounds.empty()) return {};
    if (bounds.size() != 2) {
        throw ArgumentError("--cost-range: expected LEAST,MOST, found " + std::to_string(bounds.size()) +
                            " numbers");
    }
    return {bounds[0], bounds[1]};
}

std::vector<AnyRouter> make_routers(const EvaluateOptions& options) {
    RouterSettings settings;
    settings.one_shot.bins = options.bins;
    settings.mix = options.mix;
    settings.one_shot.cost_range = cost_range(options.cost_range);
    std::vector<AnyRouter> routers;
    for (const std::string& name : chosen_routers(options.routers))
        routers.push_back(make_router(name, settings));
    return routers;
}

AutomixOptions automix_options(const EvaluateOptions& options) {
    AutomixOptions result;
    result.prices.answers = options.costs;
    result.prices.verification = options.verification_cost;
    result.prices.draws = options.draw_costs;
    result.evaluation.bootstrap = BootstrapOptions{0.95, options.resamples, options.seed};
    result.evaluation.seed = options.seed;
    result.evaluation.mix = options.mix;
    return result;
}

/// By the records' own field.
Split split_by_names(const Dataset& data, const EvaluateOptions& options) {
    const auto& names = data.split_names();
    if (std::all_of(names.begin(), names.end(), [](const auto& name) { return name.empty(); })) {
        throw DataError("the log has no split field: give --split hash:SHARE or random:SHARE");
    }
    return split_by_field(data, options.train_split, options.test_split);
}

/// By `hash:SHARE` or `random:SHARE`.
Split split_by_rule(const Dataset& data, std::string_view rule, std::uint64_t seed) {
    const std::size_t colon = std::min(rule.find(':'), rule.size());
    const std::string_view kind = rule.substr(0, colon);
    const auto share = parse_number(rule.substr(std::min(colon + 1, rule.size())));
    if (!share || (kind != "hash" && kind != "random")) {
        throw ArgumentError("--split: expected hash:SHARE or random:SHARE, found " + in_quotes(rule));
    }
    Split split = kind == "hash" ? split_by_hash(data, *share, seed) : split_by_share(data, *share, seed);
    if (split.train.rows() == 0 || split.test.rows() == 0) {
        throw DataError("--split " + std::string(rule) + " leaves no rows to " +
                        (split.train.rows() == 0 ? "train on" : "test on"));
    }
    return split;
}

Split split_log(const Dataset& data, const EvaluateOptions& options) {
    return options.split.empty() ? split_by_names(data, options)
                                 : split_by_rule(data, options.split, options.seed);
}

RouterResult train_and_test(AnyRouter router, const Split& split, const AutomixOptions& options) {
    RouterResult result;
    result.name = router.name();
    Automix mixer{std::move(router), options};
    const TrainingResult trained = mixer.train(split.train);
    if (!trained.feasible) {
        result.infeasible = trained.reason;
        return result;
    }
    const PriceTable prices = resolve_prices(split.train, options.prices);
    const Replay rows = replay(mixer.router(), split.train, prices, options.evaluation.seed);
    result.parameters = mixer.router().parameters();
    result.train = summarise(rows, end_models(split.train, prices));
    result.test = mixer.evaluate(split.test);
    return result;
}

bool wants_fixed_answers(const std::vector<RouterResult>& routers) {
    return std::any_of(routers.begin(), routers.end(),
                       [](const RouterResult& router) { return router.name.starts_with("fixed_answer:"); });
}

Figure base_of(const Dataset& data, const PriceTable& prices) {
    const EndModels ends = end_models(data, prices);
    return base_ibc(ends.small(), ends.large());
}

Comparison run(const EvaluateOptions& options) {
    std::vector<AnyRouter> routers = make_routers(options);
    const AutomixOptions settings = automix_options(options);
    Log log = read_logs(options.log, options.fixed_answers);
    const Split split = split_log(log.data, options);
    const PriceTable test_prices = resolve_prices(split.test, settings.prices);

    Comparison comparison;
    comparison.models = split.train.model_names();
    comparison.train_rows = split.train.rows();
    comparison.test_rows = split.test.rows();
    comparison.train_base = base_of(split.train, resolve_prices(split.train, settings.prices));
    comparison.test_base = base_of(split.test, test_prices);
    comparison.baselines = evaluate_baselines(split.test, test_prices, options.mix);
    comparison.warnings = std::move(log.warnings);
    for (AnyRouter& router : routers) {
        comparison.routers.push_back(train_and_test(std::move(router), split, settings));
    }
    if (options.fixed_answers.empty() && wants_fixed_answers(comparison.routers)) {
        comparison.warnings.emplace_back(
            "fixed_answer: no --fixed-answers, so no answer is routed unverified");
    }
    return comparison;
}

/// The parser of unsigned numbers takes -1 for the largest one.
std::string not_negative(const std::string& text) {
    return text.starts_with('-') ? "expected a number of at least 0, found " + text : "";
}

void add_prices(CLI::App& command, EvaluateOptions& options) {
    add_list(command, "--costs", options.costs, "X,...",
             "Price of an answer of each model (default: recorded, else 1,50)");
    auto* verification =
        command
            .add_option("--verification-cost", options.verification_cost,
                        "Price of all draws on an answer together (default: recorded, else 1)")
            ->type_name("X");
    add_list(command, "--draw-cost", options.draw_costs, "X[,...]",
             "Price of one draw, for all models or for each")
        ->excludes(verification);
}

void add_split(CLI::App& command, EvaluateOptions& options) {
    auto* split = command
                      .add_option("--split", options.split,
                                  "Train on a share of the queries: hash:SHARE or random:SHARE")
                      ->type_name("RULE");
    command.add_option("--train-split", options.train_split, "Value of the records' split to train on")
        ->type_name("NAME")
        ->capture_default_str()
        ->excludes(split);
    command.add_option("--test-split", options.test_split, "Value of the records' split to test on")
        ->type_name("NAME")
        ->capture_default_str()
        ->excludes(split);
}

}  // namespace

void add_evaluate(CLI::App& app, Command& chosen) {
    auto options = std::make_shared<EvaluateOptions>();
    CLI::App* command = app.add_subcommand(
        "evaluate", "Train routers on a log; show what they cost and gain on its test rows");
    command->footer(std::string(router_help) + exit_codes);
    add_log_options(*command, options->log);
    add_list(*command, "--router", options->routers, "NAME,...", "Routers to train, see below")->required();
    add_list(*command, "--fixed-answers", options->fixed_answers, "TEXT,...",
             "Answers known to be bad, compared without case, for fixed_answer:NAME");
    add_prices(*command, *options);
    command->add_option("--bins", options->bins, "Grid of the routers that train on the confidence, 1 to 256")
        ->type_name("N")
        ->capture_default_str();
    add_list(*command, "--cost-range", options->cost_range, "LEAST,MOST",
             "Admissible mean cost per query on the training rows (default: any)");
    command->add_option("--mix", options->mix, "Share that random_mix sends to the large model")
        ->type_name("SHARE")
        ->capture_default_str();
    add_split(*command, *options);
    command->add_option("--seed", options->seed, "Seed of splits and resamples")
        ->type_name("N")
        ->check(not_negative)
        ->capture_default_str();
    command->add_option("--resamples", options->resamples, "Resamples behind the intervals")
        ->type_name("N")
        ->capture_default_str();
    add_format(*command, options->json);
    command->callback([options, &chosen] {
        chosen = [options] {
            const Comparison comparison = run(*options);
            return options->json ? to_json_text(comparison) : to_text(comparison);
        };
    });
}

}  // namespace automix::program
