// SPDX-License-Identifier: Apache-2.0
#include "problem.hpp"

#include "command.hpp"

#include <automix/core/error.hpp>
#include <automix/pomdp/format/alpha_file.hpp>
#include <automix/pomdp/format/policy_file.hpp>

namespace automix::program {

bool is_alpha_file(std::string_view path) { return path.ends_with(".alpha"); }

PomdpFile read_problem(const std::string& path) {
    PomdpFile problem = read_pomdp(path);
    print_warnings(problem.notices);
    return problem;
}

pomdp::Policy read_policy(const std::string& path, const PomdpFile& problem) {
    const pomdp::Model& model = problem.model;
    if (is_alpha_file(path)) return pomdp::Policy(read_alpha(path, {model.states(), model.actions()}));
    return read_pomdp_policy(path, policy_problem(model, problem.costs));
}

}  // namespace automix::program
