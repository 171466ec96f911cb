// SPDX-License-Identifier: Apache-2.0
// The main job on the project's own recordings: for every pair of the three recorded models, per task and over all, what
// mixing the two would cost and gain, with a router of the published family and with the POMDP router. Trains on the
// records' train split, shows their test split; draws and the interval are the POMDP router's.
//     recordings [DIRECTORY] [ROUTER]
#include <automix/all.hpp>

#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using automix::format_fixed;
using automix::format_percent;

const std::vector<std::string> tasks = {"moves", "dates", "clauses"};

/// What a router trained on one part of the rows does on the other.
automix::Evaluation train_and_test(const automix::Split& log, const automix::PriceTable& train_prices,
                                   const automix::PriceTable& test_prices, const std::string& router) {
    automix::Automix mixer{automix::make_router(router)};
    mixer.train(log.train, train_prices);
    return mixer.evaluate(log.test, test_prices);
}

std::string lift_of(const automix::Report& report) {
    if (report.ibc_lift) return format_percent(*report.ibc_lift, true);
    return report.routed == 0.0 && report.draws == 0.0 ? "accepts all" : report.ibc_lift.reason();
}

/// One line of the table: both routers trained and tested on these rows, for the two models that they have.
void add_row(automix::TextTable& table, const std::string& task, const automix::Dataset& data,
             const std::vector<std::string>& routers, const automix::Prices& prices) {
    const automix::Split log = automix::split_by_field(data);
    const automix::PriceTable train_prices = automix::resolve_prices(log.train, prices);
    const automix::PriceTable test_prices = automix::resolve_prices(log.test, prices);
    std::vector<std::string> cells = {automix::joined(data.model_names(), " -> "), task};
    for (const std::string& router : routers) {
        const automix::Evaluation result = train_and_test(log, train_prices, test_prices, router);
        if (cells.size() == 2) {
            const auto& [small, large, mix, oracle] = result.baselines;
            for (const auto* alone : {&small, &large}) {
                cells.push_back(format_fixed(alone->performance, 3));
                cells.push_back(format_fixed(alone->cost, 2));
            }
        }
        const automix::Report& report = result.report;
        cells.insert(cells.end(),
                     {format_fixed(report.performance, 3), format_fixed(report.cost, 2), lift_of(report)});
        if (router != routers.back()) continue;
        const auto interval = report.ibc_lift ? result.intervals->ibc_lift : std::nullopt;
        cells.insert(cells.end(), {automix::format_percent_interval(interval), format_percent(report.routed),
                                   format_fixed(report.draws, 2)});
    }
    table.add(std::move(cells));
}

/// The rows of one task.
automix::Dataset rows_of_task(const automix::Dataset& data, const std::string& task) {
    std::vector<automix::Index> rows;
    for (automix::Index row = 0; row < data.rows(); ++row) {
        if (data.dataset(row) == task) rows.push_back(row);
    }
    return data.select_rows(rows);
}

void print_table(const std::string& title, const automix::Dataset& recordings,
                 const std::vector<std::string>& routers, const automix::Prices& prices) {
    std::vector<std::string> header = {"models", "task", "small", "costs", "large", "costs"};
    for (const std::string& router : routers) header.insert(header.end(), {router, "costs", "IBC lift"});
    header.insert(header.end(), {"95 % interval", "routed", "draws"});
    automix::TextTable table(std::move(header));
    const std::vector<std::vector<std::string>> pairs = {{"automix-mini", "automix-base"},
                                                         {"automix-mini", "automix-large"},
                                                         {"automix-base", "automix-large"}};
    for (const auto& models : pairs) {
        const automix::Dataset pair = recordings.with_models(models);
        for (const std::string& task : tasks) add_row(table, task, rows_of_task(pair, task), routers, prices);
        add_row(table, "all", pair, routers, prices);
    }
    std::cout << title << "\n\n" << table.text() << '\n';
}

}  // namespace

int main(int argc, char** argv) {
    const std::string directory = argc > 1 ? argv[1] : "examples/data";
    const std::vector<std::string> routers = {argc > 2 ? argv[2] : "union", "pomdp"};
    automix::Prices paper;
    paper.answers = {1.0, 50.0};
    paper.verification = 1.0;
    try {
        std::vector<std::string> logs;
        for (const std::string& task : tasks) logs.push_back(directory + "/" + task + ".jsonl");
        const automix::Dataset data = automix::read_log(logs).data;
        print_table("At the paper's prices: 1 and 50 for an answer, 1 for all 16 verdicts on one", data,
                    routers, paper);
        print_table("At the recorded prices: by tokens and model size", data, routers, {});
    } catch (const automix::Error& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
