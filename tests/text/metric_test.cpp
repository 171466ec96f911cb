// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/random.hpp>
#include <automix/text/metric.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <string>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;

TEST_CASE("exact and trimmed matches") {
    CHECK(exact_match("The Oslo.", "oslo") == 1.0);
    CHECK(exact_match("Oslo, Norway", "Oslo") == 0.0);
    // A text that normalises to nothing equals nothing.
    CHECK(exact_match("", "the") == 0.0);
    CHECK(exact_match("", "") == 0.0);
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
    CHECK(token_f1("", "") == 0.0);
    CHECK(token_f1("the", "a") == 0.0);
    CHECK(token_f1("", "dog") == 0.0);
    CHECK(token_f1("dog", ".") == 0.0);
}

TEST_CASE("answers equal as people say") {
    std::size_t cases = 0;
    for (const char* name : {"answer_cases", "answer_forms", "choice_cases", "choice_forms"}) {
        std::ifstream file(AUTOMIX_TESTS_DIR "/text/" + std::string(name) + ".jsonl");
        const Metric metric = parse_metric(std::string(name).starts_with("answer") ? "answer" : "choice");
        for (std::string line; std::getline(file, line); ++cases) {
            INFO(name << ": " << line);
            const auto pair = nlohmann::json::parse(line);
            CHECK(metric(pair.at("reply").get<std::string>(), pair.at("reference").get<std::string>()) ==
                  pair.at("expected").get<double>());
        }
    }
    CHECK(cases > 140);
}

TEST_CASE("F1 of answers by word, and by character where there are no blanks") {
    // Two of three words said, two of two wanted: P = 2/3, R = 1, F1 = 4/5.
    CHECK_THAT(answer_f1("the big red dog", "Red dog."), WithinAbs(0.8, 1e-15));
    CHECK(answer_f1("1,000 men", "1000 MEN") == 1.0);
    // Three ideographs said, two of them wanted.
    CHECK_THAT(answer_f1("\xE6\x9D\xB1\xE4\xBA\xAC\xE9\x83\xBD", "\xE6\x9D\xB1\xE4\xBA\xAC\xE3\x80\x82"),
               WithinAbs(0.8, 1e-15));
    // "2024" and the ideograph of the year are two words.
    CHECK_THAT(answer_f1("2024\xE5\xB9\xB4", "2024"), WithinAbs(2.0 / 3.0, 1e-15));
    CHECK(answer_f1("", "") == 0.0);
    CHECK(answer_f1("", "...") == 0.0);
    CHECK(answer_f1("?", "?") == 1.0);
    CHECK(answer_f1("cat", "") == 0.0);
}

TEST_CASE("any bytes are an answer", "[property]") {
    const std::vector<std::string> parts = {"a",         "the ",     "1",
                                            ",",         ".",        "-",
                                            "$",         " ",        "\xC3\xA9",
                                            "e\xCC\x81", "\xFF",     "\xE6\x9D\xB1",
                                            "%",         "+",        "\xE2\x82\xAC",
                                            "<think>",   "</think>", "~~",
                                            "B",         "(",        ")",
                                            "answer is "};
    Random random(4);
    for (int round = 0; round < 20'000; ++round) {
        const auto draw = [&] {
            std::string text;
            for (auto n = random.index(9); n-- > 0;) text += parts[random.index(parts.size())];
            return text;
        };
        const std::string said = draw();
        const std::string wanted = draw();
        INFO(said << " / " << wanted);
        REQUIRE(answer_match(said, wanted) == answer_match(wanted, said));
        REQUIRE(answer_f1(said, wanted) == answer_f1(wanted, said));
        if (answer_match(said, wanted) == 1.0) REQUIRE(answer_f1(said, wanted) == 1.0);
        (void)multiple_choice(said, wanted);
    }
    std::string noise;
    while (noise.size() < 1'000'000) noise += "$-1,000.50e\xCC\x81\xCC\xA3(B) answer: ";
    CHECK(answer_match(noise, noise) == 1.0);
    CHECK(answer_f1(noise, "x") == 0.0);
    CHECK(multiple_choice(noise, "B") == 0.0);
}

TEST_CASE("metrics by name") {
    CHECK(parse_metric("answer")("$1,000", "1000.0") == 1.0);
    CHECK(parse_metric("answer_f1")("big dog", "dog") == Approx(2.0 / 3.0));
    CHECK(parse_metric("exact")("The dog", "dog") == 1.0);
    CHECK(parse_metric("f1")("big dog", "dog") == Approx(2.0 / 3.0));
    CHECK(parse_metric("choice")("(B)", "B) Paris") == 1.0);
    CHECK(parse_metric("trimmed")("The dog", "dog") == 0.0);
    CHECK_THROWS_AS(parse_metric("F1"), ArgumentError);
    CHECK_THROWS_WITH(
        parse_metric("bleu"),
        ContainsSubstring("\"bleu\"") && ContainsSubstring("answer, answer_f1, exact, f1, choice, trimmed"));
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
        const double expected = both == 0.0 ? 0.0 : 2.0 * pairs / both;
        REQUIRE_THAT(token_f1(joined_words(said), joined_words(wanted)), WithinAbs(expected, 1e-12));
        REQUIRE(token_f1(joined_words(said), joined_words(wanted)) ==
                token_f1(joined_words(wanted), joined_words(said)));
    }
}
