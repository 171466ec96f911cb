// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/random.hpp>
#include <automix/text/metric.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;

TEST_CASE("exact and trimmed matches") {
    CHECK(exact_match("The Oslo.", "oslo") == 1.0);
    CHECK(exact_match("Oslo, Norway", "Oslo") == 0.0);
    CHECK(exact_match("", "the") == 1.0);
    CHECK(trimmed_match(" OSLO\n", "Oslo") == 1.0);
    CHECK(trimmed_match("The Oslo", "Oslo") == 0.0);
    CHECK(trimmed_match("Oslo.", "Oslo") == 0.0);
}

TEST_CASE("token F1") {
    // Two of three words said, two of two wanted: P = 2/3, R = 1, F1 = 4/5.
    CHECK_THAT(token_f1("the big red dog", "red dog"), WithinAbs(0.8, 1e-15));
    // A word counts as often as it occurs in both: one of three, one of one.
    CHECK_THAT(token_f1("no no no", "no"), WithinAbs(0.5, 1e-15));
    CHECK_THAT(token_f1("b c c", "c c d d"), WithinAbs(4.0 / 7.0, 1e-15));
    CHECK(token_f1("dog red", "Red dog!") == 1.0);
    CHECK(token_f1("cat", "dog") == 0.0);
    CHECK(token_f1("", "") == 1.0);
    CHECK(token_f1("the", "a") == 1.0);
    CHECK(token_f1("", "dog") == 0.0);
    CHECK(token_f1("dog", ".") == 0.0);
}

TEST_CASE("metrics by name") {
    CHECK(parse_metric("exact")("The dog", "dog") == 1.0);
    CHECK(parse_metric("f1")("big dog", "dog") == Approx(2.0 / 3.0));
    CHECK(parse_metric("choice")("(B)", "B) Paris") == 1.0);
    CHECK(parse_metric("trimmed")("The dog", "dog") == 0.0);
    CHECK_THROWS_AS(parse_metric("F1"), ArgumentError);
    CHECK_THROWS_WITH(parse_metric("bleu"),
                      ContainsSubstring("\"bleu\"") && ContainsSubstring("exact, f1, choice, trimmed"));
}

TEST_CASE("token F1 is symmetric, and its multiset is that of a pairing", "[property]") {
    const std::vector<std::string> words = {"x", "y", "z", "the", "X."};
    Random random(3);
    for (int round = 0; round < 2000; ++round) {
        const auto draw = [&] {
            std::vector<std::string> drawn;
            for (auto n = random.index(7); n-- > 0;) drawn.push_back(words[random.index(words.size())]);
            return drawn;
        };
        const auto joined_words = [](const std::vector<std::string>& parts) { return joined(parts, " "); };
        const auto plain = [](std::vector<std::string> parts) {
            for (std::string& part : parts) {
                if (part == "X.") part = "x";
            }
            parts.erase(std::remove(parts.begin(), parts.end(), "the"), parts.end());
            return parts;
        };
        const auto said = draw();
        const auto wanted = draw();
        const auto left = plain(said);
        auto right = plain(wanted);
        const double both = static_cast<double>(left.size() + right.size());
        double pairs = 0.0;
        for (const std::string& word : left) {
            const auto found = std::find(right.begin(), right.end(), word);
            if (found == right.end()) continue;
            right.erase(found);
            ++pairs;
        }
        const double expected = both == 0.0 ? 1.0 : 2.0 * pairs / both;
        REQUIRE_THAT(token_f1(joined_words(said), joined_words(wanted)), WithinAbs(expected, 1e-12));
        REQUIRE(token_f1(joined_words(said), joined_words(wanted)) ==
                token_f1(joined_words(wanted), joined_words(said)));
    }
}
