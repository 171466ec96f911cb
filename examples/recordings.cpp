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

/// One line of the table: a router trained and tested on these logs, for these two models.
void add_row(automix::TextTable& table, const std::string& task, const std::vector<std::string>& logs,
             const std::vector<std::string>& models, const std::string& router, const automix::AutomixOptions& options) {
    automix::ReadOptions read;
    read.models = models;
    const auto [train, test] = automix::split_by_field(automix::read_log(logs, read).data);
    automix::Automix mixer{automix::make_router(router), options};
    mixer.train(train);
    const automix::Evaluation result = mixer.evaluate(test);
    const automix::Report& report = result.report;
    const auto& small = result.baselines.always_small;
    const auto& large = result.baselines.always_large;
    const auto lift = report.ibc_lift ? result.intervals->ibc_lift : std::nullopt;
    table.add({models[0] + " -> " + models[1], task, format_fixed(small.performance, 3),
               format_fixed(large.performance, 3), format_fixed(report.performance, 3), format_fixed(small.cost, 2),
               format_fixed(large.cost, 2), format_fixed(report.cost, 2), format_percent(report.routed),
               report.ibc_lift ? format_percent(*report.ibc_lift, true) : report.ibc_lift.reason(),
               automix::format_percent_interval(lift)});
}

void print_table(const std::string& title, const std::string& directory, const std::string& router,
                 const automix::AutomixOptions& options) {
    automix::TextTable table({"models", "task", "small", "large", router, "small costs", "large costs", "costs", "routed",
                              "IBC lift", "95 % interval"});
    const std::vector<std::vector<std::string>> pairs = {
        {"automix-mini", "automix-base"}, {"automix-mini", "automix-large"}, {"automix-base", "automix-large"}};
    for (const auto& models : pairs) {
        std::vector<std::string> all;
        for (const std::string& task : tasks) {
            all.push_back(directory + "/" + task + ".jsonl");
            add_row(table, task, {all.back()}, models, router, options);
        }
        add_row(table, "all", all, models, router, options);
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
        print_table("At the paper's prices: 1 and 50 for an answer, 1 for all verdicts on one", directory, router, paper);
        print_table("At the recorded prices: by tokens and model size, 16 verdicts drawn", directory, router, {});
    } catch (const automix::Error& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
