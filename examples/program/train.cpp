// SPDX-License-Identifier: Apache-2.0
// Implements `automix train`: trains the POMDP router on logs, on statistics, or on those of an earlier policy, and
// saves the policy.
#include "command.hpp"
#include "live_line.hpp"
#include "log_options.hpp"
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
#include <automix/evaluation/report/text_report.hpp>
#include <automix/evaluation/report/text_table.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/belief/policy_cells.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/json/policy_json.hpp>
#include <automix/routing/json/pomdp_report_json.hpp>
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
bool may_read(const PomdpOptions& pomdp) { return pomdp.context.best || pomdp.context.fields.any(); }

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
    if (!before) return given;
    PomdpOptions kept = before->router.options();
    if (options.objective_given) kept.objective = given.objective;
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

/// Returns the prices that the policy goes by. Beside those of a log alone they are means over what was added up.
std::vector<ModelPrices> used_prices(const PomdpRouter& router, std::vector<ModelPrices> of_log) {
    const TrainedPolicy& trained = router.trained();
    std::vector<ModelPrices> used;
    std::size_t place = 0;  // in the prices of further verifiers
    for (std::size_t m = 0; m < trained.models.size(); ++m) {
        const ModelShape& model = trained.models[m];
        const double draws = model.kind == VerificationKind::verdicts ? model.draws : 1.0;
        used.push_back({model.name,
                        trained.prices.answers[m],
                        PriceOrigin::statistics,
                        model.kind != VerificationKind::none,
                        trained.prices.draws[m],
                        draws * trained.prices.draws[m],
                        PriceOrigin::statistics,
                        {}});
        for (const VerifierShape& verifier : model.further) {
            const double price = trained.prices.further[place++].draw;
            used[m].further.push_back(
                {verifier.name, price, price * verifier.draws, PriceOrigin::statistics});
        }
        if (m >= of_log.size()) continue;
        for (VerifierPrice& verifier : used[m].further) {
            for (const VerifierPrice& logged : of_log[m].further) {
                if (logged.name == verifier.name) verifier.origin = logged.origin;
            }
        }
        used[m].answer_origin = of_log[m].answer_origin;
        used[m].verification_origin = of_log[m].verification_origin;
    }
    return used;
}

struct Summary {
    const PomdpRouter& router;
    const Statistics& statistics;
    const TrainOptions& options;
    const std::vector<ModelPrices>& prices;
    const std::vector<std::string>& warnings;

    [[nodiscard]] FoldStatistics total() const { return statistics.total(); }
};

std::string to_json_text(const Summary& summary) {
    const FoldStatistics total = summary.total();
    OrderedJson json{{"policy", summary.options.out},
                     {"models", names_of(summary.statistics.models)},
                     {"rows", total.weight()},
                     {"cells", total.cells.size()},
                     {"report", to_json(summary.router.report())}};
    json["policies"] = OrderedJson::array();
    for (const auto& [share, policy] : summary.router.mixture()) {
        const bool reads = policy.reads_query();
        json["policies"].push_back(
            {{"share", share},
             {"first", reads ? OrderedJson(nullptr)
                             : OrderedJson(summary.statistics.models[as_size(policy.first_model())].name)},
             {"cells", reads ? std::vector<std::string>() : policy_cells(policy).lines}});
    }
    json["prices"] = to_json(summary.prices);
    json["warnings"] = summary.warnings;
    return program::to_text(json);
}

std::string policy_text(const Summary& summary, const PolicyShare& part) {
    if (part.policy.reads_query()) {
        const Index strata = part.policy.strata_count();
        return "\n" + (part.share < 1.0 ? format_percent(part.share) + " of queries: " : "") +
               (strata > 0 ? "solved for " + std::to_string(strata) + " strata of queries, from what their "
                           : std::string("solved for each query, from what its ")) +
               to_string(summary.router.reads()) + (strata > 0 ? " tell\n" : " tells\n");
    }
    const auto& models = summary.statistics.models;
    const Index first = part.policy.first_model();
    const std::string name = printable(models[as_size(first)].name);
    std::string text = "\n" + (part.share < 1.0 ? format_percent(part.share) + " of queries: " : "") +
                       "starts at " + name + '\n';
    if (const Index vectors = part.policy.vector_count(); vectors > 0)
        return text + "  and goes on by " + std::to_string(vectors) + " alpha vectors\n";
    const PolicyCells cells = policy_cells(part.policy);
    if (cells.verifiers > 1)
        return text +
               wrap_text("  and asks " + joined(printable(several_verifiers(models, first)), ", ") +
                             " about its answer, by the counts of each: see decide",
                         2) +
               '\n';
    const std::vector<std::string>& lines = cells.lines;
    if (lines.empty()) return text + "  and takes its answer\n";
    text += !cells.counts ? "unverified, and by confidence"
            : cells.kind == VerificationKind::samples
                ? "further samples downwards, size of the largest cluster across"
                : "verdicts downwards, positives across";
    text += models.size() == 2 ? ": a accept, r route, v verify\n"
                               : ": a accept, rJ route to model J (from 0), v verify\n";
    for (std::size_t drawn = 0; drawn < lines.size(); ++drawn) {
        const std::string number = std::to_string(drawn);
        const std::string margin = cells.counts ? std::string(number.size() < 2 ? 1 : 0, ' ') + number : " ";
        text += "  " + margin + "  " + lines[drawn] + '\n';
    }
    if (cells.counts && cells.draws >= static_cast<int>(lines.size()))
        text += "  .. to " + std::to_string(cells.draws) + '\n';
    return text;
}

std::string to_text(const Summary& summary) {
    const PomdpReport& report = summary.router.report();
    const FoldStatistics total = summary.total();
    std::string text = joined(printable(names_of(summary.statistics.models)), " -> ") + ": trained on " +
                       format_number(total.weight()) + " queries, " + std::to_string(total.cells.size()) +
                       " cells of evidence; saved to " + printable(summary.options.out) + '\n' +
                       "objective " + to_string(report.objective) + ": " +
                       format_significant(report.lambda, 4) + " of score is worth one unit of price\n";
    if (report.gap > 0.0)
        text += "the best policy is better by at most " + format_fixed(report.gap, 4) + " of score, net\n";
    text += std::string("guard ") + (report.guard.passed ? "passed" : "not passed") +
            ": held-out excess over mixing " + format_fixed(report.guard.mean, 4) + ", standard error " +
            format_fixed(report.guard.se, 4) + '\n';
    if (!report.contexts.empty()) text += wrap_text(contexts_text(report.contexts)) + '\n';
    for (const PromiseCertificate& promise : report.promises)
        text += wrap_text("promise: " + printable(to_string(promise))) + '\n';
    if (!report.fallback.empty()) text += "fallback: " + printable(report.fallback) + '\n';
    if (report.held_out) {
        const HeldOut& rows = *report.held_out;
        text += "held-out queries: score " + format_fixed(rows.score, 4) + " (standard error " +
                format_fixed(rows.score_se, 4) + "), cost " + format_price(rows.cost) + " (" +
                format_price(rows.cost_se) + ")\n";
    }
    text += "forecast of a query: score " + format_fixed(report.expected.score, 4) + ", cost " +
            format_price(report.expected.cost) + ", " + format_fixed(report.expected.draws, 2) +
            " draws in " + format_fixed(report.expected.rounds, 2) + " rounds\n";
    for (const PolicyShare& part : summary.router.mixture()) text += policy_text(summary, part);
    std::vector<ModelPrices> prices = summary.prices;
    for (ModelPrices& model : prices) model.model = printable(model.model);
    return text + '\n' + price_table(prices) + warnings_text(summary.warnings);
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
    const std::vector<ModelPrices> prices =
        used_prices(router, of_log ? std::move(material.prices) : std::vector<ModelPrices>());
    const Summary summary{router, statistics, options, prices, material.warnings};
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
              "--calibrate-split", "--calibrate-share", "--seed"}) {
            if (command->count(name) > 0) options->of_logs.emplace_back(name);
        }
        options->objective_given = command->count("--objective") > 0;
        options->accept_given = command->count("--accept") > 0;
        options->round_cost_given = command->count("--round-cost") > 0;
        options->context_given = command->count("--context") > 0;
        chosen = [options] { return run(*options); };
    });
}

}  // namespace automix::program
