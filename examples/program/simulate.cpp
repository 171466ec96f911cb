// SPDX-License-Identifier: Apache-2.0
// Implements `automix simulate`: estimates the value of a policy in a POMDP by seeded runs.
#include "command.hpp"
#include "problem.hpp"

#include <automix/core/format.hpp>
#include <automix/pomdp/format/file_sense.hpp>
#include <automix/pomdp/simulate.hpp>

#include <limits>
#include <memory>
#include <string>

namespace automix::program {
namespace {

struct SimulateOptions {
    std::string path{};
    std::string policy{};
    pomdp::SimulationOptions simulation{};
    bool json = false;
};

std::string to_json_text(const SimulateOptions& options, const PomdpFile& problem,
                         const pomdp::Simulation& found) {
    OrderedJson json{{"problem", options.path},
                     {"policy", options.policy},
                     {"episodes", found.episodes},
                     {"steps", found.steps},
                     {"mean", in_sense_of(problem, found.mean)},
                     {"standard_error", nullptr},
                     {"ci", nullptr},
                     {"values", sense_of(problem)}};
    if (found.standard_error) json["standard_error"] = *found.standard_error;
    if (found.interval) {
        const pomdp::ValueInterval interval = in_sense_of(problem, *found.interval);
        json["ci"] = {interval.low, interval.high};
    }
    return program::to_text(json);
}

std::string to_text(const SimulateOptions& options, const PomdpFile& problem,
                    const pomdp::Simulation& found) {
    std::string interval = "-";
    if (found.interval) {
        const auto [low, high] = in_sense_of(problem, *found.interval);
        interval = value_text(low) + " to " + value_text(high);
    }
    return printable(options.path) + ", policy " + printable(options.policy) + ": " +
           std::to_string(found.episodes) + " episodes of up to " + std::to_string(found.steps) +
           " steps\nmean discounted " + std::string(sense_of(problem)) + " " +
           value_text(in_sense_of(problem, found.mean)) + ", standard error " +
           (found.standard_error ? value_text(*found.standard_error) : "-") + "\n95 % interval " + interval +
           '\n';
}

std::string run(const SimulateOptions& options) {
    const PomdpFile problem = read_problem(options.path);
    const pomdp::Policy policy = read_policy(options.policy, problem);
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
                     "Policy of `automix solve --policy-out`, or a file in .alpha style, which cannot tell "
                     "which problem it is for")
        ->required()
        ->type_name("F");
    command->add_option("--episodes", options->simulation.episodes, "Runs from the initial belief")
        ->type_name("N")
        ->check(CLI::Range(1, std::numeric_limits<int>::max()).description(""))
        ->capture_default_str();
    command->add_option("--horizon", options->simulation.horizon, "Steps of a run; 0: those of the policy")
        ->type_name("H")
        ->check(CLI::Range(0, std::numeric_limits<int>::max()).description(""))
        ->capture_default_str();
    add_seed(*command, options->simulation.seed, "Seed of the runs");
    add_format(*command, options->json);
    command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace automix::program
