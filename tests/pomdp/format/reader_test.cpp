// SPDX-License-Identifier: Apache-2.0
// The reader of .pomdp files: a table of good texts with the numbers worked out by hand, the field's standard
// problems where they can be had, and expectations of rewards against the sum written out.
#include <automix/core/random.hpp>
#include <automix/pomdp/format/reader.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "pomdp/format/pomdp_texts.hpp"
#include "support/catch.hpp"

namespace {

using automix::parse_pomdp;
using automix::PomdpFile;
using texts::plain;
using texts::preamble;
using texts::spread;
using Numbers = std::vector<double>;

Numbers transitions(const PomdpFile& file, int action) {
    Numbers numbers;
    for (int s = 0; s < file.model.states(); ++s) {
        Numbers row(static_cast<std::size_t>(file.model.states()), 0.0);
        file.model.for_each_successor(s, action,
                                      [&](int next, double p) { row[static_cast<std::size_t>(next)] = p; });
        numbers.insert(numbers.end(), row.begin(), row.end());
    }
    return numbers;
}

Numbers observations(const PomdpFile& file, int action) {
    Numbers numbers;
    for (int s = 0; s < file.model.states(); ++s) {
        Numbers row(static_cast<std::size_t>(file.model.observations()), 0.0);
        file.model.for_each_observation(action, s,
                                        [&](int o, double p) { row[static_cast<std::size_t>(o)] = p; });
        numbers.insert(numbers.end(), row.begin(), row.end());
    }
    return numbers;
}

/// State by state, for each the actions.
Numbers rewards(const PomdpFile& file) {
    Numbers numbers;
    for (int s = 0; s < file.model.states(); ++s) {
        for (int a = 0; a < file.model.actions(); ++a) numbers.push_back(file.model.reward(s, a));
    }
    return numbers;
}

Numbers start(const PomdpFile& file) {
    const Eigen::VectorXd dense = file.model.start().dense(file.model.states());
    return {dense.begin(), dense.end()};
}

/// The number of notices but the one on a file without rewards.
double corrections(const PomdpFile& file) {
    return double(std::count_if(file.notices.begin(), file.notices.end(), [](const std::string& notice) {
        return notice.find(": R: no line") == std::string::npos;
    }));
}

Numbers sizes(const PomdpFile& file) {
    return {double(file.model.states()), double(file.model.actions()), double(file.model.observations()),
            file.model.discount(),       file.costs ? 1.0 : 0.0,       corrections(file)};
}

Numbers t0(const PomdpFile& file) { return transitions(file, 0); }
Numbers t1(const PomdpFile& file) { return transitions(file, 1); }
Numbers o0(const PomdpFile& file) { return observations(file, 0); }
Numbers o1(const PomdpFile& file) { return observations(file, 1); }

struct Good {
    std::string name;
    std::string text;
    std::function<Numbers(const PomdpFile&)> look;
    Numbers expected;
};

std::vector<Good> good_preambles() {
    const std::string counts = "states: 2\nactions: 2\nobservations: 2\n";
    const std::string tables = "T: * identity\nO: * uniform\n";
    const std::string rest = "discount: 1\nvalues: cost\n";
    return {
        {"names", plain, sizes, {2, 2, 2, 0.5, 0, 0}},
        {"counts, another order, discount 1, costs", counts + rest + tables, sizes, {2, 2, 2, 1, 1, 0}},
        {"everything in one line",
         "values:reward discount:.25 states:3 actions:1 observations:1 T:*uniform O:0:*:0 1.",
         sizes,
         {3, 1, 1, 0.25, 0, 0}},
        {"lists over lines, comments within",
         "discount\n:\n0.75 # no\nvalues: reward\nstates:\na #first: 3\nb\n\nc actions: #none\n "
         "x\nobservations: p\nq\n"
         "r s\n" +
             tables,
         sizes,
         {3, 1, 4, 0.75, 0, 0}},
        {"discount and values last", counts + tables + rest, sizes, {2, 2, 2, 1, 1, 0}},
        {"Windows line ends, tabs, no line end at the end",
         "discount:\t5e-1\r\nvalues: reward\r\n" + counts + "T: * identity\r\nO: * uniform",
         sizes,
         {2, 2, 2, 0.5, 0, 0}},
        {"a byte order mark", "\xEF\xBB\xBF" + plain, sizes, {2, 2, 2, 0.5, 0, 0}},
        {"names that are words of the format",
         rest + "states: T start\nactions: states R\nobservations: O discount\nT: R : T : start 1\nT: R : "
                "start : T 1\n"
                "T: states identity\nO: * uniform\n",
         t1,
         {0, 1, 1, 0}},
        {"names with signs and other alphabets within",
         rest + "states: s_1-2.x+ \xC3\xA9t\xC3\xA9\nactions: 1\nobservations: 1\nT: * : s_1-2.x+ : "
                "\xC3\xA9t\xC3\xA9 1\n"
                "T: * : \xC3\xA9t\xC3\xA9 : 0 1\nO: * uniform\n",
         t0,
         {0, 1, 1, 0}},
    };
}

std::vector<Good> good_starts() {
    const std::string three = "discount: 0.5\nvalues: reward\nstates: a b c\nactions: 1\nobservations: 1\n";
    const std::string tables = "T: 0 identity\nO: 0 uniform\n";
    const std::string one =
        "discount: 0.5\nvalues: reward\nstates: 1\nactions: 1\nobservations: 1\nT:* uniform O:* uniform ";
    const double third = 1.0 / 3.0;
    return {
        {"no start", three + tables, start, {third, third, third}},
        {"uniform", three + "start: uniform\n" + tables, start, {third, third, third}},
        {"a row over lines", three + "start:\n0.25\n0.25 # half\n.5\n" + tables, start, {0.25, 0.25, 0.5}},
        {"a row of whole numbers", three + "start: 0 1 0\n" + tables, start, {0, 1, 0}},
        {"a state's name", three + "start: b\n" + tables, start, {0, 1, 0}},
        {"a state's number", three + "start: 2\n" + tables, start, {0, 0, 1}},
        {"a state's number at the end of the file", three + tables + "start: 1", start, {0, 1, 0}},
        {"include", three + "start include: a 2\n" + tables, start, {0.5, 0, 0.5}},
        {"include, one twice", three + "start include: a a\n" + tables, start, {1, 0, 0}},
        {"exclude", three + "start exclude : b\n" + tables, start, {0.5, 0, 0.5}},
        {"before the actions",
         "states: 2 start: 1 0\ndiscount: 1 values: reward actions: 1 observations: 1\n" + tables,
         start,
         {1, 0}},
        {"one state, its probability", one + "start: 1", start, {1}},
        {"one state, its number", one + "start: 0", start, {1}},
        {"a row off 1, scaled",
         three + "start: 0.333333 0.333333 0.333333\n" + tables,
         start,
         {third, third, third}},
        {"a row off 1 by rounding, kept",
         three + "start: 0.3 0.3 0.4000000001\n" + tables,
         start,
         {0.3, 0.3, 0.4000000001}},
    };
}

std::vector<Good> good_tables() {
    const std::string o = "O: * uniform\n";
    const std::string t = "T: * uniform\n";
    const std::string six = "discount: 0.5\nvalues: reward\nstates: 2\nactions: 1\nobservations: 3\n";
    return {
        {"T entry by entry",
         preamble + o + "T: y identity\nT: x : a : b 0.25\nT: x : a : a 0.75\nT:x:b:b\n1\n",
         t0,
         {0.75, 0.25, 0, 1}},
        {"T by numbers", preamble + o + "T: 1 identity\nT: 0 : 0 : 1 1\nT: 0 : 1 : 0 1\n", t0, {0, 1, 1, 0}},
        {"T row", preamble + o + "T: * identity\nT: x : b\n0.25 0.75\n", t0, {1, 0, 0.25, 0.75}},
        {"T row in the same line",
         preamble + o + "T: * identity\nT: x : b 0.25 0.75",
         t0,
         {1, 0, 0.25, 0.75}},
        {"T row uniform", preamble + o + "T: * identity\nT: x : b uniform\n", t0, {1, 0, 0.5, 0.5}},
        {"T row reset",
         preamble + "start: 0.75 0.25\n" + o + "T: * identity\nT: x : b\nreset\n",
         t0,
         {1, 0, 0.75, 0.25}},
        {"T row reset, start later",
         preamble + o + "T: * identity\nT: x : b reset\nstart: b",
         t0,
         {1, 0, 0, 1}},
        {"T matrix", preamble + o + "T: *\n0.25 0.75\n+1 0\n", t1, {0.25, 0.75, 1, 0}},
        {"T matrix with its numbers in one line",
         preamble + o + "T: y 1 0 0 1 T: x 2.5e-1 75e-2 0 1",
         t0,
         {0.25, 0.75, 0, 1}},
        {"T identity", preamble + o + "T: x\nidentity\nT: y uniform", t0, {1, 0, 0, 1}},
        {"T uniform", preamble + o + "T: x\nidentity\nT: y uniform", t1, {0.5, 0.5, 0.5, 0.5}},
        {"T wildcard of states", preamble + o + "T: * : * : b 1\n", t1, {0, 1, 0, 1}},
        {"T wildcard of successors", preamble + o + "T: * : * : * 0.5\n", t1, {0.5, 0.5, 0.5, 0.5}},
        {"T wildcards zeroed, then set",
         preamble + o + t + "T: * : * : * 0.0\nT: * : a : b 1\nT: * : b : b 1\n",
         t1,
         {0, 1, 0, 1}},
        {"T a later entry overrides",
         preamble + o + "T: * identity\nT: x : a : a 0.25\nT: x : a : b 0.75\n",
         t0,
         {0.25, 0.75, 0, 1}},
        {"T an entry twice", preamble + o + "T: * identity T: x : a : a 0 T: x : a : a 1", t0, {1, 0, 0, 1}},
        {"T a later row overrides entries",
         preamble + o + "T: x : a : a 1\nT: * : a 0 1\nT: * : b 1 0\n",
         t0,
         {0, 1, 1, 0}},
        {"T a later wildcard overrides a name",
         preamble + o + "T: x 0 1 0 1\nT: * identity\n",
         t0,
         {1, 0, 0, 1}},
        {"T a name overrides an earlier wildcard",
         preamble + o + "T: * identity\nT: x : * : a 1 T: x : b : b 0",
         t0,
         {1, 0, 1, 0}},
        {"T buckets in turn",
         preamble + o +
             "T: x uniform\nT: * : a 1 0\nT: x : a : a 0\nT: * : * : b 1 T: * : b : a 0 T: y identity",
         t0,
         {0, 1, 0, 1}},
        {"O entry by entry", plain + "O: x : a : p 0.125 O: x : a : q 0.875", o0, {0.125, 0.875, 0.5, 0.5}},
        {"O row", plain + "O: x : b 0.125 0.875", o0, {0.5, 0.5, 0.125, 0.875}},
        {"O row uniform", plain + "O: x\n1 0 0 1 O: x : b uniform", o0, {1, 0, 0.5, 0.5}},
        {"O matrix for all actions", plain + "O: * 0.125 0.875 1 0", o1, {0.125, 0.875, 1, 0}},
        {"O identity", plain + "O: y identity", o1, {1, 0, 0, 1}},
        {"O wildcard of states", plain + "O: y : * : p 1\nO: y : * : q 0\n", o1, {1, 0, 1, 0}},
        {"O wildcard of observations",
         six + "T: * identity O: * : 0 : * 0.25 O: 0 : 0 : 2 0.5 O: 0 : 1 1 0 0",
         o0,
         {0.25, 0.25, 0.5, 1, 0, 0}},
        {"O not square", six + "T: * identity\nO: *\n0.5 0.25 0.25\n0 0 1\n", o0, {0.5, 0.25, 0.25, 0, 0, 1}},
        {"a row off 1, scaled",
         preamble + o + "T: *\n0.499999 0.499999 0.333333 0.666664\n",
         t0,
         {0.5, 0.5, 0.333333 / 0.999997, 0.666664 / 0.999997}},
    };
}

std::vector<Good> good_rewards() {
    const std::string cost =
        "discount: 0.5\nvalues: cost\nstates: a b\nactions: x y\nobservations: p q\nT: * identity\nO: * "
        "uniform\n";
    return {
        {"none", plain, rewards, {0, 0, 0, 0}},
        {"of action and state", plain + "R: x : b : * : * -2.5\n", rewards, {0, 0, -2.5, 0}},
        {"value in the next line", plain + "R: x : b : * : *\n\n  3\n", rewards, {0, 0, 3, 0}},
        {"a sign apart", plain + "R: x : b : * : * - 3 R: y : b : * : * + 4", rewards, {0, 0, -3, 4}},
        {"wildcards everywhere", plain + "R: * : * : * : * 1e-3", rewards, {1e-3, 1e-3, 1e-3, 1e-3}},
        {"costs", cost + "R: x : b : * : * 2\nR: y : * : * : * -1", rewards, {0, 1, -2, 1}},
        // Successors b and c with 0.5 each: 0.5 * 4 = 2.
        {"of a successor", spread + "R: x : * : c : * 4", rewards, {2, 0, 2, 0, 2, 0}},
        // Observation p in b has 0.5, in c 1: 0.5 * 0.5 * 8 + 0.5 * 1 * 8 = 6.
        {"of an observation", spread + "R: x : a : * : p 8", rewards, {6, 0, 0, 0, 0, 0}},
        // The two do not overwrite each other: 0.75 * 8 + 0.25 * 4 = 7.
        {"of two observations",
         spread + "R: x : a : * : p 8 R: x : a : * : q 4",
         rewards,
         {7, 0, 0, 0, 0, 0}},
        // Successor b, observation q: 0.5 * 0.5 * 4 = 1.
        {"of successor and observation", spread + "R: * : a : b : q 4", rewards, {1, 1, 0, 0, 0, 0}},
        // -1 but for (c, p), which has 0.5: 0.5 * -1 + 0.5 * 9 = 4.
        {"an exception from a default",
         spread + "R: * : * : * : * -1\nR: x : c : c : p 9",
         rewards,
         {-1, -1, -1, -1, 4, -1}},
        {"a default after the exception",
         spread + "R: x : c : c : p 9\nR: * : * : * : * -1",
         rewards,
         {-1, -1, -1, -1, -1, -1}},
        // (b, p) 2, then all of b 4, so p in b is 4 as well: 0.5 * 4 = 2.
        {"a successor after its observation",
         spread + "R: x : a : b : p 2 R: x : a : b : * 4",
         rewards,
         {2, 0, 0, 0, 0, 0}},
        // All of b 4, then p everywhere 8: 0.5 * (0.5 * 8 + 0.5 * 4) + 0.5 * 8 = 7.
        {"an observation after a successor",
         spread + "R: x : a : b : * 4 R: x : a : * : p 8",
         rewards,
         {7, 0, 0, 0, 0, 0}},
        // p everywhere 8, then all of b 4: 0.5 * 4 + 0.5 * 8 = 6.
        {"a successor after an observation",
         spread + "R: x : a : * : p 8 R: x : a : b : * 4",
         rewards,
         {6, 0, 0, 0, 0, 0}},
        // Row of (x, a, b): p 2, q 6: 0.5 * (0.5 * 2 + 0.5 * 6) = 2.
        {"a row", spread + "R: x : a : b\n2 6\n", rewards, {2, 0, 0, 0, 0, 0}},
        // Row for every successor: 0.75 * 2 + 0.25 * 6 = 3.
        {"a row for all successors", spread + "R: x : a : * 2 6", rewards, {3, 0, 0, 0, 0, 0}},
        // Rows are the successors a, b, c: 0.5 * (0.5 * 3 + 0.5 * 5) + 0.5 * 7 = 5.5; a is not reached.
        {"a matrix", spread + "R: y : c\n100 100\n3 5\n7 100\n", rewards, {0, 0, 0, 0, 0, 5.5}},
        {"a matrix for all", spread + "R: * : * 100 100 3 5 7 100", rewards, {5.5, 5.5, 5.5, 5.5, 5.5, 5.5}},
        {"a zero overrides", spread + "R: * : * : * : * 3\nR: x : a : * : * 0", rewards, {0, 3, 3, 3, 3, 3}},
        // Before T and O are known.
        {"before the tables",
         preamble + "R: x : a : b : q 16\nT: * uniform\nO: * : * 0.75 0.25\n",
         rewards,
         {2, 0, 0, 0}},
    };
}

void check_good(const std::vector<Good>& cases) {
    for (const Good& good : cases) {
        INFO(good.name);
        Numbers found;
        REQUIRE_NOTHROW(found = good.look(parse_pomdp(good.text, "file")));
        REQUIRE(found.size() == good.expected.size());
        for (std::size_t i = 0; i < found.size(); ++i) {
            INFO("number " << i);
            CHECK(std::abs(found[i] - good.expected[i]) <= 1e-15 * std::max(1.0, std::abs(good.expected[i])));
        }
    }
}

}  // namespace

TEST_CASE("pomdp_reader: good texts and their numbers", "[pomdp_reader]") {
    check_good(good_preambles());
    check_good(good_starts());
    check_good(good_tables());
    check_good(good_rewards());
}

TEST_CASE("pomdp_reader: names are kept, numbers get none", "[pomdp_reader]") {
    const PomdpFile named = parse_pomdp(plain, "file");
    CHECK(named.model.state_name(1) == "b");
    CHECK(named.model.action_name(0) == "x");
    CHECK(named.model.observation_name(1) == "q");
    const PomdpFile counted = parse_pomdp(
        "discount: 1 values: reward states: 2 actions: 1 observations: 1 T: * identity O: * uniform", "file");
    CHECK(counted.model.tables().names.states.empty());
    CHECK(counted.model.state_name(1) == "1");
}

TEST_CASE("pomdp_reader: rows put right are told once a table", "[pomdp_reader]") {
    const std::string text = preamble +
                             "start: 0.500005 0.5\nT: x identity\nT: y\n0.333333 0.666666\n0.49999 0.5\n"
                             "O: *\n0.5 0.5\n0.500001 0.5\n";
    const PomdpFile file = parse_pomdp(text, "maze.pomdp");
    REQUIRE(file.notices.size() == 4);
    CHECK(corrections(file) == 3.0);
    CHECK(file.notices[0] == "maze.pomdp: start: 1 row scaled to the sum 1, off by up to 0.000005000");
    CHECK(file.notices[1] == "maze.pomdp: T: 2 rows scaled to the sum 1, off by up to 0.000010000");
    CHECK(file.notices[2] == "maze.pomdp: O: 2 rows scaled to the sum 1, off by up to 0.000001000");
}

TEST_CASE("pomdp_reader: the mean of rewards is the sum written out", "[pomdp_reader]") {
    // Rules drawn at random, the wildcard in any place, applied in turn to a table of all (a, s, s', o).
    constexpr int states = 3;
    constexpr int actions = 2;
    constexpr int observed = 3;
    automix::Random random(11);
    const auto numbers = [&](int limit) {
        const auto drawn = static_cast<int>(random.index(static_cast<std::uint64_t>(limit) + 1));
        return drawn == limit ? std::pair(0, limit) : std::pair(drawn, drawn + 1);
    };
    const auto text_of = [](std::pair<int, int> range, int limit) {
        return range.second - range.first == limit ? std::string("*") : std::to_string(range.first);
    };
    for (int round = 0; round < 200; ++round) {
        std::string text = "discount: 0.5\nvalues: reward\nstates: 3\nactions: 2\nobservations: 3\n";
        text += "T: *\n0.5 0.25 0.25\n0 0.125 0.875\n1 0 0\nO: *\n0.25 0.25 0.5\n0.75 0 0.25\n0 0.5 0.5\n";
        Numbers table(actions * states * states * observed, 0.0);
        for (int rule = 0; rule < 12; ++rule) {
            const auto a = numbers(actions);
            const auto s = numbers(states);
            const auto next = numbers(states);
            const auto o = numbers(observed);
            const int value = static_cast<int>(random.index(201)) - 100;
            text += "R: " + text_of(a, actions) + " : " + text_of(s, states) + " : " + text_of(next, states) +
                    " : " + text_of(o, observed) + ' ' + std::to_string(value) + '\n';
            for (int i = a.first; i < a.second; ++i) {
                for (int j = s.first; j < s.second; ++j) {
                    for (int k = next.first; k < next.second; ++k) {
                        for (int l = o.first; l < o.second; ++l) {
                            table[static_cast<std::size_t>(((i * states + j) * states + k) * observed + l)] =
                                value;
                        }
                    }
                }
            }
        }
        INFO(text);
        const PomdpFile file = parse_pomdp(text, "file");
        const auto expected = automix::pomdp::expected_rewards(
            file.model.tables().transitions, file.model.tables().observations,
            [&](int s, int a, int next, int o) {
                return table[static_cast<std::size_t>(((a * states + s) * states + next) * observed + o)];
            });
        CHECK((expected - file.model.tables().rewards).cwiseAbs().maxCoeff() <= 1e-12);
    }
}

TEST_CASE("pomdp_reader: the field's standard problems", "[pomdp_reader]") {
    const std::string folder = std::string(AUTOMIX_SHARED_DIR) + "/pomdp/";
    if (!std::filesystem::exists(folder)) {
        std::cout << "skipped: no problems at " << folder << '\n';
        return;
    }
    struct Problem {
        std::string name;
        Numbers sizes;
    };
    const std::vector<Problem> problems = {
        {"tiger.95", {2, 3, 2, 0.95, 0, 0}},     {"tiger.aaai", {2, 3, 2, 0.75, 0, 0}},
        {"1d", {4, 2, 2, 0.75, 0, 1}},           {"paint.95", {4, 4, 2, 0.95, 0, 0}},
        {"network", {7, 4, 2, 0.95, 0, 0}},      {"parr95.95", {7, 3, 6, 0.95, 0, 0}},
        {"shuttle.95", {8, 3, 5, 0.95, 0, 0}},   {"4x3.95", {11, 4, 6, 0.95, 0, 0}},
        {"cheese.95", {11, 4, 7, 0.95, 0, 0}},   {"mini-hall2", {13, 3, 9, 0.95, 0, 0}},
        {"tiger-grid", {36, 5, 17, 0.95, 0, 0}}, {"hallway", {60, 5, 21, 0.95, 0, 0}},
        {"hallway2", {92, 5, 17, 0.95, 0, 0}},   {"RockSample_4_4", {257, 9, 2, 0.95, 0, 0}},
        {"tagavoid", {870, 5, 30, 0.95, 0, 2}},
    };
    for (const Problem& problem : problems) {
        INFO(problem.name);
        CHECK(sizes(automix::read_pomdp(folder + problem.name + ".pomdp")) == problem.sizes);
    }
    const PomdpFile tiger = automix::read_pomdp(folder + "tiger.95.pomdp");
    CHECK(rewards(tiger) == Numbers{-1, -100, 10, -1, 10, -100});
    CHECK(observations(tiger, 0) == Numbers{0.85, 0.15, 0.15, 0.85});
    CHECK(transitions(tiger, 0) == Numbers{1, 0, 0, 1});
    CHECK(transitions(tiger, 1) == Numbers{0.5, 0.5, 0.5, 0.5});
    CHECK(start(automix::read_pomdp(folder + "tiger.aaai.pomdp")) == Numbers{0.5, 0.5});
    const PomdpFile parr = automix::read_pomdp(folder + "parr95.95.pomdp");
    CHECK(start(parr) == Numbers{1, 0, 0, 0, 0, 0, 0});
    CHECK(parr.model.reward(5, 1) == 2.0);
    CHECK(parr.model.reward(6, 1) == 0.0);
    const PomdpFile maze = automix::read_pomdp(folder + "1d.pomdp");
    // From `right` action w0 leads to the goal, from `middle` action e0 does.
    CHECK(rewards(maze) == Numbers{0, 0, 0, 1, 1, 0, 0, 0});
    CHECK(transitions(maze, 0)[12] == Approx(1.0 / 3.0).epsilon(1e-15));
    const PomdpFile rocks = automix::read_pomdp(folder + "RockSample_4_4.pomdp");
    CHECK(rocks.model.state_name(256) == "st");
    CHECK(rocks.model.start().size() == 16);
    CHECK(rocks.model.reward(0, 2) == -100.0);
    CHECK(rocks.model.reward(0, 3) == -100.0);
    const PomdpFile tag = automix::read_pomdp(folder + "tagavoid.pomdp");
    CHECK(tag.model.reward(0, 0) == -1.0);
    CHECK(tag.model.start().probabilities.front() == Approx(1.0 / 841).epsilon(1e-12));
}
