// SPDX-License-Identifier: Apache-2.0
#include <automix/core/error.hpp>
#include <automix/openai/secret.hpp>

#include <concepts>
#include <cstdlib>
#include <ostream>
#include <string>

#include "support/catch.hpp"

using automix::ArgumentError;
using automix::Secret;

namespace {

template <class T>
concept printable = requires(std::ostream& stream, const T& value) {
    stream << value;
};

}  // namespace

TEST_CASE("a key is hidden in Base64 and in addresses too") {
    const automix::Secret key("sk-test+0123/456789==");
    CHECK(key.redact("a=sk-test%2B0123%2F456789%3D%3D&b") == "a=[key]&b");
    CHECK(key.redact("a=sk-test%2b0123%2f456789%3d%3d") == "a=[key]");
    // Base64 of the key, and of the key behind one byte and behind five.
    for (const char* text : {"c2stdGVzdCswMTIzLzQ1Njc4OT09",
                             "OnNrLXRlc3QrMDEyMy80NTY3ODk9PQ==", "dXNlcjpzay10ZXN0KzAxMjMvNDU2Nzg5PT0="}) {
        CAPTURE(text);
        CHECK_THAT(key.redact(text), Catch::Matchers::ContainsSubstring("[key]") &&
                                         !Catch::Matchers::ContainsSubstring("LXRlc3"));
        CHECK(key.redact(text).size() < 18);
    }
}

TEST_CASE("a secret is neither printed nor turned into a text by itself") {
    CHECK(printable<std::string>);
    CHECK_FALSE(printable<Secret>);
    CHECK_FALSE(std::convertible_to<Secret, std::string>);
    CHECK_FALSE(std::convertible_to<std::string, Secret>);
    CHECK(Secret("sk-12345").reveal() == "sk-12345");
    CHECK(Secret().empty());
}

TEST_CASE("a secret comes from the environment or is missed by name") {
    REQUIRE(setenv("AUTOMIX_TEST_KEY", "sk-from-environment", 1) == 0);
    CHECK(Secret::from_environment("AUTOMIX_TEST_KEY").reveal() == "sk-from-environment");
    REQUIRE(setenv("AUTOMIX_TEST_KEY", "", 1) == 0);
    CHECK_THROWS_WITH(Secret::from_environment("AUTOMIX_TEST_KEY"),
                      "environment variable AUTOMIX_TEST_KEY: expected a key, found none");
    REQUIRE(setenv("AUTOMIX_TEST_KEY", " \tsk-from-file \r\n", 1) == 0);
    CHECK(Secret::from_environment("AUTOMIX_TEST_KEY").reveal() == "sk-from-file");
    REQUIRE(setenv("AUTOMIX_TEST_KEY", "'sk-1'", 1) == 0);
    CHECK_THROWS_WITH(Secret::from_environment("AUTOMIX_TEST_KEY"),
                      "environment variable AUTOMIX_TEST_KEY: expected a key, found one in quotes");
    REQUIRE(setenv("AUTOMIX_TEST_KEY", "Bearer sk-1", 1) == 0);
    CHECK_THROWS_WITH(
        Secret::from_environment("AUTOMIX_TEST_KEY"),
        "environment variable AUTOMIX_TEST_KEY: expected the key alone, found it after \"Bearer\"");
    REQUIRE(setenv("AUTOMIX_TEST_KEY", "sk-two\nlines", 1) == 0);
    CHECK_THROWS_WITH(
        Secret::from_environment("AUTOMIX_TEST_KEY"),
        "environment variable AUTOMIX_TEST_KEY: expected visible ASCII characters only, found others");
    REQUIRE(unsetenv("AUTOMIX_TEST_KEY") == 0);
    CHECK_THROWS_AS(Secret::from_environment("AUTOMIX_TEST_KEY"), ArgumentError);
    CHECK_THROWS_AS(Secret::from_environment(""), ArgumentError);
    // A key in place of the name.
    CHECK_THROWS_WITH(Secret::from_environment("sk-secret"),
                      "environment variable of a name that may be a key: expected a key, found none");
    CHECK_THROWS_AS(Secret("a b"), ArgumentError);
}

TEST_CASE("a secret is taken out of texts") {
    const Secret key("sk-123");
    CHECK(key.redact("sk-123, and sk-12 and sk-1234") == "[key], and sk-12 and [key]4");
    CHECK(Secret("x").redact("expected") == "expected");
    CHECK(Secret().redact("text") == "text");
}
