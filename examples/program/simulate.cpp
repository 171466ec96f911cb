// SPDX-License-Identifier: Apache-2.0
// `automix simulate`: what a policy reaches in a POMDP, by seeded runs.
#include "command.hpp"
#include "problem.hpp"

#include <automix/core/format.hpp>
#include <automix/pomdp/simulate.hpp>

#include <limits>
#include <memory>
#include <string>
#include <utility>

namespace automix::program {
namespace {

struct SimulateOptions {
    std::string path{};
    std::string policy{};
    pomdp::SimulationOptions simulation{};
    bool json = false;
};

/// The 95 % interval in the sense of the problem's file, lower end first.
std::pair<double, double> interval_of(const PomdpFile& problem, const pomdp::Simulation& found) {
    const double low = in_sense_of(problem, found.low);
    const double high = in_sense_of(problem, found.high);
    return problem.costs ? std::pair(high, low) : std::pair(low, high);
}

std::string to_json_text(const SimulateOptions& options, const PomdpFile& problem,
                         const pomdp::Simulation& found) {
    const auto [low, high] = interval_of(problem, found);
    return program::to_text(OrderedJson{{"problem", options.path},
                                        {"policy", options.policy},
                                        {"episodes", found.episodes},
                                        {"steps", found.steps},
                                        {"mean", in_sense_of(problem, found.mean)},
                                        {"standard_error", found.standard_error},
                                        {"ci", OrderedJson::array({low, high})},
                                        {"values", sense_of(problem)}});
}

std::string to_text(const SimulateOptions& options, const PomdpFile& problem,
                    const pomdp::Simulation& found) {
    const auto [low, high] = interval_of(problem, found);
    return printable(options.path) + ", policy " + printable(options.policy) + ": " +
           std::to_string(found.episodes) + " episodes of up to " + std::to_string(found.steps) +
           " steps\nmean discounted " + std::string(sense_of(problem)) + " " +
           format_fixed(in_sense_of(problem, found.mean), 6) + ", standard error " +
           format_fixed(found.standard_error, 6) + "\n95 % interval " + format_fixed(low, 6) + " to " +
           format_fixed(high, 6) + '\n';
}

std::string run(const SimulateOptions& options) {
    const PomdpFile problem = read_problem(options.path);
    const pomdp::Policy policy = read_policy(options.policy, problem.model);
    const pomdp::Simulation found = pomdp::simulate(problem.model, policy, options.simulation);
    return options.json ? to_json_text(options, problem, found) : to_text(options, problem, found);
}

}  // namespace

void add_simulate(CLI::App& app, Command& chosen) {
    auto options = std::make_shared<SimulateOptions>();
    CLI::App* command = app.add_subcommand(
        "simulate", "Run a saved policy on a POMDP; show its mean value and 95 % interval");
    command->footer(exit_codes);
    command->add_option("FILE", options->path, "Problem in Cassandra's .pomdp format")
        ->required()
        ->type_name("");
    command
        ->add_option("--policy", options->policy,
                     "Policy of `automix solve --policy-out`, or a file in .alpha style")
        ->required()
        ->type_name("F");
    command->add_option("--episodes", options->simulation.episodes, "Runs from the initial belief")
        ->type_name("N")
        ->check(CLI::Range(1, std::numeric_limits<int>::max()).description(""))
        ->capture_default_str();
    command->add_option("--seed", options->simulation.seed, "Seed of the runs")
        ->type_name("N")
        ->check(not_negative)
        ->capture_default_str();
    add_format(*command, options->json);
    command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace automix::program
