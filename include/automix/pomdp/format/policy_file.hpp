// SPDX-License-Identifier: Apache-2.0
// Policies of POMDPs as files:
//     {"schema":"automix-pomdp-policy/1","states":..,"actions":..,"observations":..,"discount":..,"horizon":0 or steps,
//      "values":"reward" or "cost","action_names":[..],"fingerprint":"16 hexadecimal digits",
//      "steps":[{"actions":[..],"vectors":[[one value a state],..]},..]}
// `action_names` and `fingerprint`, which identifies the problem's tables, may be left out. An unlimited horizon (0)
// has one step. A finite horizon has as many steps as its number says, in their order. Vectors are rewards to maximise,
// whatever `values` says: with "cost" they are negated costs of the problem's own file. A policy survives to the bit.
// Linear in the number of values.
#pragma once

#include <automix/file/content_kind.hpp>
#include <automix/file/file_replacement.hpp>
#include <automix/file/replaceable.hpp>
#include <automix/json/document_checks.hpp>
#include <automix/pomdp/detail/fingerprint.hpp>
#include <automix/pomdp/policy.hpp>
#include <automix/pomdp/pomdp_model.hpp>
#include <automix/pomdp/value_function.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

inline constexpr std::string_view pomdp_policy_schema = "automix-pomdp-policy/1";

/// The problem that a policy is for.
struct PomdpPolicyProblem {
    int states = 0;
    int actions = 0;
    int observations = 0;
    double discount = 0.0;
    bool costs = false;                          ///< the problem's file gives costs
    std::vector<std::string> action_names{};     ///< empty: the numbers serve
    std::optional<std::uint64_t> fingerprint{};  ///< fingerprint of the model; empty if not known
};

struct PomdpPolicyFile {
    pomdp::Policy policy{};
    PomdpPolicyProblem problem{};
};

/// Returns the problem that a policy file describes for a model, with action names if the model has them as `Model`
/// does.
template <pomdp::pomdp_model M>
[[nodiscard]] PomdpPolicyProblem policy_problem(const M& model, bool costs = false) {
    PomdpPolicyProblem problem;
    problem.states = model.states();
    problem.actions = model.actions();
    problem.observations = model.observations();
    problem.discount = model.discount();
    problem.costs = costs;
    problem.fingerprint = pomdp::detail::fingerprint(model);
    if constexpr (requires { model.tables().names.actions; })
        problem.action_names = model.tables().names.actions;
    return problem;
}

/// Throws `DataError` with file and field if a policy is for another problem than `expected`. Messages call the policy
/// `name`, and `found` is its problem. Problems differ in sizes, discount, sense of values, names of actions or tables.
/// Names and fingerprints are compared if both have them.
void require_same_problem(const PomdpPolicyProblem& found, const PomdpPolicyProblem& expected,
                          const std::string& name);

namespace detail {

/// The parser of policy files.
class PomdpPolicyParser : DocumentChecks {
 public:
    PomdpPolicyParser(const nlohmann::json& json, const std::string& name);

    PomdpPolicyFile parse() const;

 private:
    bool costs() const;

    std::vector<std::string> action_names(int actions) const;

    std::optional<std::uint64_t> fingerprint() const;

    std::vector<pomdp::ValueFunction> all_steps(const PomdpPolicyProblem& problem, int horizon) const;

    pomdp::ValueFunction step(const nlohmann::json& json, const std::string& field,
                              const PomdpPolicyProblem& problem) const;

    const nlohmann::json& json_;
};

}  // namespace detail

/// Returns the text of a policy file. Throws `ArgumentError` for a policy that is empty, does not fit the problem, or
/// has values that are not finite. In names, bytes that are not UTF-8 are replaced.
[[nodiscard]] std::string to_pomdp_policy_text(const pomdp::Policy& policy,
                                               const PomdpPolicyProblem& problem);

/// Returns the policy in the text of its file, which messages call `name`. Throws `DataError` naming file and field for
/// any error, including unknown keys and another version.
[[nodiscard]] PomdpPolicyFile parse_pomdp_policy(std::string_view text, const std::string& name);

/// Returns the policy in a file. Throws as `parse_pomdp_policy`, and if the file cannot be read.
[[nodiscard]] PomdpPolicyFile read_pomdp_policy(const std::string& path);

/// Returns a policy for this problem, which `policy_problem` makes from a model. Throws also if the file's policy is
/// for another problem (see `require_same_problem`).
[[nodiscard]] pomdp::Policy read_pomdp_policy(const std::string& path, const PomdpPolicyProblem& problem);

/// Replaces the file. Throws as `to_pomdp_policy_text`, and `DataError` if the file cannot be written.
void write_pomdp_policy(const std::string& path, const pomdp::Policy& policy,
                        const PomdpPolicyProblem& problem);

/// A policy file to write. It fails before the work that fills it if it cannot be written.
class PomdpPolicyOutput {
 public:
    /// Checks the path and leaves an existing file as it is. Throws `DataError` if the path cannot be written to, and for
    /// a file of another kind, such as a problem.
    explicit PomdpPolicyOutput(const std::string& path)
        : file_(detail::require_replaceable(path, detail::ContentKind::pomdp_policy)) {}

    /// Replaces the file, once, by a text of `to_pomdp_policy_text` or `to_alpha_text`. Throws `DataError` if that
    /// fails.
    void write(std::string_view text) { file_.commit(text); }

 private:
    detail::FileReplacement file_;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/pomdp/format/detail/policy_file_inl.hpp>
#endif
