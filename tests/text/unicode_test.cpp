// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/code_points.hpp>
#include <automix/text/unicode.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace automix;

TEST_CASE("code points are read and written") {
    for (const char32_t value :
         {0x0U, 0x7FU, 0x80U, 0x7FFU, 0x800U, 0xD7FFU, 0xE000U, 0xFFFFU, 0x10000U, 0x10FFFFU}) {
        std::string text = "x";
        append_code_point(text, value);
        const CodePoint read = code_point_at(text, 1);
        CHECK(read.value == value);
        CHECK(read.valid);
        CHECK(read.bytes == text.size() - 1);
    }
    // Bytes that continue nothing, cut sequences, overlong forms, surrogates and values beyond the last one.
    for (const std::string_view text : {"\x80", "\xC3", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80",
                                        "\xF4\x90\x80\x80", "\xF0\x9F\x91", "\xFF"}) {
        CHECK_FALSE(code_point_at(text, 0).valid);
        CHECK(code_point_at(text, 0).bytes == 1);
    }
}

TEST_CASE("plain characters") {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"", ""},
        {"plain", "plain"},
        {"a\xC2\xA0"
         "b\xE2\x80\x83"
         "c\xE3\x80\x80",
         "a b c "},
        {"a\xE2\x80\xA8"
         "b",
         "a\nb"},
        {"ver\xE2\x80\x8B"
         "dict\xEF\xBB\xBF\xC2\xAD",
         "verdict"},
        {"\xEF\xBC\xA1\xEF\xBC\x9A\xEF\xBC\x91", "A:1"},
        {"\xF0\x9D\x90\x80\xF0\x9D\x90\x9B\xF0\x9D\x9F\x95", "Ab7"},
        {"\xE2\x80\x9CParis\xE2\x80\x9D \xE2\x80\x99", "\"Paris\" '"},
        {"\xE2\x88\x92"
         "5\xE2\x80\x94x",
         "-5 - x"},
        {"\xE6\x9D\xB1\xE4\xBA\xAC\xE3\x80\x82", "\xE6\x9D\xB1\xE4\xBA\xAC."},
        {"\xFF\xE2\x80", "\xFF\xE2\x80"},
    };
    for (const auto& [text, plain] : cases) {
        INFO(text);
        CHECK(plain_characters(text) == plain);
    }
}

TEST_CASE("texts that differ in case or composition alone become equal") {
    const std::vector<std::pair<std::string, std::string>> equal = {
        {"PARIS", "paris"},
        {"\xC3\x89", "e\xCC\x81"},  // E with acute
        {"\xC3\x98", "\xC3\xB8"},   // O with stroke
        {"STRASSE",
         "stra\xC3\x9F"
         "e"},                                  // sharp s
        {"\xEF\xAC\x81", "FI"},                 // ligature fi
        {"\xE1\xBB\x87", "e\xCC\x82\xCC\xA3"},  // e with circumflex and dot, in the other order
        {"\xCE\x9F\xCE\x94\xCE\x9F\xCE\xA3", "\xCE\xBF\xCE\xB4\xCE\xBF\xCF\x82"},  // Greek, final sigma
        {"\xD0\x99", "\xD0\xB8\xCC\x86"},                                          // Cyrillic short i
        {"\xD0\x81", "\xD1\x91"},                                                  // Cyrillic io
        {"\xD4\xB1", "\xD5\xA1"},                                                  // Armenian
        {"\xC5\xA0", "\xC5\xA1"},                                                  // S with caron
        {"\xE1\xBA\x9E", "ss"},                                                    // capital sharp s
    };
    for (const auto& [left, right] : equal) {
        INFO(left << " " << right);
        CHECK(fold_case(left) == fold_case(right));
        CHECK(fold_case(fold_case(left)) == fold_case(left));
    }
    CHECK(fold_case("\xC3\xA9") != fold_case("e"));
    CHECK(fold_case("\xC4\xB1") != fold_case("i"));  // dotless i
    CHECK(fold_case("\xFFX\x80") == "\xFFx\x80");
}
