// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "verify/recorded_replies.hpp"

#include <automix/core/error.hpp>
#include <automix/core/verdict.hpp>
#include <automix/verify/verdict_rules.hpp>

#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

const char* const positive_pattern = "verdict:\\s*correct\\b";
const char* const negative_pattern = "verdict:\\s*incorrect\\b";

}  // namespace

TEST_CASE("every recorded reply gives the recorded verdict by rules") {
    const VerdictRules rules(positive_pattern, negative_pattern);
    const auto recorded = automix_test::recorded_replies();
    CHECK(recorded.size() == 48'000);
    std::size_t wrong = 0;
    for (const auto& reply : recorded) wrong += rules(reply.text) != reply.verdict ? 1U : 0U;
    CHECK(wrong == 0);
}

TEST_CASE("the match that starts first decides") {
    const VerdictRules rules("yes|right", "no|wrong");
    CHECK(rules("Yes.") == Verdict::positive);
    CHECK(rules("WRONG, not right") == Verdict::negative);
    CHECK(rules("right, not wrong") == Verdict::positive);
    CHECK(rules("perhaps") == Verdict::unparsed);
    CHECK(rules("") == Verdict::unparsed);
    // Both start at the same byte.
    CHECK(VerdictRules("right", "right answer").operator()("the right answer") == Verdict::unparsed);
    CHECK(VerdictRules("^ok$", "^no$")("ok") == Verdict::positive);
    CHECK(VerdictRules("gr\xC3\xBCn", "rot")("GR\xC3\xBCN") == Verdict::positive);
}

TEST_CASE("patterns see what a reply means") {
    const VerdictRules rules(positive_pattern, negative_pattern);
    CHECK(rules("<think>I would say Verdict: correct.</think>Verdict: incorrect") == Verdict::negative);
    CHECK(rules("Verdict: incorrect</think>Verdict: correct") == Verdict::positive);
    CHECK(rules("<think>Verdict: correct") == Verdict::unparsed);
    CHECK(rules("~~Verdict: correct~~ Verdict: incorrect") == Verdict::negative);
    CHECK(rules("Ver\xE2\x80\x8B"
                "dict: correct") == Verdict::positive);
    // Marks of Markdown stay, so that a pattern can name them.
    CHECK(rules("**Verdict:** correct") == Verdict::unparsed);
    CHECK(VerdictRules("\\*\\*yes\\*\\*", "\\*\\*no\\*\\*")("yes or **no**") == Verdict::negative);
    std::string thinking = "Verdict: correct<think>";
    while (thinking.size() < 1'000'000) thinking += "Verdict: incorrect ";
    CHECK(rules(thinking) == Verdict::positive);
}

TEST_CASE("patterns that are none") {
    for (const char* pattern : {"(", "[a", "*", "a{2", "\\", "(?<x>a)"}) {
        INFO(pattern);
        CHECK_THROWS_AS(VerdictRules(pattern, "no"), ArgumentError);
        CHECK_THROWS_WITH(VerdictRules("yes", pattern),
                          StartsWith("verdict.negative: expected a regular expression, found \""));
    }
    CHECK_THROWS_WITH(VerdictRules("verdict:(", "no"),
                      ContainsSubstring("verdict.positive") && ContainsSubstring("\"verdict:(\": "));
    CHECK_THROWS_WITH(VerdictRules("", "no"), ContainsSubstring("it is empty"));
    for (const char* pattern : {"x*", "^", "$", "(yes)?", "yes|"}) {
        INFO(pattern);
        CHECK_THROWS_WITH(VerdictRules("yes", pattern),
                          StartsWith("verdict.negative: ") && ContainsSubstring("it matches any reply"));
    }
    CHECK_THROWS_WITH(VerdictRules("yes", "yes"), "verdict: expected two patterns, found \"yes\" twice");
}

TEST_CASE("of a long reply the end is searched, and no reply overflows the stack") {
    const std::string filler(1U << 20U, ' ');
    const VerdictRules rules(positive_pattern, negative_pattern);
    CHECK(rules(filler + "Verdict: correct") == Verdict::positive);
    CHECK(rules("Verdict: incorrect" + filler + "Verdict: correct") == Verdict::positive);
    CHECK(rules("Verdict: correct" + filler) == Verdict::unparsed);
    CHECK(rules("Verdict:" + filler + "correct") == Verdict::unparsed);
    const std::string verdict = "Verdict: correct";
    CHECK(rules(verdict + filler.substr(0, VerdictRules::searched_bytes - verdict.size())) ==
          Verdict::positive);
    CHECK(rules(verdict + filler.substr(0, VerdictRules::searched_bytes - verdict.size() + 1)) ==
          Verdict::unparsed);
    // Patterns that recurse deepest: each byte is a repetition of nested groups.
    CHECK(VerdictRules("((((.|\\n)|x)))*verdict", "(.|\\n)*no")(filler) == Verdict::unparsed);
}

TEST_CASE("one set of rules reads replies from many threads", "[threads]") {
    const VerdictRules rules(positive_pattern, "^(verdict:\\s*incorrect\\b|[[:alpha:]]+ no)");
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 200; ++i) {
                if (rules("Yes: verdict: correct.") != Verdict::positive) ++wrong;
                if (rules("Verdict: INCORRECT.") != Verdict::negative) ++wrong;
                if (VerdictRules("\\byes\\b", "[[:digit:]]\\w")("eyes yes") != Verdict::positive) ++wrong;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
}
