// SPDX-License-Identifier: Apache-2.0
#include <automix/json/json_document.hpp>

#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace {

using automix::detail::parse_document;
using automix::detail::shown;
using nlohmann::json;

std::string document_error(const std::string& text) {
    try {
        (void)parse_document(text, "f.json");
    } catch (const automix::DataError& error) {
        return error.what();
    }
    return "(no error)";
}

}  // namespace

TEST_CASE("a document is what nlohmann's parser makes of it") {
    CHECK(parse_document(R"({"a":[1,{"a":2}],"b":null})", "f.json") ==
          json{{"a", {1, {{"a", 2}}}}, {"b", nullptr}});
}

TEST_CASE("a key twice in one object, deep nesting and NUL bytes are refused") {
    CHECK(document_error(R"({"a":1,"b":{"a":1},"a":2})") == "f.json:1: a: stands twice in one object");
    CHECK(document_error(R"([{"a":1},{"a":1}])") == "(no error)");
    CHECK(document_error(std::string(65, '[') + std::string(65, ']')) == "(no error)");
    CHECK(document_error(std::string(66, '[') + std::string(66, ']')) ==
          "f.json:1: nested deeper than 64 levels");
    CHECK(document_error(std::string("[1]\n\0", 5)) == "f.json:2: column 1: not valid JSON: a NUL byte");
}

TEST_CASE("syntax errors name line and column, both from 1") {
    CHECK(document_error("[1,\n 2,, 3]").find("f.json:2: column 4: not valid JSON: ") == 0);
    CHECK(document_error("").find("f.json:1: column 1: not valid JSON: ") == 0);
    CHECK(document_error("[1e999]").find("f.json:1: not valid JSON: ") == 0);
}

TEST_CASE("a message shows scalars as they are written and containers by their kind") {
    const std::vector<std::pair<json, std::string>> cases = {
        {json::object(), "an object"}, {json{{"a", 1}}, "an object"}, {json::array(), "an empty array"},
        {json{1, 2}, "an array"},      {json("a\"b"), R"("a\"b")"},   {json(0.5), "0.5"},
        {json(nullptr), "null"},       {json(true), "true"}};
    for (const auto& [value, expected] : cases) CHECK(shown(value) == expected);
}
