// SPDX-License-Identifier: Apache-2.0
// Implements `automix evaluate`: trains routers on one part of a log and shows what they cost and gain on the other.
#include "command.hpp"
#include "comparison.hpp"
#include "evaluated_log.hpp"
#include "live_line.hpp"
#include "router_options.hpp"
#include "split_options.hpp"

#include <memory>
#include <string>

namespace automix::program {

void add_evaluate(CLI::App& app, Command& chosen) {
    struct Options {
        EvaluateOptions evaluate{};
        bool json = false;
    };
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "evaluate", "Train routers on a log; show what they cost and gain on its test rows");
    command->footer(std::string(router_help) + all_routers_help + exit_codes);
    add_evaluate_options(*command, options->evaluate);
    command->get_option("--router")->required();
    add_calibration_options(*command, options->evaluate.split);
    command->add_flag("--figures", options->evaluate.figures,
                      "Show figures of the literature with intervals too: APGR, CPT, AIQ, cost at equal\n"
                      "quality, .., of each router's policies for all prices of quality");
    add_format(*command, options->json);
    command->callback([options, command, &chosen] {
        note_given(*command, options->evaluate.router);
        chosen = [options] {
            ProgressLine line;
            const Comparison comparison = evaluate_log(options->evaluate, false, line.handler()).comparison;
            return options->json ? to_json_text(comparison) : to_text(comparison);
        };
    });
}

}  // namespace automix::program
