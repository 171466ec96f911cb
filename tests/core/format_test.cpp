// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/format.hpp>

#include <array>
#include <clocale>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

using namespace automix;

TEST_CASE("format_number is the shortest text that reads back") {
    CHECK(format_number(0.1) == "0.1");
    CHECK(format_number(1.0) == "1");
    CHECK(format_number(-2.5) == "-2.5");
    CHECK(format_number(0.1 + 0.2) == "0.30000000000000004");
    CHECK(format_number(0.1F) == "0.1");
    CHECK(format_number(1e-300) == "1e-300");
    CHECK(format_number(std::numeric_limits<double>::infinity()) == "inf");
    CHECK(format_number(-std::numeric_limits<double>::infinity()) == "-inf");
    CHECK_THAT(format_number(std::numeric_limits<double>::quiet_NaN()),
               Catch::Matchers::ContainsSubstring("nan"));
    CHECK(format_number(42) == "42");
    CHECK(format_number(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
    CHECK(format_number(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    for (const double value : {1.0 / 3.0, 5e-324, 1.7976931348623157e308, 123456789.123456789}) {
        CHECK(std::strtod(format_number(value).c_str(), nullptr) == value);
    }
}

TEST_CASE("format_fixed rounds to the digits asked for and knows no minus zero") {
    CHECK(format_fixed(1.0, 0) == "1");
    CHECK(format_fixed(0.125, 2) == "0.12");  // exactly half way: to even
    CHECK(format_fixed(0.375, 2) == "0.38");
    CHECK(format_fixed(2.0 / 3.0, 4) == "0.6667");
    CHECK(format_fixed(-2.0 / 3.0, 4) == "-0.6667");
    CHECK(format_fixed(-0.0, 3) == "0.000");
    CHECK(format_fixed(-0.0004, 3) == "0.000");
    CHECK(format_fixed(-0.0006, 3) == "-0.001");
    CHECK(format_fixed(-0.4, 0) == "0");
    CHECK(format_fixed(-10.0, 1) == "-10.0");
    CHECK(format_fixed(std::numeric_limits<double>::infinity(), 2) == "inf");
    CHECK(format_fixed(-std::numeric_limits<double>::infinity(), 2) == "-inf");
    CHECK(format_fixed(std::numeric_limits<double>::max(), 0).size() == 309);
    CHECK(format_fixed(std::numeric_limits<double>::max(), 6).size() == 316);
}

TEST_CASE("numbers have a point whatever the locale") {
    const std::string before = std::setlocale(LC_NUMERIC, nullptr);
    for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE"}) {
        if (std::setlocale(LC_NUMERIC, name) != nullptr) break;
    }
    CHECK(format_number(0.5) == "0.5");
    CHECK(format_fixed(0.5, 2) == "0.50");
    std::setlocale(LC_NUMERIC, before.c_str());
}

TEST_CASE("in_quotes escapes quotes, backslashes and control characters") {
    using namespace std::string_view_literals;
    CHECK(in_quotes("") == "\"\"");
    CHECK(in_quotes("plain") == "\"plain\"");
    CHECK(in_quotes("say \"hi\"") == R"("say \"hi\"")");
    CHECK(in_quotes("a\\b") == R"("a\\b")");
    CHECK(in_quotes("a\nb\tc") == R"("a\x0ab\x09c")");
    CHECK(in_quotes("\0\x1f\x7f"sv) == R"("\x00\x1f\x7f")");
    CHECK(in_quotes("é€") == "\"é€\"");
}

TEST_CASE("in_quotes cuts long text between characters") {
    CHECK(in_quotes("abcdef", 6) == "\"abcdef\"");
    CHECK(in_quotes("abcdef", 5) == "\"abcde...\"");
    CHECK(in_quotes("abcdef", 0) == "\"...\"");
    CHECK(in_quotes(std::string(60, 'x')) == '"' + std::string(60, 'x') + '"');
    CHECK(in_quotes(std::string(61, 'x')) == '"' + std::string(60, 'x') + "...\"");
    // The euro sign has three bytes, E2 82 AC: a cut after its first or second byte moves before it.
    CHECK(in_quotes("ab€d", 2) == "\"ab...\"");
    CHECK(in_quotes("ab€d", 3) == "\"ab...\"");
    CHECK(in_quotes("ab€d", 4) == "\"ab...\"");
    CHECK(in_quotes("ab€d", 5) == "\"ab€...\"");
    // Bytes that no character begins with: nothing is left, and nothing is read in front of the text.
    CHECK(in_quotes(std::string(10, '\x80'), 5) == "\"...\"");
}

TEST_CASE("joined puts the separator between items only") {
    CHECK(joined(std::vector<std::string>{}).empty());
    CHECK(joined(std::vector<std::string>{"a"}) == "a");
    CHECK(joined(std::vector<std::string>{"a", "b", "c"}) == "a, b, c");
    CHECK(joined(std::vector<std::string>{"", "b", ""}, "|") == "|b|");
    CHECK(joined(std::array<std::string_view, 2>{"x", "y"}, " or ") == "x or y");
}
