// SPDX-License-Identifier: Apache-2.0
// Policies of POMDPs as files:
//     {"schema":"automix-pomdp-policy/1","states":..,"actions":..,"observations":..,"discount":..,"horizon":0 or steps,
//      "values":"reward" or "cost","action_names":[..],"fingerprint":"16 hexadecimal digits",
//      "steps":[{"actions":[..],"vectors":[[one value a state],..]},..]}
// `action_names` and `fingerprint`, which tells the problem's tables, may be left out. An unlimited horizon (0) has one
// step, a finite one as many as it says, the first step's first. Vectors are rewards to maximise, whatever `values` says:
// with "cost" they are negated costs of the problem's own file. A policy survives to the bit. Linear in the number of values.
#pragma once

#include <automix/file/file_replacement.hpp>
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

namespace detail {

/// Sixteen digits.
std::string hexadecimal(std::uint64_t word);

}  // namespace detail

/// The problem that a policy is for.
struct PomdpPolicyProblem {
    int states = 0;
    int actions = 0;
    int observations = 0;
    double discount = 0.0;
    bool costs = false;                          ///< the problem's file gives costs
    std::vector<std::string> action_names{};     ///< empty: the numbers serve
    std::optional<std::uint64_t> fingerprint{};  ///< of the model; nothing: not known
};

struct PomdpPolicyFile {
    pomdp::Policy policy{};
    PomdpPolicyProblem problem{};
};

/// What a policy file says of a model, with the names of its actions where it has them as `Model` does.
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

/// Throws `DataError` with file and field where a policy, which messages call `name`, is `found` to be for another problem
/// than `expected`: for other sizes, another discount or sense of values, other names of actions or other tables. Names and
/// fingerprints are compared where both have them.
void require_same_problem(const PomdpPolicyProblem& found, const PomdpPolicyProblem& expected,
                          const std::string& name);

namespace detail {

/// Takes a policy file apart.
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

/// The text of a policy file. Throws `ArgumentError` for a policy that is empty, does not fit the problem, or has values
/// that are not finite. In names, bytes that are not UTF-8 are replaced.
[[nodiscard]] std::string to_pomdp_policy_text(const pomdp::Policy& policy,
                                               const PomdpPolicyProblem& problem);

/// A policy from the text of its file, which messages call `name`. Throws `DataError` naming file and field for whatever is
/// wrong, unknown keys and another version among it.
[[nodiscard]] PomdpPolicyFile parse_pomdp_policy(std::string_view text, const std::string& name);

/// Throws as `parse_pomdp_policy`, and where the file cannot be read.
[[nodiscard]] PomdpPolicyFile read_pomdp_policy(const std::string& path);

/// A policy for this problem, as `policy_problem` gives it of a model. Throws also where the file's is for another one (see
/// `require_same_problem`).
[[nodiscard]] pomdp::Policy read_pomdp_policy(const std::string& path, const PomdpPolicyProblem& problem);

/// Replaces the file. Throws as `to_pomdp_policy_text`, and `DataError` where the file cannot be written.
void write_pomdp_policy(const std::string& path, const pomdp::Policy& policy,
                        const PomdpPolicyProblem& problem);

/// A policy file that will be written: whether it can be is found out before the work that fills it.
class PomdpPolicyOutput {
 public:
    /// Leaves a file that exists as it is. Throws `DataError` if the path cannot be written to.
    explicit PomdpPolicyOutput(const std::string& path) : file_(path) {}

    /// Replaces the file, once, by a text of `to_pomdp_policy_text` or `to_alpha_text`. Throws `DataError` if that fails.
    void write(std::string_view text) { file_.commit(text); }

 private:
    detail::FileReplacement file_;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/pomdp/format/detail/policy_file_inl.hpp>
#endif
