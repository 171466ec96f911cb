// SPDX-License-Identifier: Apache-2.0
// `automix solve` and `automix simulate`: the shape of their JSON, values of problems small enough for a pencil, policies
// that go from one to the other, and what is refused.
#include "program/runner.hpp"

#include <csignal>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace program;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

const std::vector<std::string> solve_keys = {"actions", "beliefs",      "gap",     "iterations", "lower",
                                             "problem", "observations", "seconds", "states",     "stopped",
                                             "upper",   "values",       "vectors"};

/// One state, in which `work` is worth 1 and `rest` nothing (or costs of 3 and 5, say), at a discount.
std::string one_state(const std::string& values, const std::string& work, const std::string& rest,
                      const std::string& discount = "0.5") {
    return "discount: " + discount + "\nvalues: " + values +
           "\nstates: here\nactions: work rest\nobservations: nothing\n"
           "T: * identity\nO: * uniform\nR: work : * : * : * " +
           work + "\nR: rest : * : * : * " + rest + "\n";
}

/// A coin that lies hidden, heads or tails, and shows at a look for 0.25; a right call is worth 1, a wrong one -1, and
/// throws it anew. At discount 0.5: look, call and so on is worth V = -0.25 + 0.5 (1 + 0.5 V), that is 1/3.
std::string coin(const std::string& values = "reward", const std::string& sign = "") {
    const std::string other = sign.empty() ? "-" : "";
    return "discount: 0.5\nvalues: " + values +
           "\nstates: heads tails\nactions: look heads tails\nobservations: heads tails\n"
           "T: look identity\nT: heads uniform\nT: tails uniform\n"
           "O: look identity\nO: heads uniform\nO: tails uniform\n"
           "R: look : * : * : * " +
           other +
           "0.25\n"
           "R: heads : heads : * : * " +
           sign + "1\nR: heads : tails : * : * " + other +
           "1\n"
           "R: tails : tails : * : * " +
           sign + "1\nR: tails : heads : * : * " + other + "1\n";
}

/// What it prints as JSON, whatever it says on standard error.
json found_json(Arguments arguments) {
    arguments.insert(arguments.end(), {"--format", "json"});
    const Outcome outcome = run_automix(arguments);
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    return json::parse(outcome.out);
}

const std::vector<std::string> solvers = {"sarsop", "pbvi", "perseus", "exact"};

/// Whether a process has a handler for SIGINT; true where the system does not say.
bool catches_interrupt(pid_t process) {
    std::ifstream status("/proc/" + std::to_string(process) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.rfind("SigCgt:", 0) == 0)
            return (std::stoull(line.substr(7), nullptr, 16) >> (SIGINT - 1) & 1U) != 0;
    }
    return !std::filesystem::exists("/proc/self/status");
}

}  // namespace

TEST_CASE("solve's JSON has the members that it promises, in their order, and no others") {
    const files::Directory directory;
    const std::string problem = directory.write("coin.pomdp", coin());
    const std::string text = text_of({"solve", problem, "--format", "json"});
    const json found = json::parse(text);
    std::vector<std::string> expected = solve_keys;
    std::sort(expected.begin(), expected.end());
    CHECK(keys(found) == expected);
    std::size_t at = 0;
    for (const char* key : {"problem", "states", "actions", "observations", "lower", "upper", "gap",
                            "seconds", "iterations", "beliefs", "vectors", "stopped", "values"}) {
        INFO(key);
        const std::size_t next = text.find("\n  \"" + std::string(key) + "\": ");
        REQUIRE(next != std::string::npos);
        CHECK(next >= at);
        at = next;
    }
    CHECK(found["problem"] == problem);
    CHECK(found["states"] == 2);
    CHECK(found["actions"] == 3);
    CHECK(found["observations"] == 2);
    CHECK(found["lower"].get<double>() <= 1.0 / 3.0 + 1e-12);
    CHECK(found["upper"].get<double>() >= 1.0 / 3.0 - 1e-12);
    CHECK(found["gap"].get<double>() ==
          Approx(found["upper"].get<double>() - found["lower"].get<double>()).margin(1e-15));
    CHECK(found["gap"].get<double>() <= 1e-3);
    CHECK(found["seconds"].get<double>() >= 0.0);
    for (const char* key : {"iterations", "beliefs", "vectors"}) CHECK(found[key].is_number_unsigned());
    CHECK(found["stopped"] == "gap");
    CHECK(found["values"] == "reward");
}

TEST_CASE("all solvers bound the value of a coin from both sides") {
    const files::Directory directory;
    const std::string rewards = directory.write("coin.pomdp", coin());
    const std::string costs = directory.write("costs.pomdp", coin("cost", "-"));
    for (const std::string& solver : solvers) {
        INFO(solver);
        const Arguments arguments = {"--solver", solver, "--gap", "1e-6", "--time-limit", "20"};
        const json reward = found_json(Arguments{"solve", rewards} + arguments);
        CHECK(reward["lower"].get<double>() == Approx(1.0 / 3.0).margin(1e-5));
        CHECK(reward["upper"].get<double>() == Approx(1.0 / 3.0).margin(1e-5));
        CHECK(reward["lower"] <= reward["upper"]);
        const json cost = found_json(Arguments{"solve", costs} + arguments);
        CHECK(cost["values"] == "cost");
        CHECK(cost["lower"] == -reward["upper"].get<double>());
        CHECK(cost["upper"] == -reward["lower"].get<double>());
        CHECK(cost["gap"] == reward["gap"]);
    }
}

TEST_CASE("a finite horizon counts its steps, and may do without discount") {
    const files::Directory directory;
    const std::string problem = directory.write("undiscounted.pomdp", one_state("reward", "1", "0", "1"));
    const std::string costs = directory.write("costs.pomdp", one_state("cost", "3", "5", "1"));
    const std::string look = directory.write("coin.pomdp", coin());
    for (const std::string& solver : solvers) {
        INFO(solver);
        const json seven = found_json({"solve", problem, "--horizon", "7", "--solver", solver});
        CHECK(seven["lower"] == 7.0);
        CHECK(seven["upper"] == 7.0);
        CHECK((solver != "exact" || seven["stopped"] == "horizon"));
        const json cost = found_json({"solve", costs, "--horizon", "4", "--solver", solver});
        CHECK(cost["lower"] == 12.0);
        CHECK(cost["upper"] == 12.0);
        // -1/4 + 1/2 * 1 for two steps; one step alone is worth nothing.
        const json two = found_json({"solve", look, "--horizon", "2", "--solver", solver, "--gap", "1e-9"});
        CHECK(two["lower"].get<double>() == Approx(0.25).margin(1e-9));
        CHECK(two["upper"].get<double>() == Approx(0.25).margin(1e-9));
    }
    check_refused({"solve", problem}, 2, "discount 1 without a horizon");
}

TEST_CASE("solve says why it stopped") {
    const files::Directory directory;
    const std::string problem = directory.write("coin.pomdp", coin());
    const json at_once = found_json({"solve", problem, "--time-limit", "0", "--gap", "0"});
    CHECK(at_once["stopped"] == "time");
    CHECK(at_once["iterations"] == 0);
    CHECK(at_once["lower"].get<double>() <= 1.0 / 3.0);
    CHECK(at_once["upper"].get<double>() >= 1.0 / 3.0);
    CHECK(found_json({"solve", problem, "--gap", "100"})["stopped"] == "gap");
    CHECK(found_json({"solve", problem, "--gap", "0", "--solver", "exact"})["stopped"] == "converged");
    const std::string text = text_of({"solve", problem});
    CHECK_THAT(text,
               StartsWith(problem + ": 2 states, 3 actions, 2 observations, discount 0.5\nreward 0.33") &&
                   ContainsSubstring("\nstopped: gap, after ") && ContainsSubstring(" beliefs, "));
    CHECK_THAT(text_of({"solve", directory.write("cost.pomdp", coin("cost", "-"))}),
               ContainsSubstring("\ncost -0.33"));
}

TEST_CASE("a policy that was saved earns its bound") {
    const files::Directory directory;
    for (const auto& [values, sign] : {std::pair("reward", ""), std::pair("cost", "-")}) {
        const std::string problem = directory.write("coin.pomdp", coin(values, sign));
        const double value = values == std::string("reward") ? 1.0 / 3.0 : -1.0 / 3.0;
        for (const char* name : {"policy.json", "policy.alpha", "policy"}) {
            INFO(values << ", " << name);
            const std::string policy = directory.path(name);
            text_of({"solve", problem, "--policy-out", policy});
            CHECK_FALSE(std::filesystem::exists(policy + ".tmp"));
            const json found = json_of({"simulate", problem, "--policy", policy, "--episodes", "50"});
            CHECK(keys(found) == std::vector<std::string>{"ci", "episodes", "mean", "policy", "problem",
                                                          "standard_error", "steps", "values"});
            CHECK(found["problem"] == problem);
            CHECK(found["policy"] == policy);
            CHECK(found["episodes"] == 50);
            CHECK(found["values"] == values);
            // Who looks before each call earns the same every time.
            CHECK(found["mean"].get<double>() == Approx(value).margin(2e-6));
            CHECK(found["standard_error"].get<double>() == Approx(0.0).margin(1e-9));
            REQUIRE(found["ci"].size() == 2);
            CHECK(found["ci"][0] <= found["mean"]);
            CHECK(found["ci"][1] >= found["mean"]);
        }
        CHECK_THAT(files::read(directory.path("policy.json")),
                   StartsWith("{\"schema\":\"automix-pomdp-policy/1\"") &&
                       ContainsSubstring("\"values\":\"" + std::string(values) + "\""));
    }
    CHECK_THAT(files::read(directory.path("policy.alpha")), !ContainsSubstring("schema"));
}

TEST_CASE("simulate follows its seed, and its interval lies around the mean in the sense of the file") {
    const files::Directory directory;
    const std::string problem = directory.write("coin.pomdp", coin("cost", "-"));
    // One step: a call unseen, whose cost is 1 or -1.
    const std::string call = directory.write(
        "call.json",
        R"({"schema":"automix-pomdp-policy/1","states":2,"actions":3,"observations":2,)"
        R"("discount":0.5,"horizon":1,"values":"cost","steps":[{"actions":[1],"vectors":[[0,0]]}]})");
    const Arguments simulate = {"simulate",   problem, "--policy", call,
                                "--episodes", "400",   "--format", "json"};
    const json found = json::parse(text_of(simulate));
    CHECK(found["steps"] == 1);
    CHECK(std::abs(found["mean"].get<double>()) < 0.2);
    CHECK(found["standard_error"].get<double>() == Approx(0.05).margin(0.002));
    const double mean = found["mean"].get<double>();
    const double error = found["standard_error"].get<double>();
    CHECK(found["ci"][0].get<double>() == Approx(mean - 1.96 * error).margin(1e-12));
    CHECK(found["ci"][1].get<double>() == Approx(mean + 1.96 * error).margin(1e-12));
    CHECK(text_of(simulate) == text_of(simulate));
    CHECK(text_of(simulate + Arguments{"--seed", "0"}) == text_of(simulate));
    CHECK(text_of(simulate + Arguments{"--seed", "1"}) != text_of(simulate));
    CHECK_THAT(
        text_of({"simulate", problem, "--policy", call, "--episodes", "400"}),
        StartsWith(problem + ", policy " + call + ": 400 episodes of up to 1 steps\nmean discounted cost ") &&
            ContainsSubstring("\n95 % interval "));
}

TEST_CASE("equal seeds give equal policies") {
    const files::Directory directory;
    const std::string problem = directory.write("coin.pomdp", coin());
    for (const std::string& solver : solvers) {
        INFO(solver);
        const std::string first = directory.path("first");
        const std::string second = directory.path("second");
        for (const std::string& policy : {first, second}) {
            Arguments arguments = {"solve", problem, "--solver", solver, "--policy-out", policy};
            if (solver == "pbvi" || solver == "perseus") arguments.insert(arguments.end(), {"--seed", "7"});
            text_of(arguments);
        }
        CHECK(files::read(first) == files::read(second));
    }
}

TEST_CASE("what the reader put right is said on standard error and leaves the answer alone") {
    const files::Directory directory;
    const std::string problem = directory.write(
        "off.pomdp",
        "discount: 0.5\nvalues: reward\nstates: 2\nactions: 1\nobservations: 1\nstart: 0.500005 0.5\n"
        "T: * identity\nO: * uniform\nR: * : * : * : * 1\n");
    const Outcome outcome = run_automix({"solve", problem, "--format", "json"});
    CHECK(outcome.code == 0);
    CHECK_THAT(outcome.err, StartsWith("automix: warning: " + problem + ": start: 1 row scaled"));
    CHECK(keys(json::parse(outcome.out)).size() == solve_keys.size());
}

TEST_CASE("bad usage of solve and simulate is exit code 2, found before any file is read") {
    const files::Directory directory;
    const std::string missing = directory.path("missing.pomdp");
    const std::vector<std::pair<Arguments, std::string>> cases = {
        {{"--gap", "-1"}, "--gap: expected a finite number of at least 0, found -1"},
        {{"--gap", "nan"}, "--gap: expected a finite number of at least 0, found nan"},
        {{"--gap", "inf"}, "found inf"},
        {{"--gap", "1e999"}, "found 1e999"},
        {{"--gap", "x"}, "found x"},
        {{"--gap"}, "--gap"},
        {{"--time-limit", "-0.5"}, "--time-limit: expected a finite number of at least 0, found -0.5"},
        {{"--time-limit", "nan"}, "found nan"},
        {{"--time-limit", "-inf"}, "found -inf"},
        {{"--time-limit", "10s"}, "found 10s"},
        {{"--horizon", "-1"}, "-1"},
        {{"--horizon", "2.5"}, "2.5"},
        {{"--horizon", "10001"}, "10001"},
        {{"--horizon", "99999999999"}, "99999999999"},
        {{"--solver", "hsvi"}, "hsvi"},
        {{"--solver", ""}, "--solver"},
        {{"--seed", "-1"}, "--seed: expected a whole number from 0 to 18446744073709551615, found \"-1\""},
        {{"--seed", "99999999999999999999"}, "found \"99999999999999999999\""},
        {{"--seed", "18446744073709551616", "--solver", "pbvi"}, "found \"18446744073709551616\""},
        {{"--seed", "0x10"}, "found \"0x10\""},
        {{"--seed", "1.0"}, "found \"1.0\""},
        {{"--seed", ""}, "--seed"},
        {{"--seed", "0"}, "--seed: sarsop draws no random numbers; take pbvi or perseus"},
        {{"--seed", "1", "--solver", "exact"}, "--seed: exact draws no random numbers"},
        {{"--seed", "x"}, "x"},
        {{"--beliefs", "0", "--solver", "pbvi"}, "--beliefs"},
        {{"--beliefs", "-3", "--solver", "pbvi"}, "-3"},
        {{"--beliefs", "10"}, "--beliefs: sarsop has no set of beliefs"},
        {{"--horizon", "3", "--policy-out", directory.path("p.alpha")},
         "--policy-out: a file in .alpha style"},
        {{"--format", "xml"}, "xml"},
        {{"--frobnicate"}, "--frobnicate"},
        {{"second.pomdp"}, "second.pomdp"},
    };
    for (const auto& [arguments, message] : cases)
        check_refused(Arguments{"solve", missing} + arguments, 2, message);
    check_refused({"solve"}, 2, "automix solve --help");
    const std::vector<std::pair<Arguments, std::string>> simulations = {
        {{}, "--policy"},
        {{"--policy", "p", "--episodes", "0"}, "--episodes"},
        {{"--policy", "p", "--episodes", "-5"}, "-5"},
        {{"--policy", "p", "--episodes", "1.5"}, "1.5"},
        {{"--policy", "p", "--seed", "-1"},
         "--seed: expected a whole number from 0 to 18446744073709551615, found \"-1\""},
        {{"--policy", "p", "--seed", "99999999999999999999"}, "found \"99999999999999999999\""},
        {{"--policy", "p", "--horizon", "-1"}, "--horizon"},
        {{"--policy", "p", "--format", "xml"}, "xml"},
    };
    for (const auto& [arguments, message] : simulations)
        check_refused(Arguments{"simulate", missing} + arguments, 2, message);
    check_refused({"solve", missing}, 1, "missing.pomdp: cannot be opened");
    check_refused({"simulate", missing, "--policy", "p"}, 1, "missing.pomdp: cannot be opened");
}

TEST_CASE("bad data of solve and simulate is exit code 1") {
    const files::Directory directory;
    const std::string problem = directory.write("coin.pomdp", coin());
    check_refused({"solve", directory.path("")}, 1, "is a directory");
    check_refused({"solve", directory.write("bad.pomdp", coin() + "R: look : sideways : * : * 1\n")}, 1,
                  "bad.pomdp:");
    const std::string vast = directory.write("vast.pomdp", one_state("cost", "1e308", "1e308", "0.99"));
    check_refused({"solve", vast, "--time-limit", "0.1"}, 1,
                  "vast.pomdp:8: column 21: expected a reward below 1e+100 in size, found 1e+308");
    const std::string wide =
        directory.write("wide.pomdp",
                        "discount: 0.5\nvalues: reward\nstates: 2\nactions: 1\nobservations: 1\n"
                        "T: * identity\nO: * uniform\nR: * : 0 : * : * 1e200\n");
    check_refused({"simulate", wide, "--policy", directory.write("any.alpha", "0\n0 0\n")}, 1,
                  "wide.pomdp:8: column 18: expected a reward below 1e+100 in size, found 1e+200");
    check_refused({"simulate", problem, "--policy", directory.path("none.json")}, 1,
                  "none.json: cannot be opened");
    check_refused({"simulate", problem, "--policy", directory.path("none.alpha")}, 1,
                  "none.alpha: cannot be opened");
    check_refused({"simulate", problem, "--policy", problem}, 1, "coin.pomdp:1: column 1: not valid JSON");
    check_refused({"simulate", problem, "--policy", directory.write("3.alpha", "0\n1 2 3\n")}, 1,
                  "3.alpha:2: expected 2 values, one a state, found 3");
    check_refused({"simulate", problem, "--policy", directory.write("4.alpha", "3\n1 2\n")}, 1,
                  "4.alpha:1: expected the number of an action, 0 to 2, found \"3\"");
    const std::string other = directory.write("one.pomdp", one_state("reward", "1", "0"));
    const std::string policy = directory.path("one.json");
    text_of({"solve", other, "--policy-out", policy});
    check_refused({"simulate", problem, "--policy", policy}, 1,
                  "one.json: states: expected 2 as in the problem, found 1");
    const std::string costs = directory.write("costs.pomdp", coin("cost", "-"));
    text_of({"solve", costs, "--policy-out", policy});
    check_refused({"simulate", problem, "--policy", policy}, 1,
                  "one.json: values: expected reward as in the problem, found cost");
    std::string dearer = coin();
    dearer += "R: look : * : * : * -0.5\n";
    text_of({"solve", directory.write("dearer.pomdp", dearer), "--policy-out", policy});
    check_refused({"simulate", problem, "--policy", policy}, 1, "one.json: fingerprint: expected ");
}

TEST_CASE("a policy file is there as a whole or not at all, and found unwritable before solving") {
    const files::Directory directory;
    const std::string problem = directory.write("coin.pomdp", coin());
    const std::string policy = directory.write("p.json", "old");
    const Arguments solve = {"solve", problem, "--policy-out"};
    check_refused(solve + Arguments{directory.path("none/p.json")}, 1, "cannot be opened");
    check_refused(solve + Arguments{directory.path("")}, 1, "is a directory");
    check_refused(solve + Arguments{""}, 2, "--policy-out: expected a value, found an empty text");
    // A solver that fails after the file was opened.
    const std::string endless = directory.write("endless.pomdp", one_state("reward", "1", "0", "1"));
    check_refused({"solve", endless, "--policy-out", policy}, 2, "discount 1");
    CHECK(files::read(policy) == "old");
    CHECK_FALSE(std::filesystem::exists(policy + ".tmp"));
    text_of(solve + Arguments{policy});
    CHECK_THAT(files::read(policy), StartsWith("{\"schema\":"));
    if (std::filesystem::exists("/dev/full"))
        check_refused(solve + Arguments{"/dev/full"}, 1, "/dev/full: cannot be written");
}

TEST_CASE("a policy does not take the place of its own problem") {
    const files::Directory directory;
    const std::string problem = directory.write("coin.pomdp", coin());
    const std::string link = directory.path("link");
    std::filesystem::create_symlink("coin.pomdp", link);
    for (const std::string& policy : {problem, link})
        check_refused({"solve", problem, "--policy-out", policy}, 2,
                      "--policy-out: expected another file than the problem's own");
    CHECK(files::read(problem) == coin());
}

TEST_CASE("one episode has no interval") {
    const files::Directory directory;
    const std::string problem = directory.write("coin.pomdp", coin());
    const std::string policy = directory.path("policy.json");
    text_of({"solve", problem, "--policy-out", policy});
    const Arguments simulate = {"simulate", problem, "--policy", policy, "--episodes", "1"};
    const json found = json_of(simulate);
    CHECK(found["standard_error"].is_null());
    CHECK(found["ci"].is_null());
    CHECK(found["mean"].is_number());
    CHECK_THAT(text_of(simulate), ContainsSubstring("standard error -\n95 % interval -\n"));
}

TEST_CASE("without discount, simulate asks for a horizon and takes one") {
    const files::Directory directory;
    // One state for ever, 1 a step.
    const std::string problem = directory.write("endless.pomdp", one_state("reward", "1", "0", "1"));
    const std::string policy = directory.write("work.alpha", "0\n0\n");
    const Arguments simulate = {"simulate", problem, "--policy", policy, "--episodes", "2"};
    check_refused(simulate, 2, "give a horizon or a discount below 1");
    CHECK(json_of(simulate + Arguments{"--horizon", "5"})["steps"] == 5);
}

TEST_CASE("an interrupt stops the solver, which shows and saves what it has") {
    const files::Directory directory;
    // The gap of 0 is out of reach: two states that never show, and a reward for guessing.
    const std::string problem =
        directory.write("slow.pomdp",
                        "discount: 0.999\nvalues: reward\nstates: 3\nactions: 3\nobservations: 2\n"
                        "T: 0\n0.9 0.07 0.03\n0.05 0.9 0.05\n0.02 0.08 0.9\nT: 1 uniform\nT: 2\n0.6 0.3 "
                        "0.1\n0.1 0.6 0.3\n0.3 0.1 0.6\n"
                        "O: *\n0.6 0.4\n0.45 0.55\n0.3 0.7\n"
                        "R: 0 : 0 : * : * 1\nR: 1 : 1 : * : * 1.3\nR: 2 : 2 : * : * 1.1\n");
    const std::string out = directory.path("out");
    const std::string policy = directory.path("p.json");
    Arguments arguments = {AUTOMIX_PROGRAM, "solve",    problem, "--gap",        "0",   "--time-limit",
                           "100",           "--format", "json",  "--policy-out", policy};
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), O_WRONLY | O_CREAT, 0600);
    pid_t child = 0;
    const int failed = posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    REQUIRE(failed == 0);
    const auto start = std::chrono::steady_clock::now();
    // The solver starts just after the signal is taken care of.
    while (!catches_interrupt(child) && std::chrono::steady_clock::now() - start < std::chrono::seconds(20))
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    kill(child, SIGINT);
    int status = 0;
    waitpid(child, &status, 0);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(60));
    const json found = json::parse(files::read(out));
    CHECK(found["stopped"] == "callback");
    CHECK(found["lower"] < found["upper"]);
    CHECK_THAT(files::read(policy), StartsWith("{\"schema\":"));
}

TEST_CASE("the field's problems solve from the command line as they do elsewhere", "[shared]") {
    const std::string folder = std::string(AUTOMIX_SHARED_DIR) + "/pomdp/";
    if (!std::filesystem::exists(folder + "tiger.95.pomdp")) {
        std::cout << "skipped: no " << folder << '\n';
        return;
    }
    const files::Directory directory;
    const std::vector<std::pair<std::string, double>> values = {
        {"tiger.95", 19.3714}, {"tiger.aaai", 1.93344}, {"paint.95", 3.2936}, {"cheese.95", 3.48621}};
    for (const auto& [name, value] : values) {
        INFO(name);
        const std::string problem = folder + name + ".pomdp";
        const std::string policy = directory.path(name + ".json");
        const json found = found_json({"solve", problem, "--policy-out", policy});
        CHECK(found["stopped"] == "gap");
        CHECK(found["lower"].get<double>() <= value + 1e-4 * value);
        CHECK(found["upper"].get<double>() >= value - 1e-4 * value);
        const json simulated = found_json({"simulate", problem, "--policy", policy, "--episodes", "2000"});
        // Four standard errors, since the seed is one of many.
        CHECK(std::abs(simulated["mean"].get<double>() - value) <=
              4.0 * simulated["standard_error"].get<double>() + 1e-3);
    }
}

TEST_CASE("help of solve and simulate names every option, its default and the solvers") {
    const std::string solve = text_of({"solve", "--help"});
    for (const char* part :
         {"FILE REQUIRED", "--time-limit S=60", "--gap E", "1e-4 of the range", "--horizon H=0",
          "--solver NAME=sarsop", "--seed N=0", "--beliefs N", "default: 200", "--policy-out F", ".alpha",
          "--format text|json=text", "\n  sarsop ", "\n  pbvi ", "\n  perseus ", "\n  exact ", "values: cost",
          "Exit codes"}) {
        CHECK_THAT(solve, ContainsSubstring(part));
    }
    const std::string simulate = text_of({"simulate", "--help"});
    for (const char* part : {"FILE REQUIRED", "--policy F REQUIRED", "--episodes N=1000", "--seed N=0",
                             "--horizon H=0", "cannot tell", "--format text|json=text", "Exit codes"}) {
        CHECK_THAT(simulate, ContainsSubstring(part));
    }
}

TEST_CASE("a policy of a POMDP replaces no log, and missing rewards are told of") {
    const files::Directory directory;
    const std::string problem = directory.write("p.pomdp",
                                                "discount: 0.5\nvalues: reward\nstates: 1\nactions: "
                                                "1\nobservations: 1\nT: * identity\nO: * uniform\n");
    const std::string log =
        directory.write("log.jsonl", R"({"schema":"automix-log/1","id":"a","models":[]})");
    const Outcome refused = run_automix({"solve", problem, "--policy-out", log});
    CHECK(refused.code == 1);
    CHECK_THAT(refused.err,
               ContainsSubstring("automix: warning: " + problem + ": R: no line sets a reward") &&
                   ContainsSubstring(log + ": is a log, which would be lost"));
}
