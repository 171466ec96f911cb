// SPDX-License-Identifier: Apache-2.0
#include "solver_choice.hpp"

#include <automix/pomdp/solvers/exact_solver.hpp>
#include <automix/pomdp/solvers/point_based.hpp>
#include <automix/pomdp/solvers/sarsop.hpp>

namespace automix::program {

pomdp::Solution solve(const pomdp::Model& model, const SolverChoice& choice) {
    if (choice.name == "sarsop") return pomdp::solve_sarsop(model, {choice.stop, choice.horizon});
    if (choice.name == "exact") {
        pomdp::ExactOptions exact{choice.stop, choice.horizon};
        exact.belief_limit = choice.beliefs.value_or(exact.belief_limit);
        return pomdp::solve_exact(model, exact);
    }
    pomdp::PointBasedOptions points{choice.stop, choice.horizon};
    points.beliefs = choice.beliefs.value_or(points.beliefs);
    points.seed = choice.seed.value_or(points.seed);
    return choice.name == "pbvi" ? pomdp::solve_pbvi(model, points) : pomdp::solve_perseus(model, points);
}

}  // namespace automix::program
