// SPDX-License-Identifier: Apache-2.0
// Implements `automix report`: trains routers on one part of a log and writes a page on what the first of them does on the
// other.
#include "command.hpp"
#include "evaluated_log.hpp"
#include "live_line.hpp"
#include "router_options.hpp"
#include "split_options.hpp"

#include <automix/core/error.hpp>
#include <automix/evaluation/report/html_report.hpp>
#include <automix/evaluation/report/text_report.hpp>
#include <automix/evaluation/report/text_table.hpp>
#include <automix/evaluation/report_contents.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace automix::program {
namespace {

struct ReportCommandOptions {
    EvaluateOptions evaluate{};
    std::string out{};
    std::string unit = ReportOptions().unit;
};

/// Takes over what evaluation found of each router, and all warnings.
void add_results(ReportContents& report, Comparison& comparison) {
    report.warnings = std::move(comparison.warnings);
    const bool several = comparison.routers.size() > 1;
    for (RouterResult& router : comparison.routers) {
        const std::string of_router = several ? router.name + ": " : "";
        for (const std::string& warning : router.warnings) report.warnings.push_back(of_router + warning);
        if (!router.feasible()) {
            report.warnings.push_back(router.name + ": " + router.infeasible);
            continue;
        }
        report.routers.push_back({std::move(router.name), std::move(router.parameters), router.guard,
                                  router.held_out, std::move(router.contexts), std::move(router.promises),
                                  std::move(router.test)});
    }
}

std::string run(const ReportCommandOptions& options) {
    ProgressLine line;
    std::vector<std::string> inputs = options.evaluate.log.paths;
    inputs.push_back(options.evaluate.log.map);
    require_other_file(options.out, inputs);
    HtmlOutput out(options.out);
    EvaluatedLog log = evaluate_log(options.evaluate, true, line.handler());
    if (log.trained.empty()) {
        const RouterResult& first = log.comparison.routers.front();
        throw DataError(first.name + ": " + first.infeasible);
    }
    ReportOptions wanted;
    wanted.evaluation = evaluation_options(options.evaluate);
    wanted.unit = options.unit;
    wanted.max_draws = log.max_draws;
    wanted.progress = line.handler();
    if (log.split.calibration) wanted.learning.train = trainer(log.split.calibration);
    ReportContents report;
    add_results(report, log.comparison);
    fill_report(report, log.trained.front(), {log.split.rows.train, log.split.train}, log.split.rows.test,
                log.split.test, wanted);
    out.write(report);
    const ReportedRouter& router = report.routers.front();
    const std::size_t warnings = report.warnings.size();
    Evaluation test = router.test;
    for (ModelPrices& model : test.prices) model.model = printable(model.model);
    return wrap_text(conclusion(test, router.name)) + '\n' + "report saved to " + printable(options.out) +
           (warnings == 0   ? ""
            : warnings == 1 ? ", with a warning"
                            : ", with " + std::to_string(warnings) + " warnings") +
           '\n';
}

}  // namespace

void add_report(CLI::App& app, Command& chosen) {
    auto options = std::make_shared<ReportCommandOptions>();
    options->evaluate.routers = {"pomdp"};
    CLI::App* command = app.add_subcommand(
        "report", "Train routers on a log; write a page that shows what the first one does");
    command->footer(
        "The page is one file of HTML that loads nothing from elsewhere. It is about the first router\n"
        "that is named, or pomdp; others are compared with it. The learning curve trains it on\n"
        "growing shares of the training rows, so that a report takes about five trainings.\n" +
        std::string(router_help) + all_routers_help + exit_codes);
    add_evaluate_options(*command, options->evaluate);
    add_calibration_options(*command, options->evaluate.split);
    command->add_option("--out", options->out, "Where to save the page")->required()->type_name("F");
    command->add_option("--unit", options->unit, "Unit of the prices, such as USD")
        ->type_name("NAME")
        ->capture_default_str();
    command->callback([options, command, &chosen] {
        note_given(*command, options->evaluate.router);
        chosen = [options] { return run(*options); };
    });
}

}  // namespace automix::program
