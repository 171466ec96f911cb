// SPDX-License-Identifier: Apache-2.0
// Reads the files of the commands on POMDPs: the problem and the policy.
#pragma once

#include <automix/pomdp/format/reader.hpp>
#include <automix/pomdp/policy.hpp>

#include <string>
#include <string_view>

namespace automix::program {

/// Returns true if a policy file of that name is in .alpha style. Others are JSON.
bool is_alpha_file(std::string_view path);

/// Reads the file and writes what it corrects to standard error as warnings. Throws `DataError` if it is invalid.
PomdpFile read_problem(const std::string& path);

/// Reads the policy. Throws `DataError` for a file that is no policy for this problem.
pomdp::Policy read_policy(const std::string& path, const PomdpFile& problem);

}  // namespace automix::program
