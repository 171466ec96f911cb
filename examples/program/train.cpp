// SPDX-License-Identifier: Apache-2.0
// Implements `automix train`: trains the POMDP router on logs, on statistics, or on those of an earlier policy, and
// saves the policy.
#include "command.hpp"
#include "live_line.hpp"
#include "log_options.hpp"
#include "policy_summary.hpp"
#include "router_options.hpp"
#include "split_options.hpp"

#include <automix/context/context_fields.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/checks.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/log/statistics_csv.hpp>
#include <automix/data/log/statistics_json.hpp>
#include <automix/data/price_order.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/record.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/statistics_sum.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/json/policy_json.hpp>
#include <automix/routing/registry.hpp>
#include <automix/routing/training.hpp>
#include <automix/stream/promise.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace automix::program {
namespace {

struct TrainOptions {
    LogOptions log{};
    RouterOptions router{};
    SplitOptions split{};
    std::string train_split{};
    std::vector<std::string> statistics{};
    std::optional<std::string> merge{};
    std::string out{};
    Overlap overlap = Overlap::refuse;
    bool json = false;
    // True if the option was given on the command line; it then takes precedence over the merged policy's.
    bool objective_given = false;
    bool accept_given = false;
    bool round_cost_given = false;
    bool context_given = false;
    bool promise_by_given = false;
    std::vector<std::string> of_logs{};  ///< options given on how a log is read or priced
};

constexpr const char* train_help =
    "Trains on all rows of LOG unless --train-split or --split says otherwise. --merge adds what a policy "
    "was\n"
    "trained on, without its rows, and keeps its objective, answer and round price where none are given; "
    "alone\n"
    "it trains again. Statistics of other engines (SQL, Spark) come as JSON, or as a table where the name "
    "ends\n"
    "in .csv.\n";

/// The statistics that a policy is trained on, and warnings about their rows.
struct Material {
    StatisticsSum sum{};
    std::vector<ModelPrices> prices{};  ///< of the log, with their origins
    std::vector<std::string> warnings{};
    std::optional<std::pair<Dataset, PriceTable>> rows{};  ///< of the log, if they may teach a context
    std::optional<PricedDataset> calibration{};            ///< rows of the log that prove a promise
};

/// Returns true if a policy may read the facts on queries.
bool may_read(const PomdpOptions& pomdp) {
    return pomdp.context.best || pomdp.context.fields.any() || pomdp.promise_by.starts_with("features.");
}

/// Returns the rows of a log to train on.
Dataset training_rows(Dataset data, const TrainOptions& options, const std::optional<SplitRule>& rule) {
    if (!options.train_split.empty()) return rows_of_split(data, options.train_split);
    if (!rule) return data;
    const std::uint64_t seed = options.router.seed;
    return (rule->hashed ? split_by_hash(data, rule->share, seed) : split_by_share(data, rule->share, seed))
        .train;
}

/// Returns the rows to train on with their prices, without those that prove a promise, which go to `material`.
PricedDataset priced_rows(const Dataset& all, Dataset rows, const TrainOptions& options, const Prices& prices,
                          Material& material) {
    if (!options.split.calibrates()) {
        PriceTable settled = resolve_prices(rows, prices);
        return order_by_price(std::move(rows), std::move(settled));
    }
    PricedSplit parts = split_calibration(all, std::move(rows), options.split, options.router.seed, prices);
    parts.train.notes = parts.test.notes;
    material.calibration.emplace(PricedDataset{std::move(parts.rows.test), std::move(parts.test)});
    return {std::move(parts.rows.train), std::move(parts.train)};
}

Statistics read_any_statistics(const std::string& path) {
    return path.ends_with(".csv") ? read_statistics_csv(path) : read_statistics(path);
}

/// Returns the verifiers of a policy, by which a log that is added to it is read; none if there is `self` alone.
std::vector<std::string> trained_verifiers(const std::vector<ModelShape>& models) {
    const std::vector<std::string> names = verifiers_of_all(models);
    return names == std::vector<std::string>{std::string(self_verifier)} ? std::vector<std::string>() : names;
}

/// Returns the options to train with: those of the merged policy, replaced by those given on the command line.
PomdpOptions pomdp_options(const TrainOptions& options, const std::optional<PolicyFile>& before) {
    PomdpOptions given = router_settings(options.router, options.log).pomdp;
    given.promise_by = options.split.promise_by;
    if (!before) return given;
    PomdpOptions kept = before->router.options();
    if (options.objective_given) kept.objective = given.objective;
    if (options.promise_by_given || !kept.objective.is_promise()) kept.promise_by = given.promise_by;
    if (options.accept_given) kept.accept = given.accept;
    if (options.round_cost_given) kept.round_price = given.round_price;
    if (options.context_given) kept.context = given.context;
    if (!options.log.verifiers.empty()) kept.verifiers = given.verifiers;
    return kept;
}

void add_logs(Material& material, PomdpOptions& pomdp, const TrainOptions& options, ProgressLine& line) {
    const std::optional<SplitRule> rule = split_rule(options.split);
    const DrawLimits limits = draw_limits(options.router);
    const Prices prices = given_prices(options.router, options.log);
    RouterOptions reading = options.router;
    if (pomdp.accept != AcceptRule::first) reading.accept = "best";  // samples are needed
    Log log = read_logs_for(options.log, reading, may_read(pomdp), line.handler());
    limits.require_known(log.data.model_names());
    Dataset all;
    if (options.split.calibrates()) all = log.data;
    Dataset rows = training_rows(std::move(log.data), options, rule);
    if (rows.rows() == 0) throw DataError("no rows to train on");
    auto [data, table] = priced_rows(all, std::move(rows), options, prices, material);
    pomdp.max_draws = limits.of(data.model_names());
    StatisticsOptions checked;
    checked.max_draws = pomdp.max_draws;
    checked.verifiers = pomdp.verifiers;
    for (const auto& more : {log.warnings, table.notes, check_log(data, checked)})
        material.warnings.insert(material.warnings.end(), more.begin(), more.end());
    line.show({"statistics of " + std::to_string(data.rows()) + " rows", "", 0.0, 0.0, {}});
    material.prices = summarise_prices(data, table);
    material.sum.add(PomdpRouter(pomdp).collect({data, table}), "this log", options.overlap);
    if (may_read(pomdp) || data.has_signals() || material.calibration)
        material.rows.emplace(std::move(data), std::move(table));
}

/// Adds a warning if the facts on queries are learnt from fewer rows than the belief, or from none.
void note_context(Material& material, const PomdpRouter& router, const std::optional<PolicyFile>& before,
                  bool adds_statistics) {
    if (material.rows && !router.report().contexts.empty() && (before || adds_statistics)) {
        material.warnings.emplace_back(
            "context: what the query tells is learnt from the rows of LOG alone, as statistics hold no "
            "texts; the belief is learnt from all");
    } else if (!material.rows && before && before->router.reads().any() && !router.reads().any()) {
        material.warnings.push_back(
            "context: the policy before reads " + to_string(before->router.reads()) +
            ", and this one reads no query" +
            (may_read(router.options()) ? ": statistics hold no texts; give a LOG to learn from" : ""));
    }
}

/// Sums that a log is added to.
struct Sums {
    std::string option{};
    std::string name{};
    std::vector<ModelShape> models{};
    FoldStatistics total{};
};

/// Throws `ArgumentError` if prices that are stated for a log differ from those of the sums that it is added to.
/// Recorded prices differ from log to log, and are averaged.
void require_same_prices(const std::vector<ModelPrices>& of_log, const Sums& sums) {
    const auto require = [&](const std::string& what, PriceOrigin origin, double here, double there) {
        constexpr double rounding = 1e-9;
        there /= sums.total.weight();
        if (origin == PriceOrigin::recorded || nearly_equal(here, there, rounding)) return;
        throw ArgumentError(sums.option + ": " + what + " costs " + format_price(there) + " in the " +
                            sums.name + " and " + format_price(here) + " here; give the prices of the " +
                            sums.name + " by --costs and --draw-cost, or train anew");
    };
    for (std::size_t m = 0; m < of_log.size(); ++m) {
        require("an answer of " + printable(of_log[m].model), of_log[m].answer_origin, of_log[m].answer,
                sums.total.answer_prices[m]);
    }
    for (std::size_t m = 0; m < of_log.size(); ++m) {
        if (sums.models[m].kind != VerificationKind::verdicts) continue;
        require("a draw of " + printable(of_log[m].model), of_log[m].verification_origin, of_log[m].draw,
                sums.total.draw_prices[m]);
    }
}

/// Throws `ArgumentError` if one file of statistics is given twice, under any name.
void require_other_files(const std::vector<std::string>& paths) {
    for (std::size_t i = 0; i < paths.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            std::error_code unreadable;
            if (!std::filesystem::equivalent(paths[i], paths[j], unreadable)) continue;
            throw ArgumentError("--statistics: " + in_quotes(paths[i]) +
                                " is given twice, so its queries would count twice; give it once, or allow "
                                "the overlap (--allow-overlap)");
        }
    }
}

TrainingResult train(PomdpRouter& router, const Statistics& statistics, const Material& material) {
    std::optional<TrainingData> rows;
    if (material.rows) rows.emplace(TrainingData{material.rows->first, material.rows->second});
    if (material.calibration)
        return train_with_promise(router, statistics, rows ? &*rows : nullptr,
                                  {material.calibration->data, material.calibration->prices});
    return rows ? router.train(statistics, *rows) : router.train(statistics);
}

std::string run(TrainOptions options) {
    ProgressLine line;
    const std::vector<std::string>& logs = options.log.paths;
    std::vector<std::string> inputs = logs;
    inputs.insert(inputs.end(), options.statistics.begin(), options.statistics.end());
    inputs.push_back(options.log.map);
    require_other_file(options.out, inputs);
    if (logs.empty() && options.statistics.empty() && !options.merge)
        throw ArgumentError("nothing to train on: give LOG, --statistics or --merge");
    if (logs.empty() && !options.of_logs.empty())
        throw ArgumentError(
            options.of_logs.front() +
            ": only of a LOG; statistics keep the models, prices, draws and folds that they have");
    const PomdpOptions given = router_settings(options.router, options.log).pomdp;
    const auto require_strata = [&](bool known) {
        if (known || !logs.empty() || !options.context_given || !given.context.fields.any()) return;
        throw ArgumentError("--context " + to_string(given.context) +
                            ": statistics hold no facts on queries; give a LOG to learn from, or --context "
                            "none");
    };
    require_strata(given.context.fields == ContextFields{.dataset = true});
    std::optional<PolicyFile> before;
    if (options.merge) {
        before = automix::read_policy(*options.merge);
        if (options.log.verifiers.empty())
            options.log.verifiers = trained_verifiers(before->statistics.models);
    }
    PomdpOptions pomdp = pomdp_options(options, before);
    require_calibration(pomdp.objective, options.split);
    validate(pomdp);
    if (options.overlap == Overlap::refuse) require_other_files(options.statistics);
    PolicyOutput out(options.out);
    Material material;
    if (!logs.empty()) add_logs(material, pomdp, options, line);
    for (const std::string& path : options.statistics) {
        line.show({"reading " + path, "", 0.0, 0.0, {}});
        Statistics more = read_any_statistics(path);
        const Sums sums{"--statistics", "statistics", more.models, more.total()};
        material.sum.add(std::move(more), path, options.overlap);
        require_same_prices(material.prices, sums);
    }
    if (before) {
        const Sums sums{"--merge", "policy", before->statistics.models, before->statistics.total()};
        material.sum.add(std::move(before->statistics), "the policy before", options.overlap);
        require_same_prices(material.prices, sums);
    }
    for (const auto& more :
         {material.sum.warnings(),
          options.overlap == Overlap::refuse ? material.sum.unknown_ids() : std::vector<std::string>()})
        material.warnings.insert(material.warnings.end(), more.begin(), more.end());
    const Statistics& statistics = material.sum.statistics();
    require_strata(statistics.strata.size() > 1);
    line.show({"training", "", 0.0, 0.0, {}});
    pomdp.progress = line.handler();
    PomdpRouter router(std::move(pomdp));
    const TrainingResult result = train(router, statistics, material);
    if (!result.feasible) throw DataError("pomdp: " + result.reason);
    note_context(material, router, before, !options.statistics.empty());
    out.write(router, statistics);
    material.warnings.insert(material.warnings.end(), result.warnings.begin(), result.warnings.end());
    // Statistics that were added have prices of other origins too.
    const bool of_log = options.statistics.empty() && !before;
    const PolicySummary summary{router, statistics, options.out,
                                used_prices(router, of_log ? material.prices : std::vector<ModelPrices>()),
                                material.warnings};
    return options.json ? to_json_text(summary) : to_text(summary);
}

}  // namespace

void add_train(CLI::App& app, Command& chosen) {
    auto options = std::make_shared<TrainOptions>();
    CLI::App* command =
        app.add_subcommand("train", "Train the POMDP router on all of a log; save the policy");
    command->footer(std::string(train_help) + exit_codes);
    add_log_options(*command, options->log);
    command->get_option("LOG")->required(false);
    command->add_option("--out", options->out, "Where to save the policy")->required()->type_name("F");
    command->add_option("--merge", options->merge, "Add what this policy was trained on")->type_name("F");
    command->add_option("--statistics", options->statistics, "Add these statistics; may be given again")
        ->type_name("F")
        ->allow_extra_args(false);
    command->add_flag_callback(
        "--allow-overlap", [options] { options->overlap = Overlap::allow; },
        "Add up logs that share ids; their queries count twice");
    add_price_options(*command, options->router);
    add_policy_options(*command, options->router);
    auto* split = command
                      ->add_option("--split", options->split.split,
                                   "Train on a share of the queries: hash:SHARE or random:SHARE")
                      ->type_name("RULE");
    command
        ->add_option("--train-split", options->train_split,
                     "Value of the records' split to train on (default: all rows)")
        ->type_name("NAME")
        ->excludes(split);
    add_calibration_options(*command, options->split);
    add_seed(*command, options->router, "splits, folds and orders of samples");
    add_format(*command, options->json);
    command->callback([options, command, &chosen] {
        for (const char* name :
             {"--models", "--map", "--skip-bad-rows", "--allow-truncated", "--costs", "--verification-cost",
              "--draw-cost", "--verifier", "--verifier-cost", "--max-draws", "--split", "--train-split",
              "--calibrate-split", "--calibrate-share", "--promise-by", "--seed"}) {
            if (command->count(name) > 0) options->of_logs.emplace_back(name);
        }
        options->objective_given = command->count("--objective") > 0;
        options->accept_given = command->count("--accept") > 0;
        options->round_cost_given = command->count("--round-cost") > 0;
        options->promise_by_given = command->count("--promise-by") > 0;
        options->context_given = command->count("--context") > 0;
        chosen = [options] { return run(*options); };
    });
}

}  // namespace automix::program
