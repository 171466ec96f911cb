// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/routing/parameters.hpp>

using namespace automix;

TEST_CASE("parameters print as names with a number, numbers or a text") {
    CHECK(to_string(Parameters{}).empty());
    CHECK(to_string(Parameters{{"share", 0.25}}) == "share 0.25");
    CHECK(to_string(Parameters{{"bins", std::vector{0.0, 1.0, 0.5}}, {"member", std::string("threshold")}}) ==
          "bins [0 1 0.5], member threshold");
    CHECK(to_string(Parameters{{"bins", std::vector<double>{}}}) == "bins []");
}
