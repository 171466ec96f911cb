// SPDX-License-Identifier: Apache-2.0
#include <automix/core/error.hpp>
#include <automix/openai/detail/base_url.hpp>

#include <string>

#include "support/catch.hpp"

using automix::ArgumentError;
using automix::detail::checked_base_url;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("base addresses are http or https, with or without a prefix and a slash at the end") {
    CHECK(detail::checked_base_url("http://127.0.0.1:8080/v1") == "http://127.0.0.1:8080/v1");
    CHECK(detail::checked_base_url("http://127.0.0.1:8080/v1/") == "http://127.0.0.1:8080/v1");
    CHECK(detail::checked_base_url("https://api.example.org") == "https://api.example.org");
    CHECK(detail::checked_base_url("https://api.example.org//") == "https://api.example.org");
    CHECK(detail::checked_base_url("http://[::1]:80/a/b") == "http://[::1]:80/a/b");
}

TEST_CASE("what is no base address is refused with what was found") {
    for (const std::string bad : {"127.0.0.1:8080/v1", "localhost", "ftp://host/v1", "file:///etc/hosts",
                                  "http://", "http:///v1", "http://host/a b", "http://host:99999/"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(detail::checked_base_url(bad), ArgumentError);
        CHECK_THROWS_WITH(detail::checked_base_url(bad), ContainsSubstring("base_url: expected http://") &&
                                                             ContainsSubstring("found \"" + bad + "\""));
    }
    CHECK_THROWS_WITH(detail::checked_base_url(""), ContainsSubstring("found none"));
}

TEST_CASE("a password or a key in a base address is refused and not repeated") {
    for (const std::string bad : {"http://host/v1?key=hunter2", "http://host/#hunter2"}) {
        CHECK_THROWS_WITH(
            detail::checked_base_url(bad),
            ContainsSubstring("an address with a query or a fragment") && !ContainsSubstring("hunter2"));
    }
    CHECK_THROWS_WITH(detail::checked_base_url("http://me:hunter2@host/v1"),
                      ContainsSubstring("an address with a user") && !ContainsSubstring("hunter2"));
}

TEST_CASE("the host of an address") {
    CHECK(automix::detail::host_of("https://evil.example:1/x?y") == "evil.example");
    CHECK(automix::detail::host_of("/login").empty());
}
