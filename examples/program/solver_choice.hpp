// SPDX-License-Identifier: Apache-2.0
// Chooses a solver of the engine by its name. In a file of its own, as each solver is compiled for the models of files.
#pragma once

#include <automix/pomdp/model.hpp>
#include <automix/pomdp/solution.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace automix::program {

/// Holds the options of `automix solve` that the solvers read.
struct SolverChoice {
    std::string name = "sarsop";  ///< or pbvi, perseus, exact
    pomdp::StopOptions stop{};
    int horizon = 0;                      ///< steps that count; 0: all, discounted
    std::optional<std::uint64_t> seed{};  ///< of pbvi and perseus
    std::optional<int> beliefs{};         ///< of pbvi, perseus and exact; the solver's default if not given
};

/// Solves the model by the solver that is chosen.
pomdp::Solution solve(const pomdp::Model& model, const SolverChoice& choice);

}  // namespace automix::program
