// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/evaluation/report/text_table.hpp>

using namespace automix;

TEST_CASE("columns are as wide as their widest cell") {
    TextTable table({"name", "x"});
    table.add({"a", "1"});
    table.add({"longer", "12345"});
    CHECK(table.text() ==
          "name        x\n"
          "a           1\n"
          "longer  12345\n");
}

TEST_CASE("a share in per cent, with a sign where asked") {
    CHECK(format_percent(0.125) == "12.5 %");
    CHECK(format_percent(0.125, true) == "+12.5 %");
    CHECK(format_percent(-0.125, true) == "-12.5 %");
    CHECK(format_percent(-0.00001, true) == "+0.0 %");
}

TEST_CASE("a letter of several bytes is one column wide") {
    TextTable table({"n\u00e4me", "x"});
    table.add({"\u20ac\u20ac", "\u03b1"});
    CHECK(table.text() ==
          "n\u00e4me  x\n"
          "\u20ac\u20ac    \u03b1\n");
}

TEST_CASE("a control character in a cell is escaped and cannot break the line") {
    TextTable table({"a"});
    table.add({"x\ny\x1b[2J\x7f\"\\"});
    CHECK(table.text() == "a\nx\\x0ay\\x1b[2J\\x7f\"\\\n");
}

TEST_CASE("a line has as many cells as the header") {
    TextTable table({"a", "b"});
    table.add({"1"});
    table.add({"1", "2", "3"});
    CHECK(table.text() == "a  b\n1\n1  2\n");
}

TEST_CASE("a first cell that is too long takes a line of its own") {
    TextTable table({"name", "x"});
    table.add({"ab", "1"});
    table.add({"longer name", "12345"});
    CHECK(table.text(12) ==
          "name      x\n"
          "ab        1\n"
          "longer name\n"
          "      12345\n");
    CHECK(table.text(18) ==
          "name             x\n"
          "ab               1\n"
          "longer name  12345\n");
}

TEST_CASE("text is wrapped between words, and a number keeps its per cent sign") {
    CHECK(wrap_text("one two three", 2, 7) == "one two\n  three");
    CHECK(wrap_text("one two three", 0, 100) == "one two three");
    CHECK(wrap_text("  one two", 4, 6) == "  one\n    two");
    CHECK(wrap_text("at 38.0 % of", 0, 7) == "at\n38.0 %\nof");
    CHECK(wrap_text("unbreakable", 2, 4) == "unbreakable");
    CHECK(wrap_text("", 2, 4).empty());
}

TEST_CASE("a number keeps its significant digits, whatever its size") {
    CHECK(format_significant(0.000612, 3) == "0.000612");
    CHECK(format_significant(0.00061249, 3) == "0.000612");
    CHECK(format_significant(18.2, 3) == "18.2");
    CHECK(format_significant(50.0, 3) == "50.0");
    CHECK(format_significant(1.0, 3) == "1.00");
    CHECK(format_significant(1230.0, 3) == "1230");
    CHECK(format_significant(1234.4, 3) == "1234");
    CHECK(format_significant(0.0, 3) == "0");
    CHECK(format_significant(-0.25, 3) == "-0.250");
    CHECK(format_significant(-0.0, 3) == "0");
    CHECK(format_significant(0.25, 1) == "0.2");
}

TEST_CASE("rounding up may add a digit before the point, and takes one behind it") {
    CHECK(format_significant(9.996, 3) == "10.0");
    CHECK(format_significant(99.96, 3) == "100");
    CHECK(format_significant(0.0009996, 3) == "0.00100");
}

TEST_CASE("numbers too small or too large for a table have an exponent") {
    CHECK(format_significant(0.00000123, 3) == "0.00000123");
    CHECK(format_significant(0.000000123, 3) == "1.23e-07");
    CHECK(format_significant(999999999.0, 3) == "1.00e+09");
    CHECK(format_significant(1e99, 3) == "1.00e+99");
}

TEST_CASE("a price has three significant digits") {
    CHECK(format_price(0.000612) == "0.000612");
    CHECK(format_price(50.0) == "50.0");
    CHECK(format_price(0.0) == "0");
}
