// SPDX-License-Identifier: Apache-2.0
#include <automix/core/error.hpp>
#include <automix/pomdp/format/policy_file.hpp>
#include <automix/pomdp/format/reader.hpp>
#include <automix/pomdp/value_function.hpp>

#include <bit>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/files.hpp"

namespace {

using namespace std::string_literals;
using automix::parse_pomdp_policy;
using automix::PomdpPolicyFile;
using automix::PomdpPolicyProblem;
using automix::to_pomdp_policy_text;
using automix::pomdp::Policy;
using automix::pomdp::ValueFunction;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

/// Vectors with their actions.
ValueFunction values_of(const std::vector<std::pair<int, std::vector<double>>>& vectors) {
    ValueFunction values(static_cast<int>(vectors.front().second.size()));
    for (const auto& [action, vector] : vectors)
        values.add({Eigen::Map<const Eigen::VectorXd>(vector.data(), values.states()), action});
    return values;
}

void check_same(const Policy& found, const Policy& expected) {
    REQUIRE(found.horizon() == expected.horizon());
    for (int step = 0; step < std::max(1, expected.horizon()); ++step) {
        const ValueFunction& a = found.values(step);
        const ValueFunction& b = expected.values(step);
        REQUIRE(a.states() == b.states());
        REQUIRE(a.size() == b.size());
        for (int k = 0; k < b.size(); ++k) {
            CHECK(a.action(k) == b.action(k));
            for (int s = 0; s < b.states(); ++s) {
                INFO("step " << step << ", vector " << k << ", state " << s << ": " << b.at(k, s));
                CHECK(std::bit_cast<std::uint64_t>(a.at(k, s)) == std::bit_cast<std::uint64_t>(b.at(k, s)));
            }
        }
    }
}

/// A file for 2 states, 3 actions and 2 observations, with one part of its text replaced.
std::string altered_policy(const std::string& part, const std::string& by) {
    std::string text =
        R"({"schema":"automix-pomdp-policy/1","states":2,"actions":3,"observations":2,"discount":0.95,)"
        R"("horizon":0,"values":"reward","action_names":["a","b","c"],)"
        R"("steps":[{"actions":[2,0],"vectors":[[1.5,-2],[0,1e300]]}]})";
    if (part.empty()) return text;
    const std::size_t at = text.find(part);
    REQUIRE(at != std::string::npos);
    return text.replace(at, part.size(), by);
}

std::string pomdp_policy_error(const std::string& text) {
    try {
        (void)parse_pomdp_policy(text, "p.json");
    } catch (const automix::DataError& error) {
        return error.what();
    }
    return "(no error)";
}

const PomdpPolicyProblem small_problem{2, 3, 2, 0.95, false, {}};

}  // namespace

TEST_CASE("a policy file says what the policy is for, one vector a line") {
    const Policy policy(values_of({{2, {1.5, -2.0}}, {0, {0.1, -0.0}}}));
    CHECK(to_pomdp_policy_text(policy, small_problem) ==
          R"({"schema":"automix-pomdp-policy/1","states":2,"actions":3,"observations":2,"discount":0.95,)"
          R"("horizon":0,"values":"reward",)"
          "\n\"steps\":[\n"
          R"({"actions":[2,0],"vectors":[)"
          "\n[1.5,-2.0],\n[0.1,-0.0]]}]}\n");
    const PomdpPolicyFile file = parse_pomdp_policy(altered_policy("", ""), "p.json");
    check_same(file.policy, Policy(values_of({{2, {1.5, -2.0}}, {0, {0.0, 1e300}}})));
    CHECK(file.problem.states == 2);
    CHECK(file.problem.actions == 3);
    CHECK(file.problem.observations == 2);
    CHECK(file.problem.discount == 0.95);
    CHECK_FALSE(file.problem.costs);
    CHECK(file.problem.action_names == std::vector<std::string>{"a", "b", "c"});
    CHECK(parse_pomdp_policy(altered_policy("\"reward\"", "\"cost\""), "p.json").problem.costs);
    CHECK(parse_pomdp_policy(altered_policy(R"("action_names":["a","b","c"],)", ""), "p.json")
              .problem.action_names.empty());
}

TEST_CASE("a policy survives its file to the bit, of a finite horizon each step") {
    using Limits = std::numeric_limits<double>;
    const std::vector<ValueFunction> steps = {
        values_of({{0, {0.0, -0.0, Limits::denorm_min(), -Limits::denorm_min()}},
                   {1, {Limits::min(), -Limits::min(), 2.2250738585072009e-308, 1e308}}}),
        values_of({{2, {Limits::max(), Limits::lowest(), 0.1 + 0.2, 1.0 / 3.0}}}),
        values_of({{1, {9007199254740993.0, 1e22, 1.0 + Limits::epsilon(), -123456789.123456789}},
                   {1, {18446744073709551616.0, -1e19, 5.0, 123456.0}}}),
    };
    const PomdpPolicyProblem problem{4, 3, 7, 1.0 - Limits::epsilon(), true, {"x", "y \"z\"\n", "\xC3\xA9"}};
    const files::Directory directory;
    const std::string path = directory.path("p.json");
    for (const Policy& policy : {Policy(steps), Policy({steps[1]}), Policy(steps[0]), Policy(steps[2])}) {
        automix::write_pomdp_policy(path, policy, problem);
        const PomdpPolicyFile file = automix::read_pomdp_policy(path);
        check_same(file.policy, policy);
        CHECK(file.policy.finite() == policy.finite());
        CHECK(file.problem.discount == problem.discount);
        CHECK(file.problem.costs);
        CHECK(file.problem.observations == 7);
        CHECK(file.problem.action_names == problem.action_names);
        CHECK(to_pomdp_policy_text(file.policy, file.problem) == files::read(path));
    }
    CHECK_FALSE(std::filesystem::exists(path + ".tmp"));
}

TEST_CASE("names that are not UTF-8 do not keep a policy from being saved") {
    const PomdpPolicyProblem problem{2, 1, 1, 0.5, false, {"a\xFF"}};
    const Policy policy(values_of({{0, {1.0, 2.0}}}));
    const PomdpPolicyFile file = parse_pomdp_policy(to_pomdp_policy_text(policy, problem), "p.json");
    CHECK(file.problem.action_names == std::vector<std::string>{"a\xEF\xBF\xBD"});
}

TEST_CASE("bad policy files are refused with file, field and what was found") {
    const std::string whole = " to 2147483647, found ";
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"", "p.json:1: column 1: not valid JSON: unexpected end of input"},
        {"0\n1 2\n", "p.json:2: column 1: not valid JSON"},
        {"[]", "p.json: expected an object, found an empty array"},
        {"{}", "p.json: schema: missing"},
        {"{}\0"s, "p.json:1: column 3: not valid JSON: a NUL byte"},
        {altered_policy("]}]}", "]}]"), "p.json:1: column"},
        {altered_policy("policy/1", "policy/2"),
         "p.json: schema: expected \"automix-pomdp-policy/1\", found \"auto"},
        {altered_policy("\"automix-pomdp-policy/1\"", "1"),
         "p.json: schema: expected \"automix-pomdp-policy/1\", found 1"},
        {altered_policy("\"states\":2,", ""), "p.json: states: missing"},
        {altered_policy("\"states\":2,", "\"states\":2,\"states\":2,"),
         "p.json:1: states: stands twice in one object"},
        {altered_policy("\"states\":2", "\"states\":0"),
         "p.json: states: expected a whole number from 1" + whole + "0"},
        {altered_policy("\"states\":2", "\"states\":-2"),
         "p.json: states: expected a whole number from 1" + whole + "-2"},
        {altered_policy("\"states\":2", "\"states\":2.0"),
         "p.json: states: expected a whole number from 1" + whole + "2.0"},
        {altered_policy("\"states\":2", "\"states\":\"2\""),
         "p.json: states: expected a whole number from 1" + whole + "\"2\""},
        {altered_policy("\"states\":2", "\"states\":4294967298"),
         "p.json: states: expected a whole number from 1" + whole + "4294967298"},
        {altered_policy("\"states\":2", "\"states\":18446744073709551615"),
         "p.json: states: expected a whole number from 1"},
        {altered_policy("\"states\":2", "\"states\":3"),
         "p.json: steps[0].vectors[0]: expected 3 values, one a state, found 2"},
        {altered_policy("\"states\":2", "\"states\":2000000000"),
         "p.json: steps[0].vectors[0]: expected 2000000000 values"},
        {altered_policy("\"actions\":3", "\"actions\":null"),
         "p.json: actions: expected a whole number from 1" + whole + "null"},
        {altered_policy("\"actions\":3", "\"actions\":2"),
         "p.json: action_names: expected 2, one for each action, found 3"},
        {altered_policy("\"observations\":2", "\"observations\":0"),
         "p.json: observations: expected a whole number from 1"},
        {altered_policy("\"observations\":2,", ""), "p.json: observations: missing"},
        {altered_policy("0.95", "-0.5"), "p.json: discount: expected a number in [0, 1], found -0.5"},
        {altered_policy("0.95", "1.5"), "p.json: discount: expected a number in [0, 1], found 1.5"},
        {altered_policy("0.95", "\"0.95\""), "p.json: discount: expected a number, found \"0.95\""},
        {altered_policy("0.95", "NaN"), "p.json:1: column"},
        {altered_policy("\"horizon\":0", "\"horizon\":-1"),
         "p.json: horizon: expected a whole number from 0" + whole + "-1"},
        {altered_policy("\"horizon\":0", "\"horizon\":0.5"),
         "p.json: horizon: expected a whole number from 0" + whole + "0.5"},
        {altered_policy("\"horizon\":0", "\"horizon\":3"),
         "p.json: steps: expected 3, one for each step of the horizon, found 1"},
        {altered_policy("\"horizon\":0,", ""), "p.json: horizon: missing"},
        {altered_policy("\"reward\"", "\"costs\""),
         "p.json: values: expected \"reward\" or \"cost\", found \"costs\""},
        {altered_policy("\"reward\"", "true"), "p.json: values: expected \"reward\" or \"cost\", found true"},
        {altered_policy("\"values\":\"reward\",", ""), "p.json: values: missing"},
        {altered_policy("\"horizon\"", "\"Horizon\""), "p.json: Horizon: unknown key"},
        {altered_policy("[\"a\",\"b\",\"c\"]", "\"abc\""),
         "p.json: action_names: expected an array, found \"abc\""},
        {altered_policy("\"b\",", "7,"), "p.json: action_names[1]: expected a string, found 7"},
        {altered_policy("[{\"actions\":[2,0],\"vectors\":[[1.5,-2],[0,1e300]]}]", "[]"),
         "p.json: steps: expected 1 for an unlimited horizon, found 0"},
        {altered_policy("[{\"actions\":[2,0],\"vectors\":[[1.5,-2],[0,1e300]]}]", "[3]"),
         "p.json: steps[0]: expected an object, found 3"},
        {altered_policy("[{\"actions\":[2,0],\"vectors\":[[1.5,-2],[0,1e300]]}]", "{}"),
         "p.json: steps: expected an array, found an object"},
        {altered_policy("\"steps\":[{", "\"steps\":[{\"action\":1,"), "p.json: steps[0].action: unknown key"},
        {altered_policy("\"actions\":[2,0],", ""), "p.json: steps[0].actions: missing"},
        {altered_policy("[2,0]", "[2]"),
         "p.json: steps[0].actions: expected 2, one for each vector, found 1"},
        {altered_policy("[2,0]", "[2,3]"),
         "p.json: steps[0].actions[1]: expected a whole number from 0 to 2, found 3"},
        {altered_policy("[2,0]", "[-1,0]"),
         "p.json: steps[0].actions[0]: expected a whole number from 0 to 2, found -1"},
        {altered_policy(",\"vectors\":[[1.5,-2],[0,1e300]]", ""), "p.json: steps[0].vectors: missing"},
        {altered_policy("[[1.5,-2],[0,1e300]]", "[]"),
         "p.json: steps[0].vectors: expected at least one vector, found 0"},
        {altered_policy("[1.5,-2]", "1.5"), "p.json: steps[0].vectors[0]: expected an array, found 1.5"},
        {altered_policy("[1.5,-2]", "[1.5]"),
         "p.json: steps[0].vectors[0]: expected 2 values, one a state, found 1"},
        {altered_policy("[1.5,-2]", "[1.5,-2,0]"),
         "p.json: steps[0].vectors[0]: expected 2 values, one a state, found 3"},
        {altered_policy("-2]", "null]"), "p.json: steps[0].vectors[0][1]: expected a number, found null"},
        {altered_policy("-2]", "\"-2\"]"), "p.json: steps[0].vectors[0][1]: expected a number, found \"-2\""},
        {altered_policy("-2]", "-Infinity]"), "p.json:1: column"},
        {altered_policy("1e300", "1e309"), "p.json:1: not valid JSON"},
        {std::string(100000, '['), "p.json:1: nested deeper than 64 levels"},
    };
    for (const auto& [text, message] : cases) {
        const std::string found = pomdp_policy_error(text);
        INFO(text.substr(0, 300) << " gives " << found);
        CHECK(found.substr(0, message.size()) == message);
    }
    const files::Directory directory;
    const std::string missing = directory.path("none.json");
    CHECK_THROWS_WITH(automix::read_pomdp_policy(missing), StartsWith(missing + ": cannot be opened: "));
    CHECK_THROWS_WITH(automix::read_pomdp_policy(directory.path("")), ContainsSubstring("is a directory"));
}

TEST_CASE("a policy is read for a model of its sizes and discount only") {
    const auto model = [](const std::string& discount, const std::string& sizes) {
        return automix::parse_pomdp(
                   "discount: " + discount + "\nvalues: reward\n" + sizes + "T: * uniform\nO: * uniform\n",
                   "m")
            .model;
    };
    const std::string sizes = "states: 2\nactions: listen left right\nobservations: 2\n";
    const auto fitting = model("0.95", sizes);
    const PomdpPolicyProblem problem = automix::policy_problem(fitting);
    CHECK(problem.action_names == std::vector<std::string>{"listen", "left", "right"});
    const Policy policy(values_of({{2, {1.5, -2.0}}}));
    const files::Directory directory;
    const std::string path = directory.path("p.json");
    automix::write_pomdp_policy(path, policy, problem);
    check_same(automix::read_pomdp_policy(path, problem), policy);

    const auto refused = [&](const automix::pomdp::Model& other, const std::string& message) {
        CHECK_THROWS_WITH(automix::read_pomdp_policy(path, automix::policy_problem(other)),
                          StartsWith(path + ": " + message));
    };
    refused(model("0.95", "states: 3\nactions: 3\nobservations: 2\n"),
            "states: expected 3 as in the problem, found 2");
    refused(model("0.95", "states: 2\nactions: 4\nobservations: 2\n"),
            "actions: expected 4 as in the problem, found 3");
    refused(model("0.95", "states: 2\nactions: 3\nobservations: 1\n"),
            "observations: expected 1 as in the problem, found 2");
    refused(model("0.9500000000000001", sizes),
            "discount: expected 0.9500000000000001 as in the problem, found 0.95");
}

TEST_CASE("a policy for another problem of the same sizes is refused") {
    const std::string text =
        "discount: 0.95\nvalues: reward\nstates: 2\nactions: listen left right\nobservations: 2\n"
        "T: * uniform\nO: * uniform\nR: listen : * : * : * -1\n";
    const auto problem_of = [](const std::string& changed) {
        const automix::PomdpFile file = automix::parse_pomdp(changed, "m");
        return automix::policy_problem(file.model, file.costs);
    };
    const auto with = [&](const std::string& from, const std::string& to) {
        std::string changed = text;
        changed.replace(changed.find(from), from.size(), to);
        return problem_of(changed);
    };
    const PomdpPolicyProblem own = problem_of(text);
    const auto refused = [&](const PomdpPolicyProblem& other, const std::string& message) {
        CHECK_THROWS_AS(automix::require_same_problem(own, other, "p.json"), automix::DataError);
        CHECK_THROWS_WITH(automix::require_same_problem(own, other, "p.json"),
                          StartsWith("p.json: " + message));
    };
    CHECK_NOTHROW(automix::require_same_problem(own, own, "p.json"));
    CHECK_NOTHROW(automix::require_same_problem(own, with("states: 2", "states: dry wet"), "p.json"));
    CHECK_NOTHROW(automix::require_same_problem(own, with("T:", "start: 0.25 0.75\nT:"), "p.json"));
    refused(with("reward", "cost"), "values: expected cost as in the problem, found reward");
    refused(with("left right", "right left"),
            "action_names[1]: expected \"right\" as in the problem, found \"left\"");
    for (const auto& [from, to] :
         {std::pair("* -1", "* -2"), std::pair("T: * uniform", "T: * identity"),
          std::pair("O: * uniform", "O: * identity"), std::pair("R: listen", "R: *")}) {
        refused(with(from, to), "fingerprint: expected ");
    }
    // What a file does not say is not compared.
    PomdpPolicyProblem other = with("* -1", "* -2");
    other.fingerprint.reset();
    other.action_names.clear();
    CHECK_NOTHROW(automix::require_same_problem(own, other, "p.json"));
    PomdpPolicyProblem silent = own;
    silent.fingerprint.reset();
    silent.action_names.clear();
    CHECK_NOTHROW(automix::require_same_problem(silent, own, "p.json"));
}

TEST_CASE("fingerprints are written as they are read") {
    PomdpPolicyProblem problem = small_problem;
    problem.fingerprint = 0x00AB00000000CD01U;
    const Policy policy(values_of({{2, {1.5, -2.0}}}));
    const std::string text = to_pomdp_policy_text(policy, problem);
    CHECK_THAT(text, ContainsSubstring("\"fingerprint\":\"00ab00000000cd01\""));
    CHECK(automix::parse_pomdp_policy(text, "p.json").problem.fingerprint == problem.fingerprint);
    for (const std::string wrong : {"\"00AB00000000CD01\"", "\"ab00000000cd01\"", "\"\"", "7",
                                    "\"00ab00000000cd011\"", "\"00ab00000000cdxy\""}) {
        std::string changed = text;
        changed.replace(changed.find("\"00ab"), 18, wrong);
        CHECK_THROWS_WITH(
            automix::parse_pomdp_policy(changed, "p.json"),
            StartsWith("p.json: fingerprint: expected 16 hexadecimal digits in lower case, found " + wrong));
    }
}

TEST_CASE("a policy that no file can hold is not written, and the old file stays") {
    const files::Directory directory;
    const std::string path = directory.write("p.json", "old");
    const auto refused = [&](const Policy& policy, const std::string& message) {
        CHECK_THROWS_WITH(automix::write_pomdp_policy(path, policy, small_problem),
                          ContainsSubstring(message));
        CHECK_THROWS_AS(to_pomdp_policy_text(policy, small_problem), automix::ArgumentError);
    };
    refused(Policy(), "policy: empty");
    refused(Policy(values_of({{0, {1.0, 2.0, 3.0}}})), "expected vectors over 2 states, found 3");
    refused(Policy(values_of({{0, {1.0, 2.0}}, {3, {1.0, 2.0}}})),
            "vector 1: expected one of 3 actions, found 3");
    refused(Policy(values_of({{0, {1.0, std::numeric_limits<double>::infinity()}}})),
            "vector 0, state 1: expected a finite value, found inf");
    CHECK(files::read(path) == "old");
    CHECK_FALSE(std::filesystem::exists(path + ".tmp"));
}
