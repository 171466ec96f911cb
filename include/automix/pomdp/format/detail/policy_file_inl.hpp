// SPDX-License-Identifier: Apache-2.0
// Definitions of pomdp/format/policy_file.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/file/file.hpp>
#include <automix/file/file_replacement.hpp>
#include <automix/json/document_checks.hpp>
#include <automix/json/json_document.hpp>
#include <automix/pomdp/detail/fingerprint.hpp>
#include <automix/pomdp/format/policy_file.hpp>
#include <automix/pomdp/policy.hpp>
#include <automix/pomdp/value_function.hpp>

#include <Eigen/Core>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

AUTOMIX_INLINE void require_same_problem(const PomdpPolicyProblem& found, const PomdpPolicyProblem& expected,
                                         const std::string& name) {
    const auto require = [&](const std::string& field, bool same, const std::string& wanted,
                             const std::string& met) {
        if (same) return;
        throw DataError(Place{name, 0, field}, "expected " + wanted + " as in the problem, found " + met);
    };
    const auto require_number = [&](const char* field, auto met, auto wanted) {
        require(field, met == wanted, format_number(wanted), format_number(met));
    };
    require_number("states", found.states, expected.states);
    require_number("actions", found.actions, expected.actions);
    require_number("observations", found.observations, expected.observations);
    require_number("discount", found.discount, expected.discount);
    const auto sense = [](const PomdpPolicyProblem& problem) {
        return std::string(problem.costs ? "cost" : "reward");
    };
    require("values", found.costs == expected.costs, sense(expected), sense(found));
    const std::size_t names = std::min(found.action_names.size(), expected.action_names.size());
    for (std::size_t a = 0; a < names; ++a) {
        const std::string& met = found.action_names[a];
        const std::string& wanted = expected.action_names[a];
        require("action_names[" + std::to_string(a) + "]", met == wanted, in_quotes(wanted), in_quotes(met));
    }
    if (found.fingerprint && expected.fingerprint) {
        require("fingerprint", *found.fingerprint == *expected.fingerprint,
                hexadecimal(*expected.fingerprint),
                hexadecimal(*found.fingerprint) +
                    ": the policy is for other transitions, observations or rewards");
    }
}

}  // namespace automix

namespace automix::detail {

/// Returns the text of one step of a policy, one vector a line.
inline std::string policy_step_text(const pomdp::ValueFunction& values, const PomdpPolicyProblem& problem) {
    if (values.states() != problem.states) {
        throw ArgumentError("policy: expected vectors over " + std::to_string(problem.states) +
                            " states, found " + std::to_string(values.states()));
    }
    nlohmann::ordered_json actions = nlohmann::ordered_json::array();
    std::string vectors;
    for (int k = 0; k < values.size(); ++k) {
        const std::string where = "policy: vector " + std::to_string(k);
        if (values.action(k) < 0 || values.action(k) >= problem.actions) {
            throw ArgumentError(where + ": expected one of " + std::to_string(problem.actions) +
                                " actions, found " + std::to_string(values.action(k)));
        }
        actions.push_back(values.action(k));
        nlohmann::ordered_json vector = nlohmann::ordered_json::array();
        for (int s = 0; s < values.states(); ++s) {
            if (!std::isfinite(values.at(k, s))) {
                throw ArgumentError(where + ", state " + std::to_string(s) +
                                    ": expected a finite value, found " + format_number(values.at(k, s)));
            }
            vector.push_back(values.at(k, s));
        }
        vectors += (k == 0 ? "\n" : ",\n") + vector.dump();
    }
    return "{\"actions\":" + actions.dump() + ",\"vectors\":[" + vectors + "]}";
}

AUTOMIX_INLINE PomdpPolicyParser::PomdpPolicyParser(const nlohmann::json& json, const std::string& name)
    : DocumentChecks(name), json_(json) {}

AUTOMIX_INLINE PomdpPolicyFile PomdpPolicyParser::parse() const {
    require_keys(json_, "",
                 std::array{"schema", "states", "actions", "observations", "discount", "horizon", "values",
                            "action_names", "fingerprint", "steps"});
    require_schema(json_, "", pomdp_policy_schema);
    PomdpPolicyFile file;
    PomdpPolicyProblem& problem = file.problem;
    problem.states = whole(member(json_, "", "states"), "states", 1);
    problem.actions = whole(member(json_, "", "actions"), "actions", 1);
    problem.observations = whole(member(json_, "", "observations"), "observations", 1);
    problem.discount = finite(member(json_, "", "discount"), "discount");
    if (!(problem.discount >= 0.0 && problem.discount <= 1.0))
        fail("discount", "expected a number in [0, 1], found " + format_number(problem.discount));
    const int horizon = whole(member(json_, "", "horizon"), "horizon", 0);
    problem.costs = costs();
    problem.action_names = action_names(problem.actions);
    problem.fingerprint = fingerprint();
    std::vector<pomdp::ValueFunction> steps = all_steps(problem, horizon);
    file.policy = horizon > 0 ? pomdp::Policy(std::move(steps)) : pomdp::Policy(std::move(steps.front()));
    return file;
}

AUTOMIX_INLINE bool PomdpPolicyParser::costs() const {
    const nlohmann::json& values = member(json_, "", "values");
    if (values != "reward" && values != "cost")
        fail("values", R"(expected "reward" or "cost", found )" + shown(values));
    return values == "cost";
}

AUTOMIX_INLINE std::vector<std::string> PomdpPolicyParser::action_names(int actions) const {
    if (!json_.contains("action_names")) return {};
    const std::string field = "action_names";
    const nlohmann::json& names = list(json_.at(field), field, as_size(actions), ", one for each action");
    std::vector<std::string> texts;
    for (std::size_t a = 0; a < names.size(); ++a) {
        if (!names[a].is_string()) fail(element(field, a), "expected a string, found " + shown(names[a]));
        texts.push_back(names[a].get<std::string>());
    }
    return texts;
}

AUTOMIX_INLINE std::optional<std::uint64_t> PomdpPolicyParser::fingerprint() const {
    if (!json_.contains("fingerprint")) return std::nullopt;
    const nlohmann::json& given = json_.at("fingerprint");
    const auto word = parse_hexadecimal(given.is_string() ? given.get<std::string>() : std::string());
    if (!word) fail("fingerprint", "expected 16 hexadecimal digits in lower case, found " + shown(given));
    return word;
}

AUTOMIX_INLINE std::vector<pomdp::ValueFunction> PomdpPolicyParser::all_steps(
    const PomdpPolicyProblem& problem, int horizon) const {
    const nlohmann::json& given =
        list(member(json_, "", "steps"), "steps", as_size(std::max(1, horizon)),
             horizon > 0 ? ", one for each step of the horizon" : " for an unlimited horizon");
    std::vector<pomdp::ValueFunction> steps;
    for (std::size_t h = 0; h < given.size(); ++h)
        steps.push_back(step(given[h], element("steps", h), problem));
    return steps;
}

AUTOMIX_INLINE pomdp::ValueFunction PomdpPolicyParser::step(const nlohmann::json& json,
                                                            const std::string& field,
                                                            const PomdpPolicyProblem& problem) const {
    require_keys(json, field, std::array{"actions", "vectors"});
    const std::string of_vectors = inside(field, "vectors");
    const std::string of_actions = inside(field, "actions");
    const nlohmann::json& vectors = list(member(json, field, "vectors"), of_vectors, 0, " vector");
    const nlohmann::json& actions =
        list(member(json, field, "actions"), of_actions, vectors.size(), ", one for each vector");
    for (std::size_t k = 0; k < vectors.size(); ++k) {
        list(vectors[k], element(of_vectors, k), as_size(problem.states), " values, one a state");
    }
    pomdp::ValueFunction values(problem.states);
    pomdp::AlphaVector alpha{Eigen::VectorXd(problem.states), 0};
    for (std::size_t k = 0; k < vectors.size(); ++k) {
        alpha.action = whole(actions[k], element(of_actions, k), 0, problem.actions - 1);
        for (int s = 0; s < problem.states; ++s) {
            const nlohmann::json& value = vectors[k][as_size(s)];
            if (!value.is_number()) {
                fail(element(element(of_vectors, k), as_size(s)), "expected a number, found " + shown(value));
            }
            alpha.values(s) = value.get<double>();
        }
        values.add(alpha);
    }
    return values;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::string to_pomdp_policy_text(const pomdp::Policy& policy,
                                                const PomdpPolicyProblem& problem) {
    nlohmann::ordered_json head{{"schema", pomdp_policy_schema},
                                {"states", problem.states},
                                {"actions", problem.actions},
                                {"observations", problem.observations},
                                {"discount", problem.discount},
                                {"horizon", policy.horizon()},
                                {"values", problem.costs ? "cost" : "reward"}};
    if (!problem.action_names.empty()) head["action_names"] = problem.action_names;
    if (problem.fingerprint) head["fingerprint"] = hexadecimal(*problem.fingerprint);
    std::string text = head.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    text.back() = ',';
    text += "\n\"steps\":[\n";
    for (int step = 0; step < std::max(1, policy.horizon()); ++step) {
        if (step > 0) text += ",\n";
        text += detail::policy_step_text(policy.values(step), problem);
    }
    return text + "]}\n";
}

AUTOMIX_INLINE PomdpPolicyFile parse_pomdp_policy(std::string_view text, const std::string& name) {
    const nlohmann::json json = detail::parse_document(text, name);
    return detail::PomdpPolicyParser(json, name).parse();
}

AUTOMIX_INLINE PomdpPolicyFile read_pomdp_policy(const std::string& path) {
    return parse_pomdp_policy(detail::read_file(path), path);
}

AUTOMIX_INLINE pomdp::Policy read_pomdp_policy(const std::string& path, const PomdpPolicyProblem& problem) {
    PomdpPolicyFile file = read_pomdp_policy(path);
    require_same_problem(file.problem, problem, path);
    return std::move(file.policy);
}

AUTOMIX_INLINE void write_pomdp_policy(const std::string& path, const pomdp::Policy& policy,
                                       const PomdpPolicyProblem& problem) {
    detail::FileReplacement(path).commit(to_pomdp_policy_text(policy, problem));
}

}  // namespace automix
