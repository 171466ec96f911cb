// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/text/ascii.hpp>

#include <string>
#include <string_view>

using namespace automix;

TEST_CASE("classes of bytes") {
    std::string letters;
    std::string digits;
    std::string space;
    std::string punctuation;
    std::string words;
    for (int byte = 0; byte < 256; ++byte) {
        const char c = static_cast<char>(byte);
        if (is_ascii_letter(c)) letters += c;
        if (is_ascii_digit(c)) digits += c;
        if (is_ascii_space(c)) space += c;
        if (is_ascii_punctuation(c)) punctuation += c;
        if (is_word_byte(c) && byte < 128) words += c;
        CHECK((byte < 128 || is_word_byte(c)));
    }
    CHECK(letters == "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    CHECK(digits == "0123456789");
    CHECK(space == "\t\n\v\f\r\x1C\x1D\x1E\x1F ");
    CHECK(punctuation == "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");
    CHECK(words == "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");
}

TEST_CASE("lower case is that of ASCII letters") {
    CHECK(ascii_lower("Az@[`{ \xC3\x89") == "az@[`{ \xC3\x89");
    CHECK(has_word_at("The Verdict", 4, "verdict"));
    CHECK_FALSE(has_word_at("The Verdict", 5, "verdict"));
    CHECK_FALSE(has_word_at("The Verdict", 10, "tt"));
    CHECK_FALSE(has_word_at("x", 2, ""));
    CHECK(has_word_at("x", 1, ""));
}
