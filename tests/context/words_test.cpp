// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/context/detail/words.hpp>
#include <automix/core/random.hpp>
#include <automix/text/ascii.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using namespace automix;

namespace {

/// The words of a text. Their hashes are those of their lower case.
std::vector<std::string> words(std::string_view text) {
    std::vector<std::string> found;
    detail::for_each_word(text, 1, [&](std::string_view word, std::uint64_t hash) {
        found.push_back(ascii_lower(word));
        CHECK(hash == hash_text(found.back(), 1));
    });
    return found;
}

using List = std::vector<std::string>;

}  // namespace

TEST_CASE("words are runs of letters, digits and underscores in lower case") {
    CHECK(words("") == List{});
    CHECK(words(" .,;!? \n\t") == List{});
    CHECK(words("Don't STOP: x_1 = 42.5") == List{"don", "t", "stop", "x_1", "42", "5"});
}

TEST_CASE("words of other scripts are folded, and those without blanks are single characters") {
    CHECK(words("ÉCOLE") == List{"e\u0301cole"});
    CHECK(words("e\u0301cole") == List{"e\u0301cole"});
    CHECK(words("Straße ПРИВЕТ") == List{"strasse", "привет"});
    CHECK(words("你好，world") == List{"你", "好", "world"});
    CHECK(words("ＡＢＣ“quoted”—dash") == List{"abc", "quoted", "dash"});
    CHECK(words("ไทย").size() == 3);
    CHECK(words("한국어 문장") == List{"한국어", "문장"});
}

TEST_CASE("symbols outside ASCII are words, and bytes that are not UTF-8 end a word") {
    CHECK(words("x≤y") == List{"x", "≤", "y"});
    CHECK(words("5€") == List{"5", "€"});
    CHECK(words("a\xFF"
                "b\xC3") == List{"a", "b"});
}

TEST_CASE("hashes and columns are the same on every platform") {
    // Computed in Python from the published constants of FNV-1a and SplitMix64.
    std::vector<std::uint64_t> terms;
    CHECK(detail::for_each_term("Cat x_1", 1, [&](std::uint64_t hash) { terms.push_back(hash); }) == 2);
    CHECK(terms == std::vector<std::uint64_t>{0x84E5B3FAA4E2EF2AU, 0xFA7120DDEABD830BU, 0x4836988549CB1742U});
    CHECK(detail::hash_column(terms[0], 20) == 544347U);
}

TEST_CASE("terms are words and pairs of neighbours, in order") {
    std::vector<std::uint64_t> ab;
    std::vector<std::uint64_t> ba;
    CHECK(detail::for_each_term("a b", 1, [&](std::uint64_t hash) { ab.push_back(hash); }) == 2);
    CHECK(detail::for_each_term("b a", 1, [&](std::uint64_t hash) { ba.push_back(hash); }) == 2);
    REQUIRE(ab.size() == 3);
    CHECK(ab[0] == ba[1]);
    CHECK(ab[1] == ba[0]);
    CHECK(ab[2] != ba[2]);
}
