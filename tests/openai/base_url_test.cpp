// SPDX-License-Identifier: Apache-2.0
#include <automix/core/error.hpp>
#include <automix/openai/detail/base_url.hpp>

#include <string>

#include "support/catch.hpp"

using automix::ArgumentError;
using automix::detail::chat_url;
using automix::detail::with_query;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("base addresses are http or https, with or without a prefix, a slash or the path at the end") {
    CHECK(chat_url("http://127.0.0.1:8080/v1") == "http://127.0.0.1:8080/v1/chat/completions");
    CHECK(chat_url("http://127.0.0.1:8080/v1/") == "http://127.0.0.1:8080/v1/chat/completions");
    CHECK(chat_url("https://api.example.org") == "https://api.example.org/chat/completions");
    CHECK(chat_url("https://api.example.org//") == "https://api.example.org/chat/completions");
    CHECK(chat_url("http://[::1]:80/a/b") == "http://[::1]:80/a/b/chat/completions");
    CHECK(chat_url("http://host/v1/chat/completions") == "http://host/v1/chat/completions");
    CHECK(chat_url("http://host/v1/chat/completions/?a=1") == "http://host/v1/chat/completions?a=1");
    CHECK(chat_url(" \thttp://host/v1\r\n") == "http://host/v1/chat/completions");
    CHECK(chat_url("http://host/deployments/d?api-version=2024-10-21&x=y") ==
          "http://host/deployments/d/chat/completions?api-version=2024-10-21&x=y");
}

TEST_CASE("fields of a query are added in the form in which they are sent") {
    CHECK(with_query("http://host/c", {}) == "http://host/c");
    CHECK(with_query("http://host/c", {{"api-version", "1"}, {"b", "x y&z"}}) ==
          "http://host/c?api-version=1&b=x%20y%26z");
    CHECK(with_query("http://host/c?a=1", {{"b", ""}}) == "http://host/c?a=1&b=");
    CHECK_THROWS_WITH(with_query("http://host/c", {{"", "1"}}),
                      "query: expected names of fields, found an empty one");
    CHECK_THROWS_WITH(with_query("http://host/c", {{"Api-Key", "hunter2"}}),
                      ContainsSubstring("query: found a query with a key") && !ContainsSubstring("hunter2"));
}

TEST_CASE("what is no base address is refused with what was found") {
    for (const std::string bad : {"127.0.0.1:8080/v1", "localhost", "ftp://host/v1", "file:///etc/hosts",
                                  "http://", "http:///v1", "http://host/a b", "http://host:99999/"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(chat_url(bad), ArgumentError);
        CHECK_THROWS_WITH(chat_url(bad), ContainsSubstring("base_url: expected http://") &&
                                             ContainsSubstring("found \"" + bad + "\""));
    }
    CHECK_THROWS_WITH(chat_url(""), ContainsSubstring("found none"));
    CHECK_THROWS_WITH(chat_url(" \n"), ContainsSubstring("found none"));
    CHECK_THROWS_WITH(chat_url("http://host/v1?a=b c"), ContainsSubstring("blanks in its query"));
}

TEST_CASE("a password or a key in a base address is refused and not repeated") {
    for (const std::string bad : {"http://host/v1?key=hunter2", "http://host/v1?a=1&API-KEY=hunter2",
                                  "http://host/v1?token=hunter2"}) {
        CHECK_THROWS_WITH(chat_url(bad), ContainsSubstring("base_url: found a query with a key") &&
                                             !ContainsSubstring("hunter2"));
    }
    CHECK_THROWS_WITH(chat_url("http://host/#hunter2"),
                      ContainsSubstring("an address with a fragment") && !ContainsSubstring("hunter2"));
    CHECK_THROWS_WITH(chat_url("http://me:hunter2@host/v1"),
                      ContainsSubstring("an address with a user") && !ContainsSubstring("hunter2"));
}

TEST_CASE("the host of an address") {
    CHECK(automix::detail::host_of("https://evil.example:1/x?y") == "evil.example");
    CHECK(automix::detail::host_of("/login").empty());
}
