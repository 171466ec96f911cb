// SPDX-License-Identifier: Apache-2.0
// Forms of .pomdp files that other programs write: colons before numbers, a start over several states, discount 0, and
// MDPs, which have no observations.
#include <automix/pomdp/format/reader.hpp>
#include <automix/pomdp/solvers/sarsop.hpp>

#include <string>

#include "pomdp/format/pomdp_texts.hpp"
#include "support/catch.hpp"

namespace {

using automix::parse_pomdp;
using automix::PomdpFile;

double start_of(const PomdpFile& file, int state) {
    return file.model.start().dense(file.model.states())(state);
}

/// Two states; `stay` keeps the state, `move` changes it with probability 0.75. Being in b pays 2, moving costs 1.
const std::string process =
    "discount: 0.5\nvalues: reward\nstates: a b\nactions: stay move\n"
    "T: stay identity\nT: move\n0.25 0.75\n0.75 0.25\n";

}  // namespace

TEST_CASE("a colon may stand before the number of a line") {
    const std::string tables =
        "T: x : a : b : 1\nT: x : b : b 1\nT: y identity\nO: * : a : p : 1\nO: * : b : q 1\n";
    const PomdpFile file = parse_pomdp(texts::preamble + tables + "R: x : a : b : q : 4\n", "f");
    const PomdpFile same =
        parse_pomdp(texts::preamble +
                        "T: x : a : b 1\nT: x : b : b 1\nT: y identity\nO: * identity\nR: x : a : b : q 4\n",
                    "f");
    for (int action = 0; action < 2; ++action) {
        for (int state = 0; state < 2; ++state)
            CHECK(file.model.reward(state, action) == same.model.reward(state, action));
    }
    CHECK(file.model.reward(0, 0) == 4.0);
}

TEST_CASE("a start of several states is uniform over them") {
    const std::string three = "discount: 0.5\nvalues: reward\nstates: a b c\nactions: 1\nobservations: 1\n";
    const std::string tables = "T: * identity\nO: * uniform\n";
    const PomdpFile two = parse_pomdp(three + "start: a c\n" + tables, "f");
    CHECK(start_of(two, 0) == 0.5);
    CHECK(start_of(two, 1) == 0.0);
    CHECK(start_of(two, 2) == 0.5);
    CHECK(start_of(parse_pomdp(three + "start: b\n" + tables, "f"), 1) == 1.0);
    CHECK(start_of(parse_pomdp(three + "start: b b\n" + tables, "f"), 1) == 1.0);
    CHECK(start_of(parse_pomdp(three + "start include: 0 2\n" + tables, "f"), 0) == 0.5);
    CHECK(start_of(parse_pomdp(three + "start exclude: 1\n" + tables, "f"), 2) == 0.5);
}

TEST_CASE("a file without observations is an MDP, whose states are observed") {
    for (const std::string rewards :
         {"R: * : * : b 2\nR: move : a : b 1\nR: move : a : a -1\nR: move : b : b 1\nR: move : b : a -1\n",
          "R: * : * : b : 2\nR: move\n-1 1\n-1 1\n",
          "R: * : * : b : * 2\nR: move : a : b : * : 1\nR: move : a : a : * -1\nR: move : b : b : * 1\nR: "
          "move : b : a : * -1\n",
          "R: stay : *\n0 2\nR: move : *\n-1 1\n"}) {
        const PomdpFile file = parse_pomdp(process + "start: a\n" + rewards, "f.pomdp");
        CHECK(file.model.observations() == 2);
        CHECK(file.model.reward(1, 0) == 2.0);
        CHECK(file.model.reward(0, 0) == 0.0);
        CHECK(file.model.reward(0, 1) == 0.5);   // -1 * 0.25 + 1 * 0.75
        CHECK(file.model.reward(1, 1) == -0.5);  // -1 * 0.75 + 1 * 0.25
        REQUIRE(file.notices.size() == 1);
        CHECK_THAT(file.notices[0], Catch::Matchers::ContainsSubstring("f.pomdp: no observations"));
        // In b: stay for ever, 2 / (1 - 0.5) = 4. In a: V = 0.5 + 0.5 (0.25 V + 0.75 * 4), so V = 2 / 0.875.
        const auto solution = automix::pomdp::solve_sarsop(file.model);
        CHECK(solution.lower == Approx(2.0 / 0.875).margin(1e-3));
        CHECK(solution.upper == Approx(2.0 / 0.875).margin(1e-3));
    }
}

TEST_CASE("a file without rewards is told of, and one that says 0 is not") {
    const PomdpFile file = parse_pomdp(process + "start: a\n", "f");
    REQUIRE(file.notices.size() == 2);
    CHECK_THAT(file.notices[1],
               Catch::Matchers::ContainsSubstring("f: R: no line sets a reward, so all are 0"));
    CHECK(parse_pomdp(process + "start: a\nR: * : * : * 0\n", "f").notices.size() == 1);
}

TEST_CASE("at discount 0 the reward of the next action is all") {
    std::string text = process + "R: stay : *\n0 2\nR: move : *\n-1 1\n";
    text.replace(text.find("0.5"), 3, "0");
    const PomdpFile file = parse_pomdp(text, "f");  // the start is uniform: stay has 1, move 0
    REQUIRE(file.notices.size() == 2);
    CHECK_THAT(file.notices[1], Catch::Matchers::ContainsSubstring(
                                    "f: start: 2 states, none of which is observed before the first action"));
    const auto solution = automix::pomdp::solve_sarsop(file.model);
    CHECK(solution.lower == Approx(1.0).margin(1e-6));
    CHECK(solution.upper == Approx(1.0).margin(1e-6));
}
