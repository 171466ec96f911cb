// SPDX-License-Identifier: Apache-2.0
// The library's own matcher of patterns: what it finds, what it refuses, and that it takes linear time.
#include <automix/core/error.hpp>
#include <automix/verify/detail/byte_pattern.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "support/catch.hpp"

using automix::DataError;
using automix::detail::BytePattern;
using Catch::Matchers::ContainsSubstring;

namespace {

/// Where the leftmost match starts; -1 if there is none.
int start(std::string_view pattern, std::string_view text) {
    const std::optional<std::size_t> found = BytePattern(pattern).start_of(text);
    return found ? static_cast<int>(*found) : -1;
}

std::string repeat(std::string_view part, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) text += part;
    return text;
}

}  // namespace

TEST_CASE("a pattern finds the start of its leftmost match") {
    CHECK(start("yes", "oh YES, yes") == 3);
    CHECK(start("yes", "no") == -1);
    CHECK(start("bc|abcd", "xabcd") == 1);  // the match that starts first, although the other one ends first
    CHECK(start("a.c", "a\nc abc") == 4);
    CHECK(start("[^a-c\\d]", "ab1Cd") == 4);
    CHECK(start("[\\]\\-x]", "a-") == 1);
    CHECK(start("\\byes\\b", "eyes yesno yes") == 11);
    CHECK(start("[[:alpha:]]+ no", "12 ab no") == 3);
    CHECK(start("[^[:space:][:punct:]]", " .,;x") == 4);
    CHECK(start("[[:xdigit:]]{3}", "xyz 12g 12F") == 8);
    CHECK(start("\\Bes", "es yes") == 4);
    CHECK(start("^yes$", "yes") == 0);
    CHECK(start("^yes$", "a yes") == -1);
    CHECK(start("(?:verdict|answer):\\s*(yes|ok)", "Answer:  ok") == 0);
    CHECK(start("a{2,3}b", "ab aab") == 3);
    CHECK(start("xa{2}y", "xay xaay") == 4);
    CHECK(start("xa{2,}?y", "xay xaaaay") == 4);
    CHECK(start("(a*)*b", "aaac ab") == 5);
    CHECK(start("\\x41\\.", "ba.") == 1);
    CHECK(start("()", "a") == 0);
}

TEST_CASE("a pattern that is not known is refused with its position") {
    const auto reason = [](std::string_view pattern, std::string_view expected) {
        CHECK_THROWS_WITH(BytePattern(pattern), ContainsSubstring(std::string(expected)));
    };
    reason("ab(", "the group is not closed that opens at byte 3");
    reason("ab)", "`)` closes no group at byte 3");
    reason("[a", "the class is not closed that opens at byte 1");
    reason("[z-a]", "ascending bytes");
    reason("a**", "a quantifier follows a quantifier at byte 3");
    reason("*a", "`*` repeats nothing at byte 1");
    reason("a{3,2}", "descend at byte 2");
    reason("a{1001}", "a bound is above 1000 at byte 3");
    reason("(?=a)", "no lookahead");
    reason("(a)\\1", "the escape `\\1` is not known at byte 5");
    reason("\\", "escapes nothing");
}

TEST_CASE("patterns are limited in length, nesting and program") {
    CHECK_THROWS_WITH(BytePattern(repeat("(", 20000)), ContainsSubstring("at most 1000 are allowed"));
    CHECK_THROWS_WITH(BytePattern(repeat("(", 60) + "a" + repeat(")", 60)),
                      ContainsSubstring("nested more than 50 deep"));
    CHECK(start(repeat("(", 50) + "a" + repeat(")", 50), "ba") == 1);
    CHECK_THROWS_AS(BytePattern("((a{1000}){1000}){1000}"), DataError);
    CHECK_THROWS_AS(BytePattern("((((){1000}){1000}){1000}){1000}"), DataError);
}

TEST_CASE("a pattern that may match one text in very many ways takes no longer") {
    CHECK(start("(.|\\s)*x", repeat("a ", 500)) == -1);
    CHECK(start("(a|aa)+$", repeat("a", 1000) + "b") == -1);
    CHECK(start("((a*)*)*c", repeat("a", 1000)) == -1);
    CHECK(start("(a?){300}a{300}", repeat("a", 300)) == 0);
}
