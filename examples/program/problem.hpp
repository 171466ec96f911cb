// SPDX-License-Identifier: Apache-2.0
// What the commands on POMDPs share: the problem's file and the policy's file.
#pragma once

#include <automix/pomdp/format/reader.hpp>
#include <automix/pomdp/policy.hpp>

#include <string>
#include <string_view>

namespace automix::program {

/// Whether a policy file of that name is in .alpha style; others are JSON.
bool is_alpha_file(std::string_view path);

/// Reads the file; what was put right goes to standard error as warnings. Throws `DataError`.
PomdpFile read_problem(const std::string& path);

/// Throws `DataError` for a file that is no policy for this problem.
pomdp::Policy read_policy(const std::string& path, const PomdpFile& problem);

}  // namespace automix::program
