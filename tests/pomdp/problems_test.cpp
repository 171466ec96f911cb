// SPDX-License-Identifier: Apache-2.0
// The field's standard problems: what SARSOP closed must be closed to within 1e-4 from both sides in less than a minute, and
// no bound may contradict a published one.
#include <automix/pomdp/format/reader.hpp>
#include <automix/pomdp/solution.hpp>
#include <automix/pomdp/solvers/sarsop.hpp>

#include <cmath>
#include <string>
#include <vector>

#include "pomdp/shared.hpp"
#include "support/catch.hpp"

using namespace automix::pomdp;

namespace {

/// Published bounds at the initial belief, to the printed digit.
struct Problem {
    const char* name;
    int states, actions, observations;
    double lower, upper;
    double digit = 0.0;  ///< half a unit of the last one printed
};

const std::vector<Problem> soon{
    {"tiger.95", 2, 3, 2, 19.3714, 19.3714, 5e-5},    {"tiger.aaai", 2, 3, 2, 1.93344, 1.93344, 5e-6},
    {"paint.95", 4, 4, 2, 3.2936, 3.2936, 5e-5},      {"parr95.95", 7, 3, 6, 7.20104, 7.20104, 5e-6},
    {"shuttle.95", 8, 3, 5, 32.8897, 32.8897, 5e-5},  {"cheese.95", 11, 4, 7, 3.48621, 3.48621, 5e-6},
    {"mini-hall2", 13, 3, 9, 2.71428, 2.71428, 5e-6}, {"RockSample_4_4", 257, 9, 2, 17.9245, 17.9245, 5e-5},
};
const std::vector<Problem> later_problems{
    {"1d", 4, 2, 2, 1.26034, 1.26034, 5e-6},
    {"4x3.95", 11, 4, 6, 1.88988, 1.88988, 5e-6},
};
const std::vector<Problem> open{
    {"network", 7, 4, 2, 293.185, 293.398, 5e-4},     {"tiger-grid", 36, 5, 17, 2.2622, 2.5283, 5e-5},
    {"hallway", 60, 5, 21, 0.9948, 1.2060, 5e-5},     {"hallway2", 92, 5, 17, 0.3680, 0.9029, 5e-5},
    {"tagavoid", 870, 5, 30, -6.1997, -2.0157, 5e-5},
};

Solution solve(const Problem& problem, const std::string& path, double gap, double seconds) {
    const automix::PomdpFile file = automix::read_pomdp(path);
    CHECK(file.model.states() == problem.states);
    CHECK(file.model.actions() == problem.actions);
    CHECK(file.model.observations() == problem.observations);
    SarsopOptions options;
    options.stop.gap = gap;
    options.stop.time_limit = seconds;
    return solve_sarsop(file.model, options);
}

void check_closed(const std::vector<Problem>& problems) {
    for (const Problem& problem : problems) {
        const std::string path = shared::file(std::string(problem.name) + ".pomdp");
        if (path.empty()) continue;
        CAPTURE(problem.name);
        const double value = problem.lower;
        const Solution solution = solve(problem, path, 5e-5 * std::abs(value), 60.0);
        CHECK(solution.stopped == Stopped::gap);
        CHECK(solution.seconds < 60.0);
        CHECK(std::abs(solution.lower - value) <= 1e-4 * std::abs(value));
        CHECK(std::abs(solution.upper - value) <= 1e-4 * std::abs(value));
        CHECK(solution.lower <= value + problem.digit);
        CHECK(solution.upper >= value - problem.digit);
    }
}

void check_consistent(const std::vector<Problem>& problems, double seconds) {
    for (const Problem& problem : problems) {
        const std::string path = shared::file(std::string(problem.name) + ".pomdp");
        if (path.empty()) continue;
        CAPTURE(problem.name);
        const Solution solution = solve(problem, path, 1e-3, seconds);
        CHECK(solution.lower <= solution.upper);
        CHECK(solution.lower <= problem.upper + problem.digit);
        CHECK(solution.upper >= problem.lower - problem.digit);
    }
}

}  // namespace

TEST_CASE("standard problems that close in a moment have the published values") { check_closed(soon); }

TEST_CASE("standard problems that close later have the published values", "[property]") {
    check_closed(later_problems);
}

TEST_CASE("the first bounds on standard problems that stay open contradict no published ones", "[property]") {
    check_consistent(open, 0.2);
}

TEST_CASE("bounds on standard problems that stay open contradict no published ones", "[property]") {
    check_consistent(open, 2.0);
}
