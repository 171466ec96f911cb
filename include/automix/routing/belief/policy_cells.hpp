// SPDX-License-Identifier: Apache-2.0
// The table of a policy for people: the action in each cell of evidence on its first model, as letters.
#pragma once

#include <automix/data/verification.hpp>
#include <automix/routing/belief/policy.hpp>

#include <string>
#include <vector>

namespace automix {

/// The cells of a policy for evidence on the first model alone.
struct PolicyCells {
    VerificationKind kind = VerificationKind::none;  ///< kind of the first model
    int draws = 0;                                   ///< maximum number of draws on its answer
    Index verifiers = 1;  ///< number of verifiers of the first model; with several there are no lines
    bool counts = false;  ///< a line for each number of draws, a letter for each count
    /// Letters in order of the count: `a` accept, `r` route to the last of two models, `rJ` route to model J, `v`
    /// verify once, `vM` verify M times. Without counts: the cell before any evidence, then one line by confidence.
    std::vector<std::string> lines{};
};

/// Returns the cells of a policy, at most `max_lines` lines. There are none if the policy is alpha vectors, or if it
/// asks the last model first.
[[nodiscard]] PolicyCells policy_cells(const RoutingPolicy& policy, int max_lines = 13);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/routing/belief/detail/policy_cells_inl.hpp>
#endif
