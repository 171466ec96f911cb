// SPDX-License-Identifier: Apache-2.0
// Implements `automix solve`: bounds the value of a POMDP at its initial belief and saves the policy that reaches the
// lower bound.
#include "command.hpp"
#include "live_line.hpp"
#include "problem.hpp"
#include "solver_choice.hpp"
#include "solver_watch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/pomdp/format/alpha_file.hpp>
#include <automix/pomdp/format/file_sense.hpp>
#include <automix/pomdp/format/policy_file.hpp>
#include <automix/pomdp/model.hpp>
#include <automix/pomdp/reward_range.hpp>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

namespace automix::program {
namespace {

struct SolveOptions {
    std::string path{};
    SolverChoice solver{};
    std::optional<double> gap{};
    std::optional<std::string> policy_out{};
    bool json = false;
};

constexpr const char* solver_help =
    "Solvers:\n"
    "  sarsop    follows the widest gap from the initial belief; the default\n"
    "  pbvi      backs up a set of beliefs grown from the initial one, all in turn\n"
    "  perseus   the same set in random order\n"
    "  exact     backward induction over the beliefs that can be reached\n"
    "With `values: cost` in the file, bounds are bounds on the cost. Ctrl-C stops and shows what there is.\n";

std::string live_text(const PomdpFile& problem, const pomdp::Progress& progress) {
    const PomdpBounds bounds = bounds_of(problem, progress);
    return format_fixed(progress.seconds, 1) + " s  " + value_text(bounds.lower) + " to " +
           value_text(bounds.upper) + "  gap " + value_text(progress.gap()) + "  beliefs " +
           std::to_string(progress.beliefs) + "  vectors " + std::to_string(progress.vectors);
}

/// Throws `ArgumentError` for options that contradict each other.
void validate(const SolveOptions& options) {
    if (options.solver.beliefs && options.solver.name == "sarsop")
        throw ArgumentError("--beliefs: sarsop has no set of beliefs; take pbvi, perseus or exact");
    if (options.solver.seed && (options.solver.name == "sarsop" || options.solver.name == "exact"))
        throw ArgumentError("--seed: " + options.solver.name +
                            " draws no random numbers; take pbvi or perseus");
    std::error_code ignored;
    if (options.policy_out && std::filesystem::equivalent(options.path, *options.policy_out, ignored))
        throw ArgumentError("--policy-out: expected another file than the problem's own");
    if (options.solver.horizon > 0 && options.policy_out && is_alpha_file(*options.policy_out)) {
        throw ArgumentError(
            "--policy-out: a file in .alpha style holds no steps; with --horizon take a name that ends "
            "otherwise");
    }
}

pomdp::Solution solve_watched(const PomdpFile& problem, SolveOptions options) {
    LiveLine line;
    const InterruptWatch interrupt;
    options.solver.stop.on_progress = [&](const pomdp::Progress& progress) {
        if (line.is_due(progress.seconds)) line.show(live_text(problem, progress), progress.seconds);
        return !interrupt.interrupted();
    };
    return solve(problem.model, options.solver);
}

std::string policy_text(const PomdpFile& problem, const pomdp::Policy& policy, const std::string& path) {
    if (is_alpha_file(path)) return to_alpha_text(policy.values());
    return to_pomdp_policy_text(policy, policy_problem(problem.model, problem.costs));
}

std::string to_json_text(const SolveOptions& options, const PomdpFile& problem,
                         const pomdp::Solution& solution) {
    const PomdpBounds bounds = bounds_of(problem, solution);
    return program::to_text(OrderedJson{{"problem", options.path},
                                        {"states", problem.model.states()},
                                        {"actions", problem.model.actions()},
                                        {"observations", problem.model.observations()},
                                        {"lower", bounds.lower},
                                        {"upper", bounds.upper},
                                        {"gap", solution.gap()},
                                        {"seconds", solution.seconds},
                                        {"iterations", solution.iterations},
                                        {"beliefs", solution.beliefs},
                                        {"vectors", solution.vectors},
                                        {"stopped", pomdp::to_string(solution.stopped)},
                                        {"values", bounds.values}});
}

std::string to_text(const SolveOptions& options, const PomdpFile& problem, const pomdp::Solution& solution) {
    const PomdpBounds bounds = bounds_of(problem, solution);
    return printable(options.path) + ": " + std::to_string(problem.model.states()) + " states, " +
           std::to_string(problem.model.actions()) + " actions, " +
           std::to_string(problem.model.observations()) + " observations, discount " +
           format_number(problem.model.discount()) + '\n' + std::string(bounds.values) + " " +
           value_text(bounds.lower) + " to " + value_text(bounds.upper) + ", gap " +
           value_text(solution.gap()) + "\nstopped: " + std::string(pomdp::to_string(solution.stopped)) +
           ", after " + format_fixed(solution.seconds, 3) + " s, " + std::to_string(solution.iterations) +
           " iterations, " + std::to_string(solution.beliefs) + " beliefs, " +
           std::to_string(solution.vectors) + " vectors\n";
}

/// Returns the gap at which to stop if none is given: a share of the range of the rewards.
double default_gap(const pomdp::Model& model) {
    constexpr double share = 1e-4;
    const pomdp::RewardRange range = pomdp::reward_range(model);
    return share * (range.greatest - range.least);
}

std::string run(SolveOptions options) {
    validate(options);
    const PomdpFile problem = read_problem(options.path);
    options.solver.stop.gap = options.gap.value_or(default_gap(problem.model));
    std::optional<PomdpPolicyOutput> policy_file;
    if (options.policy_out) policy_file.emplace(*options.policy_out);
    const pomdp::Solution solution = solve_watched(problem, options);
    if (policy_file) policy_file->write(policy_text(problem, solution.policy, *options.policy_out));
    return options.json ? to_json_text(options, problem, solution) : to_text(options, problem, solution);
}

}  // namespace

void add_solve(CLI::App& app, Command& chosen) {
    constexpr int max_steps = 10'000;  // each step has bounds of its own
    auto options = std::make_shared<SolveOptions>();
    CLI::App* command =
        app.add_subcommand("solve", "Bound the value of a POMDP from both sides; save the policy");
    command->footer(std::string(solver_help) + exit_codes);
    command->add_option("FILE", options->path, "Problem in Cassandra's .pomdp format")
        ->required()
        ->type_name("");
    command->add_option("--time-limit", options->solver.stop.time_limit, "Stop after that many seconds")
        ->type_name("S")
        ->check(finite_not_negative)
        ->capture_default_str();
    command
        ->add_option("--gap", options->gap,
                     "Stop where the bounds are no farther apart (default: 1e-4 of the range of the rewards)")
        ->type_name("E")
        ->check(finite_not_negative);
    command->add_option("--horizon", options->solver.horizon, "Steps that count; 0: all, discounted")
        ->type_name("H")
        ->check(CLI::Range(0, max_steps).description(""))
        ->capture_default_str();
    command->add_option("--solver", options->solver.name, "One of those below")
        ->type_name("NAME")
        ->check(CLI::IsMember({"sarsop", "pbvi", "perseus", "exact"}).description(""))
        ->capture_default_str();
    add_seed(*command, options->solver.seed, "Seed of pbvi and perseus");
    command
        ->add_option("--beliefs", options->solver.beliefs,
                     "Beliefs of pbvi and perseus (default: 200), most to look at of exact (100000)")
        ->type_name("N")
        ->check(CLI::Range(1, std::numeric_limits<int>::max()).description(""));
    command
        ->add_option("--policy-out", options->policy_out,
                     "Save the policy there: as JSON, or in .alpha style where the name ends so")
        ->type_name("F");
    add_format(*command, options->json);
    command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace automix::program
