// SPDX-License-Identifier: Apache-2.0
// The main job on the project's own recordings: for every pair of the three recorded models, per task and over all, what
// mixing the two would cost and gain. Trains on the records' train split, shows their test split.
//     recordings [DIRECTORY] [ROUTER]
#include <automix/automix.hpp>

#include <iostream>
#include <optional>
#include <string>
#include <vector>

namespace {

using automix::format_fixed;
using automix::format_percent;

const std::vector<std::string> tasks = {"moves", "dates", "clauses"};

/// One line of the table: a router trained and tested on these rows, for the two models that they have.
void add_row(automix::TextTable& table, const std::string& task, const automix::Dataset& data,
             const std::string& router, const automix::AutomixOptions& options) {
    const auto [train, test] = automix::split_by_field(data);
    automix::Automix mixer{automix::make_router(router), options};
    mixer.train(train);
    const automix::Evaluation result = mixer.evaluate(test);
    const automix::Report& report = result.report;
    const auto& small = result.baselines.always_small;
    const auto& large = result.baselines.always_large;
    const auto lift = report.ibc_lift ? result.intervals->ibc_lift : std::nullopt;
    table.add({automix::joined(data.model_names(), " -> "), task, format_fixed(small.performance, 3),
               format_fixed(large.performance, 3), format_fixed(report.performance, 3),
               format_fixed(small.cost, 2), format_fixed(large.cost, 2), format_fixed(report.cost, 2),
               format_percent(report.routed),
               report.ibc_lift ? format_percent(*report.ibc_lift, true) : report.ibc_lift.reason(),
               automix::format_percent_interval(lift)});
}

/// The rows of one task.
automix::Dataset rows_of_task(const automix::Dataset& data, const std::string& task) {
    std::vector<automix::Index> rows;
    for (automix::Index row = 0; row < data.rows(); ++row) {
        if (data.dataset(row) == task) rows.push_back(row);
    }
    return data.select_rows(rows);
}

void print_table(const std::string& title, const automix::Dataset& recordings, const std::string& router,
                 const automix::AutomixOptions& options) {
    const std::string level = automix::format_number(100.0 * options.evaluation.bootstrap->level);
    automix::TextTable table({"models", "task", "small", "large", router, "small costs", "large costs",
                              "costs", "routed", "IBC lift", level + " % interval"});
    const std::vector<std::vector<std::string>> pairs = {{"automix-mini", "automix-base"},
                                                         {"automix-mini", "automix-large"},
                                                         {"automix-base", "automix-large"}};
    for (const auto& models : pairs) {
        const automix::Dataset pair = recordings.with_models(models);
        for (const std::string& task : tasks) add_row(table, task, rows_of_task(pair, task), router, options);
        add_row(table, "all", pair, router, options);
    }
    std::cout << title << "\n\n" << table.text() << '\n';
}

}  // namespace

int main(int argc, char** argv) {
    const std::string directory = argc > 1 ? argv[1] : "examples/data";
    const std::string router = argc > 2 ? argv[2] : "union";
    automix::AutomixOptions paper;
    paper.prices.answers = {1.0, 50.0};
    paper.prices.verification = 1.0;
    try {
        std::vector<std::string> logs;
        for (const std::string& task : tasks) logs.push_back(directory + "/" + task + ".jsonl");
        const automix::Dataset data = automix::read_log(logs).data;
        print_table("At the paper's prices: 1 and 50 for an answer, 1 for all verdicts on one", data, router,
                    paper);
        print_table("At the recorded prices: by tokens and model size, 16 verdicts drawn", data, router, {});
    } catch (const automix::Error& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
