// SPDX-License-Identifier: Apache-2.0
// Shows what mixing each pair of the three recorded models costs and gains, with a router of the published family and
// with the POMDP router. Trains on the records of the split `train` and reports those of the split `test`: over all
// tasks at the paper's prices, then what reading the query adds, then a promise and the frontier of one pair. With `--all` it
// reports each task too, also at the recorded prices, with the interval of the POMDP router's lift.
//     recordings [--all] [DIRECTORY] [ROUTER]
#include <automix/data/dataset.hpp>
#include <automix/data/log/log.hpp>
#include <automix/data/split.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/evaluation/frontier.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/evaluation/report/frontier_text.hpp>
#include <automix/evaluation/report/text_report.hpp>
#include <automix/evaluation/report/text_table.hpp>
#include <automix/mixer/automix.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/objective.hpp>
#include <automix/routing/registry.hpp>
#include <automix/stream/promise.hpp>

#include <Eigen/Core>

#include <cmath>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using automix::Dataset;
using automix::Evaluation;
using automix::format_fixed;
using automix::format_price;

const std::vector<std::string> tasks = {"moves", "dates", "clauses"};

const std::vector<std::vector<std::string>> pairs = {
    {"automix-mini", "automix-base"}, {"automix-mini", "automix-large"}, {"automix-base", "automix-large"}};

/// Both parts of a log with their prices.
struct PricedLog {
    automix::Split rows;
    automix::PriceTable train;
    automix::PriceTable test;

    PricedLog(const Dataset& data, const automix::Prices& prices)
        : rows(automix::split_by_field(data)),
          train(automix::resolve_prices(rows.train, prices)),
          test(automix::resolve_prices(rows.test, prices)) {}
};

/// Trains a router on one part of the log and evaluates it on the other.
Evaluation train_and_test(const PricedLog& log, const std::string& router) {
    automix::Automix mixer{automix::make_router(router)};
    mixer.train(log.rows.train, log.train);
    return mixer.evaluate(log.rows.test, log.test);
}

/// Formats a ratio as per cent without the sign, for columns headed with it.
std::string per_cent(const automix::OptionalMetric& ratio) {
    if (!ratio) return "-";
    return (*ratio < 0.0 ? "" : "+") + format_fixed(100.0 * *ratio, 1);
}

/// A table of the two models alone, the published router and the POMDP router, one line for each set of queries.
class ResultTable {
 public:
    ResultTable(const std::string& title, const std::string& published, bool with_interval)
        : published_(published),
          with_interval_(with_interval),
          table_(header(title, published, with_interval)) {}

    /// Trains and tests both routers, adds a row, and returns the evaluation of the POMDP router.
    Evaluation add(const std::string& name, const PricedLog& log) {
        const Evaluation published = train_and_test(log, published_);
        const Evaluation pomdp = train_and_test(log, "pomdp");
        std::vector<std::string> cells = {name};
        for (const auto* alone : {&pomdp.baselines.always_small, &pomdp.baselines.always_large})
            cells.insert(cells.end(), {format_fixed(alone->performance, 3), format_price(alone->cost)});
        for (const auto* router : {&published.report, &std::as_const(pomdp).report})
            cells.insert(cells.end(), {format_fixed(router->performance, 3), format_price(router->cost),
                                       per_cent(router->ibc_lift)});
        if (with_interval_) {
            const auto& interval = pomdp.intervals->ibc_lift;
            cells.push_back(pomdp.report.ibc_lift && interval
                                ? per_cent(interval->low) + " to " + per_cent(interval->high)
                                : "-");
        }
        table_.add(std::move(cells));
        return pomdp;
    }

    [[nodiscard]] std::string text() const { return table_.text(); }

 private:
    static std::vector<std::string> header(const std::string& title, const std::string& published,
                                           bool with_interval) {
        std::vector<std::string> cells = {title,  "small",  "cost",  "large", "cost",  published,
                                          "cost", "lift %", "pomdp", "cost",  "lift %"};
        if (with_interval) cells.emplace_back("95 % interval");
        return cells;
    }

    std::string published_;
    bool with_interval_;
    automix::TextTable table_;
};

/// Returns the rows of one task.
Dataset rows_of_task(const Dataset& data, const std::string& task) {
    std::vector<automix::Index> rows;
    for (automix::Index row = 0; row < data.rows(); ++row) {
        if (data.dataset(row) == task) rows.push_back(row);
    }
    return data.select_rows(rows);
}

std::string names_of(const std::vector<std::string>& models) { return automix::joined(models, " -> "); }

std::string conclusion_of(const std::vector<std::string>& models, const Evaluation& evaluation) {
    return automix::wrap_text(names_of(models) + ": " + automix::conclusion(evaluation, "pomdp")) + '\n';
}

const std::string legend =
    automix::wrap_text(
        "Columns: mean score of the test queries, 0 to 1, and mean cost per query, in the unit of the "
        "prices, "
        "of each model alone and of each router; lift: score gained per unit of cost, over that of mixing "
        "the two models at random; -: undefined, since the larger model is not better or the router accepts "
        "every answer.",
        0) +
    "\n\n";

/// Prints a row for each pair over all tasks, and one sentence on each.
void print_summary(const Dataset& recordings, const std::string& published, const automix::Prices& prices) {
    ResultTable table("models, all tasks", published, false);
    std::string conclusions;
    for (const auto& models : pairs) {
        const PricedLog log(recordings.with_models(models), prices);
        conclusions += conclusion_of(models, table.add(names_of(models), log));
    }
    std::cout << table.text() << '\n' << conclusions << '\n';
}

/// Prints a table for each pair with a row for each task and one for all, and the sentence on all.
void print_tasks(const Dataset& recordings, const std::string& published, const automix::Prices& prices) {
    for (const auto& models : pairs) {
        const Dataset pair = recordings.with_models(models);
        ResultTable table("task", published, true);
        for (const std::string& task : tasks) table.add(task, PricedLog(rows_of_task(pair, task), prices));
        const Evaluation all = table.add("all", PricedLog(pair, prices));
        std::cout << names_of(models) << '\n'
                  << table.text() << conclusion_of(models, all) << '\n'
                  << automix::price_table(all.prices) << '\n';
    }
}

/// A router that was trained on one part of a log, and what it did on the other.
struct Tested {
    automix::Automix<automix::AnyRouter> mixer;
    Evaluation evaluation;
    automix::Replay rows;

    Tested(const PricedLog& log, const std::string& router)
        : mixer(trained(log, router)),
          evaluation(mixer.evaluate(log.rows.test, log.test)),
          rows(automix::replay(mixer.router(), log.rows.test, log.test)) {}

    static automix::Automix<automix::AnyRouter> trained(const PricedLog& log, const std::string& router) {
        automix::Automix mixer{automix::make_router(router)};
        mixer.train(log.rows.train, log.train);
        return mixer;
    }

    /// Returns the score per query, less that of mixing the two models at random at the same cost.
    [[nodiscard]] Eigen::ArrayXd score_above_mixing() const {
        const auto& small = evaluation.baselines.always_small;
        const auto& large = evaluation.baselines.always_large;
        const double slope = (large.performance - small.performance) / (large.cost - small.cost);
        return rows.performance - small.performance -
               slope * (rows.answer_cost + rows.verification_cost - small.cost);
    }
};

/// Says what context adds to the score above mixing, with the interval of the difference paired by query.
std::string gain_of_context(const Tested& without, const Tested& with) {
    if (!with.mixer.router().reads().any())
        return "no context gains enough on held-out rows, so pomdp reads none.";
    const Eigen::ArrayXd before = without.score_above_mixing();
    const Eigen::ArrayXd after = with.score_above_mixing();
    const Eigen::ArrayXd gain = after - before;
    const auto rows = static_cast<double>(gain.size());
    const double half = 1.96 * std::sqrt((gain - gain.mean()).square().sum() / (rows * (rows - 1.0)));
    const automix::Interval interval{gain.mean() - half, gain.mean() + half};
    return "with context pomdp scores " + format_fixed(after.mean(), 3) + " above mixing, without context " +
           format_fixed(before.mean(), 3) + "; the gain is " + format_fixed(gain.mean(), 3) +
           " (95 % interval " + automix::format_interval(interval, 3) + ").";
}

/// Prints what the POMDP router gains by reading each query: a row for each pair over all tasks, and a sentence on each.
void print_context(const Dataset& recordings, const automix::Prices& prices, const std::string& which) {
    automix::TextTable table({"one log of all tasks", "without context", "cost", "lift %", "with context",
                              "cost", "lift %", "reads"});
    std::string sentences;
    for (const auto& models : pairs) {
        const PricedLog log(recordings.with_models(models), prices);
        const Tested without(log, "pomdp:none");
        const Tested with(log, "pomdp");
        std::vector<std::string> cells = {names_of(models)};
        for (const Tested* tested : {&without, &with}) {
            const auto& report = tested->evaluation.report;
            cells.insert(cells.end(), {format_fixed(report.performance, 3), format_price(report.cost),
                                       per_cent(report.ibc_lift)});
        }
        cells.push_back(automix::to_string(with.mixer.router().reads()));
        table.add(std::move(cells));
        sentences += automix::wrap_text(names_of(models) + ": " + gain_of_context(without, with)) + '\n';
    }
    std::cout << "What reading the query adds to pomdp, at the " << which << " prices\n"
              << table.text() << '\n'
              << sentences << '\n';
}

/// Prints a promise for the last pair, over all tasks, and what came of it. Half of the queries to train on prove it.
void print_promise(const Dataset& recordings, const automix::Prices& prices) {
    const PricedLog log(recordings.with_models(pairs.back()), prices);
    automix::PomdpOptions options;
    options.objective = automix::Objective::promise_quality(0.9, 0.95);
    automix::Automix mixer{automix::PomdpRouter(options)};
    mixer.train(log.rows.train, log.train);
    const Evaluation tested = mixer.evaluate(log.rows.test, log.test);
    std::cout << automix::wrap_text(
                     "Promise, " + names_of(pairs.back()) + ": " +
                     automix::to_string(mixer.router().report().promises.front()) + "; test queries: " +
                     format_fixed(
                         100.0 * tested.report.performance / tested.baselines.always_large.performance, 1) +
                     " % at a cost of " + format_price(tested.report.cost))
              << "\n\n";
}

/// Prints the frontier of the last pair, over all tasks.
void print_frontier(const Dataset& recordings, const automix::Prices& prices) {
    const PricedLog log(recordings.with_models(pairs.back()), prices);
    const automix::Frontier frontier = automix::trace_frontier(
        automix::make_router("pomdp"), {log.rows.train, log.train}, log.rows.test, log.test);
    std::cout << "What quality costs, " << names_of(pairs.back()) << ", all tasks\n"
              << automix::frontier_text(frontier);
}

}  // namespace

int main(int argc, char** argv) {
    bool all = false;
    std::vector<std::string> arguments;
    for (int i = 1; i < argc; ++i) {
        if (std::string_view(argv[i]) == "--all") {
            all = true;
        } else {
            arguments.emplace_back(argv[i]);
        }
    }
    const std::string directory = arguments.empty() ? "examples/data" : arguments[0];
    const std::string published = arguments.size() > 1 ? arguments[1] : "union";
    automix::Prices paper;
    paper.answers = {1.0, 50.0};
    paper.verification = 1.0;
    try {
        std::vector<std::string> logs;
        for (const std::string& task : tasks) logs.push_back(directory + "/" + task + ".jsonl");
        automix::ReadOptions read;
        read.keep_facts = true;  // else the policy cannot read the questions
        const Dataset data = automix::read_log(logs, read).data;
        std::cout << "Prices: those of the paper, 1 and 50 for an answer, 1 for all 16 verdicts on one.\n"
                  << legend;
        if (all) {
            print_tasks(data, published, paper);
            std::cout << "Prices: those recorded, by tokens and model size.\n\n";
            print_tasks(data, published, {});
        } else {
            print_summary(data, published, paper);
        }
        print_context(data, paper, "paper's");
        print_context(data, {}, "recorded");
        print_promise(data, paper);
        print_frontier(data, paper);
    } catch (const automix::Error& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
