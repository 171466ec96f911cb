// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/random.hpp>
#include <automix/core/utf8.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace automix;

namespace {

/// Sequences of one to four bytes.
const std::vector<std::string> sequences = {"a", " ", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};

}  // namespace

TEST_CASE("a part cuts no sequence") {
    const std::string text = "a\xE2\x82\xAC\xC3\xA9";  // 1, 3 and 2 bytes
    CHECK(first_bytes(text, 0).empty());
    CHECK(first_bytes(text, 1) == "a");
    CHECK(first_bytes(text, 3) == "a");
    CHECK(first_bytes(text, 4) == "a\xE2\x82\xAC");
    CHECK(first_bytes(text, 5) == "a\xE2\x82\xAC");
    CHECK(first_bytes(text, 6) == text);
    CHECK(first_bytes(text, 100) == text);
    CHECK(last_bytes(text, 0).empty());
    CHECK(last_bytes(text, 1).empty());
    CHECK(last_bytes(text, 2) == "\xC3\xA9");
    CHECK(last_bytes(text, 4) == "\xC3\xA9");
    CHECK(last_bytes(text, 5) == "\xE2\x82\xAC\xC3\xA9");
    CHECK(last_bytes(text, 6) == text);
    CHECK(first_bytes("", 0).empty());
    CHECK(last_bytes("", 3).empty());
}

TEST_CASE("text that is not UTF-8 is cut where it is") {
    const std::string bytes(50, '\x80');
    CHECK(first_bytes(bytes, 20).size() == 20);
    CHECK(last_bytes(bytes, 20).size() == 20);
    CHECK(first_bytes(bytes, 2).size() == 2);
    CHECK(last_bytes(bytes, 2).empty());
}

TEST_CASE("parts of random text are the longest that cut no sequence", "[property]") {
    Random random(1);
    for (int round = 0; round < 2000; ++round) {
        std::string text;
        std::vector<std::size_t> starts = {0};
        for (auto n = random.index(12); n-- > 0;) {
            text += sequences[random.index(sequences.size())];
            starts.push_back(text.size());
        }
        const std::size_t limit = random.index(text.size() + 3);
        std::size_t front = 0;
        std::size_t back = text.size();
        for (const std::size_t start : starts) {
            if (start <= limit) front = start;
            if (text.size() - start <= limit) back = std::min(back, start);
        }
        REQUIRE(first_bytes(text, limit) == std::string_view(text).substr(0, front));
        REQUIRE(last_bytes(text, limit) == std::string_view(text).substr(back));
    }
}
