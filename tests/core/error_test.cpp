// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/error.hpp>

#include <stdexcept>
#include <string>
#include <type_traits>

using namespace automix;

TEST_CASE("a place names what is known of file, line and field") {
    CHECK(to_string(Place{}).empty());
    CHECK(to_string(Place{"a.jsonl", 0, ""}) == "a.jsonl");
    CHECK(to_string(Place{"", 7, ""}) == "line 7");
    CHECK(to_string(Place{"", 0, "id"}) == "id");
    CHECK(to_string(Place{"a.jsonl", 7, ""}) == "a.jsonl:7");
    CHECK(to_string(Place{"a.jsonl", 0, "id"}) == "a.jsonl: id");
    CHECK(to_string(Place{"", 7, "id"}) == "line 7: id");
    CHECK(to_string(Place{"train.jsonl", 41, "models[0].score"}) == "train.jsonl:41: models[0].score");
}

TEST_CASE("a data error carries its place and its message apart and together") {
    const DataError error(Place{"train.jsonl", 41, "models[0].score"},
                          "expected a number in [0, 1], found \"0,5\"");
    CHECK(std::string(error.what()) ==
          "train.jsonl:41: models[0].score: expected a number in [0, 1], found \"0,5\"");
    CHECK(error.place().file == "train.jsonl");
    CHECK(error.place().line == 41);
    CHECK(error.place().field == "models[0].score");
    CHECK(error.detail() == "expected a number in [0, 1], found \"0,5\"");
}

TEST_CASE("a data error without a place is its message alone") {
    const DataError bare("no rows");
    CHECK(std::string(bare.what()) == "no rows");
    CHECK(bare.detail() == "no rows");
    CHECK(to_string(bare.place()).empty());
    CHECK(std::string(DataError(Place{}, "no rows").what()) == "no rows");
}

TEMPLATE_TEST_CASE("every leaf is an Error and a runtime_error", "", DataError, ArgumentError,
                   NotTrainedError, ProtocolError) {
    static_assert(std::is_base_of_v<Error, TestType>);
    static_assert(std::is_base_of_v<std::runtime_error, TestType>);
    static_assert(std::is_nothrow_copy_constructible_v<TestType> || std::is_same_v<TestType, DataError>);
    CHECK_THROWS_AS(throw TestType("message"), Error);
    try {
        throw TestType("message");
    } catch (const std::exception& error) {
        CHECK(std::string(error.what()) == "message");
    }
}
