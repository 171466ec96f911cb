// SPDX-License-Identifier: Apache-2.0
// `automix evaluate`: trains routers on one part of a log and shows what they cost and gain on the other.
#include "command.hpp"
#include "comparison.hpp"
#include "log_options.hpp"

#include <automix/automix.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::program {
namespace {

/// A share of the queries to train on, chosen by a hash of their ids or at random.
struct SplitRule {
    bool hashed = true;
    double share = 0.0;
    std::string text{};  ///< as it was given
};

struct EvaluateOptions {
    LogOptions log{};
    std::vector<std::string> routers{};
    std::vector<double> costs{};
    std::optional<double> verification_cost{};
    std::vector<double> draw_costs{};
    std::vector<double> cost_range{};
    std::vector<std::string> fixed_answers{};  ///< from a list
    std::vector<std::string> fixed_answer{};   ///< one by one
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

/// The routers asked for. Throws `ArgumentError` for options that make no sense to any of them.
std::vector<AnyRouter> make_routers(const EvaluateOptions& options) {
    RouterSettings settings;
    settings.one_shot.bins = options.bins;
    settings.mix = options.mix;
    settings.one_shot.cost_range = cost_range(options.cost_range);
    validate(settings.one_shot);
    make_router("random_mix", settings);
    std::vector<AnyRouter> routers;
    for (const std::string& name : chosen_routers(options.routers))
        routers.push_back(make_router(name, settings));
    return routers;
}

/// Prices as given. Throws `ArgumentError` for those that make no sense, as far as that is known without the log.
Prices given_prices(const EvaluateOptions& options) {
    Prices prices{options.costs, options.verification_cost, options.draw_costs};
    for (const double price : prices.answers) require_price(price, "answer price");
    for (const double price : prices.draws) require_price(price, "draw price");
    const std::size_t models = options.log.models.empty() ? options.costs.size() : options.log.models.size();
    const std::size_t any = std::max<std::size_t>(1, prices.draws.size());
    validate(prices, models == 0 ? any : models);
    return prices;
}

/// Throws `ArgumentError` for fewer than one resample.
EvaluationOptions evaluation_options(const EvaluateOptions& options) {
    if (options.resamples < 1) {
        throw ArgumentError("resamples: expected at least 1, found " + std::to_string(options.resamples));
    }
    EvaluationOptions result;
    result.bootstrap = BootstrapOptions{0.95, options.resamples, options.seed};
    result.seed = options.seed;
    result.mix = options.mix;
    return result;
}

/// The rule of `--split`, nothing where there is none. Throws `ArgumentError`.
std::optional<SplitRule> split_rule(const std::string& text) {
    if (text.empty()) return std::nullopt;
    const std::size_t colon = std::min(text.find(':'), text.size());
    const std::string kind = text.substr(0, colon);
    const auto share = parse_number(std::string_view(text).substr(std::min(colon + 1, text.size())));
    if (!share || (kind != "hash" && kind != "random")) {
        throw ArgumentError("--split: expected hash:SHARE or random:SHARE, found " + in_quotes(text));
    }
    if (!(*share > 0.0 && *share < 1.0)) {
        throw ArgumentError("--split: expected a share between 0 and 1, found " + format_number(*share));
    }
    return SplitRule{kind == "hash", *share, text};
}

/// By the records' own field.
Split split_by_names(const Dataset& data, const EvaluateOptions& options) {
    const auto& names = data.split_names();
    if (std::all_of(names.begin(), names.end(), [](const auto& name) { return name.empty(); })) {
        throw DataError("the log has no split field: give --split hash:SHARE or random:SHARE");
    }
    return split_by_field(data, options.train_split, options.test_split);
}

Split split_by_rule(const Dataset& data, const SplitRule& rule, std::uint64_t seed) {
    Split split =
        rule.hashed ? split_by_hash(data, rule.share, seed) : split_by_share(data, rule.share, seed);
    if (split.train.rows() == 0 || split.test.rows() == 0) {
        throw DataError("--split " + rule.text + " leaves no rows to " +
                        (split.train.rows() == 0 ? "train on" : "test on"));
    }
    return split;
}

/// The rows to train and to test on, at prices settled over both together, so that all are judged alike.
struct PricedSplit {
    Split rows{};
    PriceTable train{};
    PriceTable test{};
};

/// Where the rows of `part` stand in `data`.
std::vector<Index> find_rows(const Dataset& data, const Dataset& part) {
    std::vector<Index> rows;
    for (Index row = 0; row < part.rows(); ++row) rows.push_back(data.find(part.id(row)).value());
    return rows;
}

PricedSplit settle_prices(const Dataset& data, Split split, const Prices& prices) {
    std::vector<Index> used = find_rows(data, split.train);
    const std::vector<Index> tested = find_rows(data, split.test);
    used.insert(used.end(), tested.begin(), tested.end());
    std::sort(used.begin(), used.end());
    used.erase(std::unique(used.begin(), used.end()), used.end());
    const Dataset both = data.select_rows(used);
    const PriceTable table = resolve_prices(both, prices);
    PricedSplit result;
    result.train = table.select_rows(find_rows(both, split.train));
    result.test = table.select_rows(find_rows(both, split.test));
    result.rows = std::move(split);
    return result;
}

/// Trains each router and replays it on both sides of the log.
std::vector<RouterResult> train_and_test(const std::vector<AnyRouter>& routers, const PricedSplit& log,
                                         const Evaluator& tests, std::uint64_t seed) {
    const Dataset& train = log.rows.train;
    const EndModels train_ends = end_models(train, log.train);
    std::vector<RouterResult> results;
    std::vector<AnyRouter> trained;
    for (AnyRouter router : routers) {
        RouterResult& result = results.emplace_back();
        result.name = router.name();
        const TrainingResult training = router.train({train, log.train});
        if (!training.feasible) {
            result.infeasible = training.reason;
            continue;
        }
        result.parameters = router.parameters();
        result.train = summarise(replay(router, train, log.train, seed), train_ends);
        trained.push_back(std::move(router));
    }
    std::vector<Evaluation> evaluations = tests.evaluate_all(trained);
    auto next = evaluations.begin();
    for (RouterResult& result : results) {
        if (result.feasible()) result.test = std::move(*next++);
    }
    return results;
}

bool wants_fixed_answers(const std::vector<RouterResult>& routers) {
    return std::any_of(routers.begin(), routers.end(),
                       [](const RouterResult& router) { return router.name.starts_with("fixed_answer:"); });
}

Figure base_of(const EndModels& ends) { return base_ibc(ends.small(), ends.large()); }

Comparison run(const EvaluateOptions& options) {
    // Bad usage is found before any log is read.
    const std::vector<AnyRouter> routers = make_routers(options);
    const Prices prices = given_prices(options);
    const EvaluationOptions evaluation = evaluation_options(options);
    const std::optional<SplitRule> rule = split_rule(options.split);

    Log log = read_logs(options.log, options.fixed_answers);
    const PricedSplit split = settle_prices(
        log.data, rule ? split_by_rule(log.data, *rule, options.seed) : split_by_names(log.data, options),
        prices);
    const auto& [train, test] = split.rows;
    const Evaluator tests(test, split.test, evaluation);

    Comparison comparison;
    comparison.models = train.model_names();
    comparison.train_rows = train.rows();
    comparison.test_rows = test.rows();
    comparison.train_base = base_of(end_models(train, split.train));
    comparison.test_base = base_of(tests.ends());
    comparison.baselines = tests.baselines();
    comparison.warnings = std::move(log.warnings);
    comparison.warnings.insert(comparison.warnings.end(), split.test.notes.begin(), split.test.notes.end());
    comparison.routers = train_and_test(routers, split, tests, options.seed);
    if (options.fixed_answers.empty() && wants_fixed_answers(comparison.routers)) {
        comparison.warnings.emplace_back(
            "fixed_answer: no --fixed-answers, so no answer is routed unverified");
    }
    return comparison;
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
    command
        ->add_option("--fixed-answer", options->fixed_answer,
                     "One more of them, with any commas in it; may be given again")
        ->type_name("TEXT")
        ->allow_extra_args(false);
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
        auto& answers = options->fixed_answers;
        answers.insert(answers.end(), options->fixed_answer.begin(), options->fixed_answer.end());
        chosen = [options] {
            const Comparison comparison = run(*options);
            return options->json ? to_json_text(comparison) : to_text(comparison);
        };
    });
}

}  // namespace automix::program
