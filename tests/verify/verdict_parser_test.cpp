// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "verify/recorded_replies.hpp"

#include <automix/core/random.hpp>
#include <automix/core/verdict.hpp>
#include <automix/verify/verdict_parser.hpp>

#include <cstddef>
#include <string>
#include <vector>

using namespace automix;

TEST_CASE("verdicts as models write them") {
    for (const char* reply :
         {"Verdict: correct", " It says so.\nVERDICT:\n\n  Correct.", "**Verdict:** correct",
          "**Verdict**: **Correct**", "_Verdict_ : `correct`", "Verdict: \"correct\"",
          "Final verdict: correct, for it is there. Verdict: incorrect",
          "Verdict: hard to say. Verdict: correct", "verdict verdict: correct",
          "Verdict:correct\xE2\x80\xA6"}) {
        INFO(reply);
        CHECK(read_verdict(reply) == Verdict::positive);
    }
    for (const char* reply : {"Verdict: incorrect", "verdict:\tINCORRECT!", "**Verdict: incorrect.**",
                              "Verdict: incorrect\nVerdict: correct"}) {
        INFO(reply);
        CHECK(read_verdict(reply) == Verdict::negative);
    }
    for (const char* reply :
         {"", "correct", "The verdict is correct.", "Verdict correct", "Verdict: correctly put",
          "Verdict: not correct", "Verdict: incorrect2", "Verdict:", "verdict", "Verdict: unclear",
          "Verdict - correct", "Verdic: correct"}) {
        INFO(reply);
        CHECK(read_verdict(reply) == Verdict::unparsed);
    }
}

TEST_CASE("every recorded reply gives the recorded verdict") {
    const auto recorded = automix_test::recorded_replies();
    CHECK(recorded.size() == 48'000);
    std::size_t unparsed = 0;
    std::size_t wrong = 0;
    for (const auto& reply : recorded) {
        unparsed += reply.verdict == Verdict::unparsed ? 1U : 0U;
        wrong += read_verdict(reply.text) != reply.verdict ? 1U : 0U;
    }
    CHECK(wrong == 0);
    CHECK(unparsed > 100);
}

TEST_CASE("a reply of megabytes is read in full") {
    const std::string filler(4'000'000, ' ');
    CHECK(read_verdict("Verdict:" + filler + "correct") == Verdict::positive);
    CHECK(read_verdict(filler + "Verdict: incorrect" + filler) == Verdict::negative);
    std::string again;
    while (again.size() < 1'000'000) again += "verdict: ";
    CHECK(read_verdict(again) == Verdict::unparsed);
    CHECK(read_verdict(again + "correct") == Verdict::positive);
}

TEST_CASE("any bytes are a reply", "[property]") {
    const std::vector<std::string> parts = {"verdict", ":",  " ",        "*",    "correct",
                                            "in",      "\n", "\xC3\xA9", "\xFF", "x"};
    Random random(5);
    for (int round = 0; round < 20'000; ++round) {
        std::string reply;
        for (auto n = random.index(10); n-- > 0;) reply += parts[random.index(parts.size())];
        const Verdict verdict = read_verdict(reply);
        const bool read = verdict != Verdict::unparsed;
        if (read) REQUIRE(reply.find("verdict") < reply.find("correct", reply.find("verdict")));
        REQUIRE(read_verdict("x" + reply) == verdict);
    }
}
