// SPDX-License-Identifier: Apache-2.0
#include <automix/json/field_line.hpp>
#include "support/catch.hpp"

#include <string>

using automix::detail::line_of_field;

namespace {

const std::string document =
    "{\n"                                  // 1
    "  \"models\": [\n"                    // 2
    "    {\n"                              // 3
    "      \"name\": \"a\\nb\",\n"         // 4
    "      \"price\": {\"call\": 1\n"      // 5
    "      },\n"                           // 6
    "      \"on\": true,\n"                // 7
    "      \"concurrency\": 8\n"           // 8
    "    }, {\"name\": \"b\",\n"           // 9
    "      \"prompts\": {\n"               // 10
    "        \"v1.0[x]\": {\"verify\":\n"  // 11
    "          \"text\"}},\n"              // 12
    "      \"stop\": [1,\n"                // 13
    "        2\n"                          // 14
    "        , 3]\n"                       // 15
    "    }\n"
    "  ],\n"
    "  \"rest\": 7\n"  // 18
    "}\n";

}  // namespace

TEST_CASE("fields are found in their lines") {
    CHECK(line_of_field(document, "models") == 2);
    CHECK(line_of_field(document, "models[0]") == 3);
    CHECK(line_of_field(document, "models[0].name") == 4);
    CHECK(line_of_field(document, "models[0].price") == 5);
    CHECK(line_of_field(document, "models[0].on") == 7);
    CHECK(line_of_field(document, "models[1]") == 9);
    CHECK(line_of_field(document, "models[1].name") == 9);
    CHECK(line_of_field(document, "models[1].prompts") == 10);
    CHECK(line_of_field(document, "models[1].prompts.v1.0[x]") == 11);
    CHECK(line_of_field(document, "models[1].prompts.v1.0[x].verify") == 12);
}

TEST_CASE("the line of a number is its own, not that of what follows it") {
    CHECK(line_of_field(document, "models[0].price.call") == 5);
    CHECK(line_of_field(document, "models[0].concurrency") == 8);
    CHECK(line_of_field(document, "models[1].stop[0]") == 13);
    CHECK(line_of_field(document, "models[1].stop[1]") == 14);
    CHECK(line_of_field(document, "models[1].stop[2]") == 15);
    CHECK(line_of_field(document, "rest") == 18);
}

TEST_CASE("a field that is missing is looked for in its container") {
    CHECK(line_of_field(document, "models[0].base_url") == 3);
    CHECK(line_of_field(document, "models[1].price.call") == 9);
    CHECK(line_of_field(document, "models[1].prompts.answer") == 10);
    CHECK(line_of_field(document, "models[2]") == 2);
    CHECK(line_of_field(document, "model") == 1);
    CHECK(line_of_field(document, "") == 1);
    CHECK(line_of_field("\n\n[]", "x") == 1);
    // A name that begins like another one is not that one.
    CHECK(line_of_field("{\"a\":1,\n\"ab\":2}", "ab") == 2);
    CHECK(line_of_field("{\"ab\":1,\n\"a\":2}", "a") == 2);
}

TEST_CASE("of fields that look alike the first is meant") {
    CHECK(line_of_field("{\"a.b\": 1,\n\"a\": {\"b\": 2}}", "a.b") == 1);
    CHECK(line_of_field("[[1,\n2],\n[3,\n4]]", "[1][1]") == 4);
}
