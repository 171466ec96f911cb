// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/text/multiple_choice.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace automix;

TEST_CASE("the letter of a reply") {
    const std::vector<std::pair<std::string, char>> letters = {
        {"B", 'b'},
        {" b\n", 'b'},
        {"(C)", 'c'},
        {"[D] Rome", 'd'},
        {"B) Paris", 'b'},
        {"B. Paris", 'b'},
        {"B: Paris", 'b'},
        {"**B**", 'b'},
        {"**B.** Paris", 'b'},
        {"B\nbecause it is.", 'b'},
        {"The answer is B.", 'b'},
        {"The answer is (B), not (C).", 'b'},
        {"Answer: C", 'c'},
        {"**Answer:** C", 'c'},
        {"The correct answer is: **D) Rome**", 'd'},
        {"A) is tempting, but the answer is B", 'b'},
        {"First I thought the answer is A. Then: the answer is E.", 'e'},
        {"I would choose (B), since (b) holds.", 'b'},
        {"Answers vary; (A) it is.", 'a'},
    };
    for (const auto& [reply, letter] : letters) {
        INFO(reply);
        const auto found = chosen_letter(reply);
        REQUIRE(found.has_value());
        CHECK(*found == letter);
    }
    for (const char* reply : {"", " ", "A cat", "Paris", "Either (A) or (B).", "I think so",
                              "The answer is a city", "()", "(1)", "( )", "\xC3\xA9)", "Answer is",
                              "answer:", "U.K.", "S. pneumoniae", "C, D", "A or B", "Parent(s)"}) {
        INFO(reply);
        CHECK_FALSE(chosen_letter(reply).has_value());
    }
}

TEST_CASE("options by letter, by text and by both") {
    CHECK(chooses("B", "B"));
    CHECK(chooses("b) Paris", "(B)"));
    CHECK(chooses("The answer is B.", "B) Paris"));
    CHECK_FALSE(chooses("C", "B"));
    // Where both have a letter, the letter decides.
    CHECK_FALSE(chooses("C) Paris", "B) Paris"));
    CHECK(chooses("Paris.", "B) Paris"));
    CHECK(chooses("The answer is the Paris", "B) Paris"));
    CHECK(chooses("B) Paris", "Paris"));
    CHECK(chooses("(B) Paris.", "paris"));
    CHECK(chooses("Not mentioned", "not mentioned"));
    CHECK_FALSE(chooses("entailed", "not mentioned"));
    CHECK_FALSE(chooses("Paris", "B"));
    CHECK_FALSE(chooses("B", "Paris"));
    CHECK_FALSE(chooses("", "B"));
    CHECK_FALSE(chooses("", ""));
    CHECK_FALSE(chooses("the", "a cat"));
}

TEST_CASE("a megabyte is read in no time") {
    std::string reply;
    while (reply.size() < 1'000'000) reply += "answer (A ";
    CHECK_FALSE(chosen_letter(reply).has_value());
    CHECK(chosen_letter(reply + "(A)") == 'a');
    CHECK_FALSE(chooses(std::string(1'000'000, '*'), "B"));
    for (const char* part : {"A, ", "not A ", "A is wrong because ", "neither A nor "}) {
        std::string refusal;
        while (refusal.size() < 1'000'000) refusal += part;
        CHECK_FALSE(chooses(refusal, "B"));
    }
    std::string questions;
    while (questions.size() < 1'000'000) questions += "Question:\n";
    CHECK(chosen_letter(questions + "So C.\n" + questions + "Answer: B") == 'c');
}
