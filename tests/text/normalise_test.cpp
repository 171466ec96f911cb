// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/random.hpp>
#include <automix/text/ascii.hpp>
#include <automix/text/normalise.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace automix;

TEST_CASE("normalisation of SQuAD") {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"", ""},
        {"The Eiffel Tower", "eiffel tower"},
        {"  an   apple\tand\na pear ", "apple and pear"},
        {"A", ""},
        {"the a an", ""},
        {"U.S.A.", "usa"},
        {"well-known", "wellknown"},
        {"it's", "its"},
        // Punctuation goes first, so that articles may come about and vanish.
        {"a.", ""},
        {"t.h.e cat", "cat"},
        {"a-the", "athe"},
        {"theatre", "theatre"},
        {"the_cat", "thecat"},
        {"Anna and the anthem", "anna and anthem"},
        {"$1,000.50", "100050"},
        {std::string("a\x01"
                     "b\x01the",
                     7),
         "\x01"
         "b\x01"},
        {"x\x1Cy\vz", "x y z"},
        {"Caf\xC3\x89 the \xC3\xA9", "caf\xC3\x89 \xC3\xA9"},
        {"\xC3\xA9"
         "a",
         "\xC3\xA9"
         "a"},
        {"the\xE2\x80\x9D", "the\xE2\x80\x9D"},
    };
    for (const auto& [text, expected] : cases) {
        INFO(text);
        CHECK(normalise(text) == expected);
    }
}

TEST_CASE("trimmed and simple texts") {
    CHECK(trim(" \t a b\r\n") == "a b");
    CHECK(trim(" \n ").empty());
    CHECK(trim("").empty());
    CHECK(simple("  New  York.\n") == "new  york.");
    CHECK(simple("\xC3\x89 A") == "\xC3\x89 a");
}

TEST_CASE("words between white space") {
    CHECK(split_words("").empty());
    CHECK(split_words(" \n").empty());
    CHECK(split_words(" a  bc\td ") == std::vector<std::string_view>{"a", "bc", "d"});
    CHECK(split_words("a") == std::vector<std::string_view>{"a"});
}

TEST_CASE("normalised random text has no case, punctuation, article or double blank", "[property]") {
    const std::vector<std::string> parts = {
        "the", "A",    "an",       "The",          "b", "-", "_", ".", " ", "\t\n", "7",
        "Z",   "\x02", "\xC3\xA9", "\xE2\x82\xAC", "{"};
    Random random(2);
    for (int round = 0; round < 5000; ++round) {
        std::string text;
        for (auto n = random.index(14); n-- > 0;) text += parts[random.index(parts.size())];
        const std::string normal = normalise(text);
        INFO(text);
        std::string words;
        for (const std::string_view word : split_words(normal)) {
            REQUIRE(word != "the");
            REQUIRE(word != "a");
            REQUIRE(word != "an");
            words += (words.empty() ? "" : " ") + std::string(word);
        }
        REQUIRE(words == normal);
        for (const char c : normal) {
            REQUIRE_FALSE(is_ascii_punctuation(c));
            REQUIRE(ascii_lower(c) == c);
        }
        REQUIRE(normalise(normal) == normal);
    }
}
