// SPDX-License-Identifier: Apache-2.0
// What is wrong with a .pomdp file: a table of texts with the place and the word that the message must name,
// texts that ask for more than the limits, and texts broken at random.
#include <automix/core/error.hpp>
#include <automix/core/random.hpp>
#include <automix/pomdp/format/limits.hpp>
#include <automix/pomdp/format/reader.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

#include "pomdp/format/pomdp_texts.hpp"
#include "support/catch.hpp"

namespace {

using automix::DataError;
using automix::parse_pomdp;
using automix::PomdpFile;
using automix::PomdpLimits;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
using texts::plain;
using texts::preamble;
using texts::spread;

struct Bad {
    std::string name;
    std::string text;
    std::string place;     ///< line and column
    std::string expected;  ///< part of what was expected
    std::string found;     ///< the end of the message
};

std::vector<Bad> bad_preambles() {
    const std::string no_names = "discount: 0.5\nvalues: reward\n";
    const std::string tables = "T: * identity\nO: * uniform\n";
    const std::string end = "the end of the file";
    return {
        {"nothing", "", ":1: column 1", "the line \"discount:\"", end},
        {"a comment alone", "# discount: 1", ":1: column 14", "the line \"discount:\"", end},
        {"no discount",
         "values: reward\nstates: 1\nactions: 1\nobservations: 1\nT: * uniform\nO: * uniform\n",
         ":7: column 1", "the line \"discount:\"", end},
        {"no values", "discount: 1\nstates: 1\nactions: 1\nobservations: 1\nT: * uniform\nO: * uniform\n",
         ":7: column 1", "the line \"values:\"", end},
        {"no states", no_names + "actions: 1\nobservations: 1\n", ":5: column 1", "the line \"states:\"",
         end},
        {"no states before T", no_names + "actions: 1\nobservations: 1\n  T: 0 identity", ":5: column 3",
         "the line \"states:\" before", "\"T\""},
        {"no actions before T", no_names + "states: 1\nobservations: 1\nT: 0 identity", ":5: column 1",
         "the line \"actions:\" before", "\"T\""},
        {"no observations before O", no_names + "states: 1\nactions: 1\nO: 0 uniform", ":5: column 1",
         "the line \"observations:\" before", "\"O\""},
        {"observations behind a table", no_names + "states: 1\nactions: 1\nT: 0 identity\nobservations: 1",
         ":6: column 1", "before the first line of T or R", "\"observations\""},
        {"O without observations", no_names + "states: 1\nactions: 1\nT: 0 identity\nO: 0 identity",
         ":6: column 1", "\"observations:\" before the first line of T or R", "\"O\""},
        {"no states before start", no_names + "start: uniform", ":3: column 1", "the line \"states:\" before",
         "\"start\""},
        {"discount twice", no_names + "discount: 0.5\n", ":3: column 1", "no second line \"discount:\"",
         "\"discount\""},
        {"states twice", preamble + "states: 2\n", ":6: column 1", "no second line \"states:\"",
         "\"states\""},
        {"start twice", preamble + "start: a\nstart: b\n", ":7: column 1", "no second line \"start:\"",
         "\"start\""},
        {"an unknown word", no_names + "sates: 3", ":3: column 1", "one of discount, values, states",
         "\"sates\""},
        {"a word in capitals", "Discount: 1", ":1: column 1", "one of discount", "\"Discount\""},
        {"no colon", "discount 0.5", ":1: column 10", "':'", "\"0.5\""},
        {"discount above 1", "discount: 1.01\n", ":1: column 11", "a discount in [0, 1]", "1.01"},
        {"discount below 0", "discount:\n-0.5\n", ":2: column 1", "a discount in [0, 1]", "-0.5"},
        {"discount nan", "discount: nan\n", ":1: column 11", "a discount in [0, 1]", "\"nan\""},
        {"discount not a number", "discount: 0.5x\n", ":1: column 11", "a discount in [0, 1]", "\"0.5x\""},
        {"discount cut off", "discount:", ":1: column 10", "a discount in [0, 1]", end},
        {"values of another kind", "values: utility", ":1: column 9", "reward or cost", "\"utility\""},
        {"no state", no_names + "states: 0", ":3: column 9", "the number of states, from 1 to 4194304",
         "\"0\""},
        {"a negative number of states", no_names + "states: -2", ":3: column 9", "the number of states",
         "\"-2\""},
        {"half a state", no_names + "states: 2.5", ":3: column 9", "the number of states", "\"2.5\""},
        {"a billion states", no_names + "states: 1000000000\nactions: 2\n" + tables, ":3: column 9",
         "the number of states, from 1 to 4194304", "\"1000000000\""},
        {"more states than an integer holds", no_names + "states: 99999999999999999999999", ":3: column 9",
         "the number of states", "\"99999999999999999999999\""},
        {"too many actions", no_names + "actions: 65537", ":3: column 10",
         "the number of actions, from 1 to 65536", "\"65537\""},
        {"too many rows", no_names + "states: 4000000\nactions: 2\n" + tables, ":4: column 10",
         "states * actions of at most 4194304", "8000000"},
        {"two numbers of states", no_names + "states: 2 3", ":3: column 11", "one of discount", "\"3\""},
        {"a list of no names", no_names + "states:\nactions: 2", ":4: column 1",
         "the number or the names of the states", "\"actions\""},
        {"a name twice", no_names + "states: a b\n  a c", ":4: column 3", "different names of the states",
         "\"a\""},
        {"a number among names", no_names + "actions: a 2", ":3: column 12", "a name for an action", "\"2\""},
        {"a reserved name", no_names + "actions: a reset", ":3: column 12", "a name for an action",
         "\"reset\""},
        {"a wildcard among names", no_names + "actions: a *", ":3: column 12", "a name for an action",
         "\"*\""},
        {"a colon among names", no_names + "actions: a : b", ":3: column 12", "a name for an action",
         "\":\""},
        {"a byte 0", std::string("discount: 0.5\nval\0ues: reward", 29), ":2: column 4", "text", "\"\\x00\""},
        {"a byte 0 in a comment", std::string("#\0", 2), ":1: column 2", "text", "\"\\x00\""},
        {"a control character", "discount: 0\x01.5", ":1: column 12", "text", "\"\\x01\""},
    };
}

std::vector<Bad> bad_starts() {
    const std::string end = "the end of the file";
    return {
        {"an unknown state", plain + "start: c", ":8: column 8",
         "a state (one of its names or a number from 0 to 1)", "\"c\""},
        {"a number too large", plain + "start: 2", ":8: column 8", "a state", "\"2\""},
        {"nothing", preamble + "start:\nT: * identity", ":7: column 1", "an initial belief", "\"T\""},
        {"nothing at the end", plain + "start:", ":8: column 7", "an initial belief", end},
        {"a row too short", preamble + "start: 1.0\nT: * identity", ":7: column 1",
         "probability 2 of 2 (start)", "\"T\""},
        {"a row too long", plain + "start: 0.5 0.5 0", ":8: column 16", "one of discount", "\"0\""},
        {"a sum off 1", plain + "start: 0.5 0.4999", ":8: column 12", "start to have the sum 1 within 1e-05",
         "0.9999"},
        {"a sum of 0", plain + "start: 0 0", ":8: column 10", "start to have the sum 1", "0"},
        {"a negative probability", plain + "start: 1.5 -0.5", ":8: column 8",
         "probability 1 of 2 (start) in [0, 1]", "1.5"},
        {"a wildcard", plain + "start: *", ":8: column 8", "a state", "\"*\""},
        {"include of nothing", plain + "start include:", ":8: column 15", "a state", end},
        {"include of an unknown state", plain + "start include: a c", ":8: column 18", "a state", "\"c\""},
        {"exclude of all", plain + "start exclude: a b", ":8: column 16", "a state that is not excluded",
         "none"},
        {"include without a colon", plain + "start include a", ":8: column 15", "':'", "\"a\""},
        {"another word", plain + "start without: a", ":8: column 7", "':'", "\"without\""},
    };
}

std::vector<Bad> bad_tables() {
    const std::string o = "O: * uniform\n";
    const std::string end = "the end of the file";
    const std::string three =
        "discount: 0.5\nvalues: reward\nstates: 3\nactions: 1\nobservations: 2\nT: * identity\n";
    return {
        {"an unknown action", plain + "T: z : a : b 1", ":8: column 4",
         "an action (one of its names or a number from 0 to 1)", "\"z\""},
        {"an unknown state", plain + "T: x : c : b 1", ":8: column 8", "a state", "\"c\""},
        {"an unknown successor", plain + "T: x : a : 2 1", ":8: column 12", "a state", "\"2\""},
        {"an unknown observation", plain + "O: x : a : a 1", ":8: column 12", "an observation", "\"a\""},
        {"a state by number, counted only", three + "O: * uniform T: 0 : 3 : 0 1", ":7: column 21",
         "a state (a number from 0 to 2)", "\"3\""},
        {"a negative number", plain + "T: x : -1 : 0 1", ":8: column 8", "a state", "\"-1\""},
        {"no probability", plain + "T: x : a : b\nO: * uniform", ":9: column 1", "a probability", "\"O\""},
        {"no action", plain + "T:", ":8: column 3", "an action", end},
        {"two colons before the probability", plain + "T: x : a : b :: 0", ":8: column 15", "a probability",
         "\":\""},
        {"no colon between the states", plain + "T: x : a b 0.5", ":8: column 10",
         "probabilities, uniform, reset", "\"b\""},
        {"a negative probability", plain + "T: x : a : b -0.1", ":8: column 14", "a probability in [0, 1]",
         "-0.1"},
        {"a probability above 1", plain + "T: x : a : b 1.1", ":8: column 14", "a probability in [0, 1]",
         "1.1"},
        {"inf", plain + "T: x : a : b inf", ":8: column 14", "a probability", "\"inf\""},
        {"minus inf", plain + "T: x : a : b -inf", ":8: column 14", "a probability", "\"inf\""},
        {"hexadecimal", plain + "T: x : a : b 0x1", ":8: column 14", "a probability", "\"0x1\""},
        {"two signs", plain + "T: x : a : b +-1", ":8: column 14", "a probability", "\"-1\""},
        {"a number beyond a double", plain + "T: x : a : b 1e999", ":8: column 14",
         "a probability within the range of a double", "\"1e999\""},
        {"a comma for a point", plain + "T: x : a : b 0,5", ":8: column 14", "a probability", "\"0,5\""},
        {"a row too short", plain + "T: x : a\n1.0\nO: * uniform", ":10: column 1",
         "probability 2 of 2 (row)", "\"O\""},
        {"a row too long", plain + "T: x : a\n1.0 0.0 0.0\n", ":9: column 9", "one of discount", "\"0.0\""},
        {"a matrix too short", plain + "T: x\n1.0 0.0\n0.5\n", ":11: column 1",
         "probability 2 of 2 (row of state b)", end},
        {"a matrix with a word", plain + "T: x\n1.0 zero\n", ":9: column 5",
         "probability 2 of 2 (row of state a)", "\"zero\""},
        {"identity for a row", plain + "T: x : a identity", ":8: column 10", "probabilities, uniform, reset",
         "\"identity\""},
        {"identity for O that is not square", three + "O: * identity", ":7: column 6",
         "probabilities, uniform or ':'", "\"identity\""},
        {"reset for O", plain + "O: * reset", ":8: column 6", "probabilities, uniform, identity or ':'",
         "\"reset\""},
        {"no T", preamble + o, ":7: column 1", "the row of T for action x and state a to have the sum 1",
         "no line that sets it"},
        {"no T for one action", preamble + o + "T: x identity\n", ":8: column 1",
         "the row of T for action y and state a", "no line that sets it"},
        {"no T for one state", preamble + o + "T: * : b : b 1\n", ":8: column 1",
         "the row of T for action x and state a", "no line that sets it"},
        {"no O for a state", preamble + "T: * identity\nO: * : a uniform", ":7: column 17",
         "the row of O for action x and state b", "no line that sets it"},
        {"a row of T off 1", preamble + o + "T: * identity\nT: y : b : b 0.75\nT: x : a : a 1",
         ":8: column 14", "the row of T for action y and state b to have the sum 1 within 1e-05", "0.75"},
        {"a row of T off 1 by more than is put right", preamble + o + "T: *\n1 0\n0.5001220703125 0.5\n",
         ":9: column 17", "the row of T for action x and state b", "1.0001220703125"},
        {"a row of O off 1", plain + "O: y\n0.5 0.5\n0.5 0.25\n", ":10: column 5",
         "the row of O for action y and state b", "0.75"},
        {"a row of 0", plain + "T: * : a : * 0", ":8: column 14", "the row of T for action x and state a",
         "0"},
        {"a row above 1 by a later entry", plain + "T: x : a : b 0.5", ":8: column 14",
         "the row of T for action x and state a", "1.5"},
    };
}

std::vector<Bad> bad_rewards() {
    const std::string end = "the end of the file";
    return {
        {"no value", plain + "R: x : a : b : p", ":8: column 17", "a reward", end},
        {"nan", plain + "R: x : a : b : p nan", ":8: column 18", "a reward", "\"nan\""},
        {"a word", plain + "R: x : a : b : p ten", ":8: column 18", "a reward", "\"ten\""},
        {"a sign alone", plain + "R: x : a : b : p -", ":8: column 19", "a reward", end},
        {"an unknown observation", plain + "R: x : a : b : z 1", ":8: column 16", "an observation", "\"z\""},
        {"an action alone", plain + "R: x 1 2 3 4", ":8: column 6", "':'", "\"1\""},
        {"a row too short", plain + "R: x : a : b 1", ":8: column 15",
         "the reward for state b and observation q", end},
        {"a row too short for all", plain + "R: x : a : * 1", ":8: column 15",
         "the reward for state * and observation q", end},
        {"a matrix too short", plain + "R: x : a 1 2 3\nT: x identity", ":9: column 1",
         "the reward for state b and observation q", "\"T\""},
        {"uniform", plain + "R: x : a uniform", ":8: column 10", "the reward for state a and observation p",
         "\"uniform\""},
        {"two values", plain + "R: x : a : b : p 1 2", ":8: column 20", "one of discount", "\"2\""},
    };
}

void check_bad(const std::vector<Bad>& cases) {
    for (const Bad& bad : cases) {
        INFO(bad.name);
        std::string message;
        try {
            (void)parse_pomdp(bad.text, "maze.pomdp");
        } catch (const DataError& error) {
            message = error.what();
        }
        CHECK_THAT(message, StartsWith("maze.pomdp" + bad.place + ": expected "));
        CHECK_THAT(message, ContainsSubstring(bad.expected));
        CHECK_THAT(message, EndsWith(", found " + bad.found));
    }
}

/// Whether a message begins as `file:12: column 3: `.
bool has_line_and_column(const std::string& message) {
    int line = 0;
    int column = 0;
    int length = 0;
    return std::sscanf(message.c_str(), "file:%d: column %d: %n", &line, &column, &length) == 2 &&
           length > 0 && line > 0 && column > 0;
}

/// The message of what is wrong with a text within limits; "none" where nothing is.
std::string limited_error(const std::string& text, const PomdpLimits& limits) {
    try {
        (void)parse_pomdp(text, "file", limits);
    } catch (const DataError& error) {
        return error.what();
    }
    return "none";
}

}  // namespace

TEST_CASE("pomdp_reader: bad texts, where and what", "[pomdp_reader]") {
    check_bad(bad_preambles());
    check_bad(bad_starts());
    check_bad(bad_tables());
    check_bad(bad_rewards());
}

TEST_CASE("pomdp_reader: without limits of one's own a text may ask for 33554432 entries",
          "[pomdp_reader][property]") {
    const std::string large =
        "discount: 1 values: reward states: 2000000 actions: 2 observations: 2 O: * uniform ";
    CHECK(limited_error(large + "T: * uniform", {}) ==
          "file:1: column 89: expected at most 33554432 entries of T, found more");
    CHECK(limited_error(large + "T: * : 0 : 0 1", {}) ==
          "file:1: column 98: expected the row of T for action 0 and state 1 to have the sum 1 within 1e-05, "
          "found no line "
          "that sets it");
}

TEST_CASE("pomdp_reader: small texts that ask for much are refused", "[pomdp_reader]") {
    PomdpLimits limits;
    limits.entries = 8;
    limits.reward_terms = 3;
    CHECK(limited_error(plain, limits) == "none");
    CHECK(limited_error(plain + "T: * uniform", limits) == "none");
    const std::string line = "file:" + std::to_string(1 + std::count(plain.begin(), plain.end(), '\n'));
    CHECK(limited_error(plain + "T: * uniform T: * : a : a 0.5", limits) ==
          line + ": column 6: expected at most 8 entries of T, found more");
    CHECK(limited_error(plain + "R: * : * : * : p 1", limits) ==
          line + ": column 18: expected at most 3 terms in the sums of rewards, found more");
    limits.rows = 3;
    CHECK_THAT(limited_error(plain, limits), ContainsSubstring("states * actions of at most 3, found 4"));
}

TEST_CASE("pomdp_reader: rewards too large for their sums are refused where they stand", "[pomdp_reader]") {
    for (const std::string reward : {"1e100", "-1e100", "1e308"}) {
        const auto parse = [&] { return parse_pomdp(plain + "R: * : * : * : *\n " + reward, "file"); };
        CHECK_THROWS_AS(parse(), DataError);
        CHECK_THROWS_WITH(parse(),
                          ContainsSubstring(": column 2: expected a reward below 1e+100 in size, found "));
    }
    // Means of the largest reward there is, whose sums are rounded.
    const std::string largest = "9.999999999999999e99";
    const std::string text = plain + "R: * : * : * : * -" + largest + "\nR: * : * : * : p " + largest +
                             "\nR: * : * : * : q " + largest;
    CHECK_NOTHROW(parse_pomdp(text, "file"));
    CHECK_NOTHROW(parse_pomdp(plain + "R: * : * : * : * " + largest, "file"));
}

TEST_CASE("pomdp_reader: states that meet the same reward rules share their sums", "[pomdp_reader]") {
    // 50 states, 10 actions, 40 rules for single observations: 10 * 50 * 41 terms, and not those of every state anew.
    std::string text =
        "discount: 0.9 values: reward states: 50 actions: 10 observations: 40 T: * uniform O: * uniform\n";
    for (int o = 0; o < 40; ++o)
        text += "R: * : * : * : " + std::to_string(o) + ' ' + std::to_string(o) + '\n';
    PomdpLimits limits;
    limits.reward_terms = 10 * 50 * 41;
    const PomdpFile file = parse_pomdp(text, "file", limits);
    for (const int s : {0, 49}) CHECK(std::abs(file.model.reward(s, 9) - 19.5) <= 1e-12);
    limits.reward_terms -= 1;
    CHECK_THROWS_AS(parse_pomdp(text, "file", limits), DataError);
    // Rules for one state part it from the others, before and after it.
    limits.reward_terms = 4 * 10 * 50 * 41;
    const PomdpFile parted = parse_pomdp(text + "R: * : 7 : 3 : 0 50\n", "file", limits);
    CHECK(std::abs(parted.model.reward(6, 0) - 19.5) <= 1e-12);
    CHECK(std::abs(parted.model.reward(7, 0) - (19.5 + 50.0 / 40.0 / 50.0)) <= 1e-12);
    CHECK(std::abs(parted.model.reward(8, 0) - 19.5) <= 1e-12);
}

TEST_CASE("pomdp_reader: nothing under a kilobyte keeps the reader busy", "[pomdp_reader][property]") {
    std::string text =
        "discount: 0.9 values: reward states: 500 actions: 100 observations: 40 T: * uniform O: * uniform\n";
    for (int o = 0; o < 40; ++o) text += "R: * : * : * : " + std::to_string(o) + " 1\n";
    const std::clock_t start = std::clock();
    (void)parse_pomdp(text, "file");
    // About a second in a release, nine where nothing is optimised.
    CHECK(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC < 30.0);
}

TEST_CASE("pomdp_reader: files that cannot be read", "[pomdp_reader]") {
    CHECK_THROWS_WITH(automix::read_pomdp("no/such.pomdp"), StartsWith("no/such.pomdp: cannot be opened: "));
    CHECK_THROWS_WITH(automix::read_pomdp("."), ContainsSubstring("is a directory"));
}

TEST_CASE("pomdp_reader: a text broken at random is a model or an error", "[pomdp_reader][fuzz]") {
    const std::vector<std::string> seeds = {
        plain + "R: x : a : * : p 3\nstart include: a\n",
        spread + "R: y : c\n1 2\n3 4\n5 6\nR: * : * : b 7 8\nstart: 0.25 0.25 0.5\n",
        "discount: .9 values: cost states: 3 actions: 1 observations: 2 start exclude: 0\nT: 0 : * reset\n"
        "O: 0 : 0 uniform O: * : 1 : * 0.5 O: 0 : 2 1 0 # end\nR: * : * : * : * - 1e-3",
    };
    const std::vector<std::string> words = {
        "*",     ":",    "T:",      "O:",      "R:",       " 0.5 ", "start:", "start include:",
        "reset", "#",    "uniform", "\n",      "identity", " -1 ",  "1e308",  " a ",
        "99999", "nan ", "states:", "actions", "\xFF",     "+",     "4000"};
    PomdpLimits limits;
    limits.rows = 1U << 12U;
    limits.entries = 1U << 12U;
    limits.reward_terms = 1U << 12U;
    for (const std::string& seed : seeds) CHECK_NOTHROW(parse_pomdp(seed, "file", limits));
    automix::Random random(5);
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random.index(n)); };
    int models = 0;
    int errors = 0;
    for (int round = 0; round < 20000; ++round) {
        std::string text = seeds[below(seeds.size())];
        for (std::size_t change = below(3) + 1; change > 0; --change) {
            const std::size_t at = below(text.size() + 1);
            const std::size_t digit = text.find_first_of("0123456789", at);
            switch (below(6)) {
                case 0:
                    text.insert(at, words[below(words.size())]);
                    break;
                case 1:
                    text.erase(at, below(12));
                    break;
                case 2:
                    text.replace(at, below(4), 1, static_cast<char>(below(256)));
                    break;
                case 3:
                    text.insert(at, at % 2 == 0 ? "\n" : " ");
                    break;
                case 4:
                    text.replace(std::min(digit, text.size()), 1, 1, static_cast<char>('0' + below(10)));
                    break;
                default:
                    text.insert(at, text.substr(below(text.size() + 1), below(30)));
                    break;
            }
        }
        try {
            const PomdpFile file = parse_pomdp(text, "file", limits);
            models += file.model.states() > 0 ? 1 : 0;
        } catch (const DataError& error) {
            ++errors;
            const std::string message = error.what();
            if (!has_line_and_column(message)) FAIL(message << "\n" << text);
        }
    }
    CHECK(models + errors == 20000);
    CHECK(models > 500);
    CHECK(errors > 5000);
}
