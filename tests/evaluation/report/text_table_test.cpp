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
